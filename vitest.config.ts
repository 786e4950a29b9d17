import { defineConfig } from 'vitest/config';

// The projects run one after the other: two cores carry a lab or a time-skipping server, not both.
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          sequence: { groupOrder: 0 },
          include: ['test/**/*.test.ts'],
          exclude: ['test/**/*.workflow.test.ts', 'test/**/*.lab.test.ts'],
          testTimeout: 20_000,
        },
      },
      {
        // The time-skipping server's clock is global: one environment a file, files one after the other.
        test: {
          name: 'workflow',
          sequence: { groupOrder: 1 },
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
          sequence: { groupOrder: 2 },
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
