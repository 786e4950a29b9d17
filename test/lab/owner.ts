import { startLab } from '../../lab/lab.ts';

/** A process that owns a lab. A test kills it. */
const { number, dir } = await startLab({ hosts: ['cojito'] });
console.log(JSON.stringify({ number, dir }));
