import { writeFile } from 'node:fs/promises';
import { HOST_FACTORY, hostFactory } from './factory.ts';

await writeFile(HOST_FACTORY, await hostFactory());
