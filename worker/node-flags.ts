/**
 * Node's flags for a worker, repeated in the Dockerfile, in docs/semester-worker.service and in package.json. Without
 * limits its heaps (activities, workflows) grow toward the memory of the whole machine.
 */
export const NODE_FLAGS = ['--max-semi-space-size=2', '--max-old-space-size=400'] as const;
