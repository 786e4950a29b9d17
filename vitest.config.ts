import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: ['test/**/*.workflow.test.ts', 'test/**/*.lab.test.ts'],
          testTimeout: 20_000,
        },
      },
      {
        // The time-skipping server's clock is global: one environment a file, files one after the other.
        test: {
          name: 'workflow',
          globalSetup: ['test/support/bundle.ts'],
          include: ['test/**/*.workflow.test.ts'],
          fileParallelism: false,
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
      {
        // Each file has a lab of its own; two cores carry one at a time.
        test: {
          name: 'lab',
          globalSetup: ['test/support/bundle.ts'],
          include: ['test/**/*.lab.test.ts'],
          fileParallelism: false,
          testTimeout: 300_000,
          hookTimeout: 300_000,
        },
      },
    ],
  },
});
