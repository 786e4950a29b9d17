/**
 * How Node is started for a worker, in the Dockerfile, in docs/semester-worker.service and in package.json. Without limits its
 * heaps (of activities, of workflows, of the compiler) grow as if all memory of the machine were theirs.
 */
export const NODE_FLAGS = ['--max-semi-space-size=2', '--max-old-space-size=400'] as const;
