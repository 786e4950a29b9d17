import { startLab } from '../../lab/lab.ts';

/** A process that owns a lab and is killed by a test. */
const { number, dir } = await startLab({ hosts: ['cojito'] });
console.log(JSON.stringify({ number, dir }));
