import { defineConfig } from 'vitest/config';

/** `npm run histories`: plays scenarios and records them. It is no test. */
export default defineConfig({
  test: {
    include: ['test/record/*.record.ts'],
    globalSetup: ['test/record/set-up.ts'],
    isolate: false,
    maxWorkers: 2,
    maxConcurrency: 3,
    testTimeout: 300_000,
    hookTimeout: 300_000,
  },
});
