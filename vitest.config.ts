import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** What takes longest, longest first: begun last, it would be waited for alone. A clean clone has no durations of earlier runs. */
const LONGEST = ['chaos', 'wipe', 'semester', 'guard', 'fleet-update', 'rollout', 'replica', 'wipe-saved'];

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const place = ({ moduleId }: TestSpecification) =>
      LONGEST.findIndex((name) => moduleId.endsWith(`/${name}.lab.test.ts`));
    const long = sorted.filter((file) => place(file) >= 0).toSorted((a, b) => place(a) - place(b));
    return [...long, ...sorted.filter((file) => place(file) < 0)];
  }
}

/** How long an event may take on a machine that is busy; vitest's own second is a guess at how fast it is. */
const expect = { poll: { timeout: 30_000 } };

/** After the unit tests. */
const beside = { sequence: { groupOrder: 1 }, maxWorkers: 3 };

export default defineConfig({
  test: {
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        // One process for all files that a core runs: much of the time went into loading the same packages for each.
        // So doubles are handed in: vi.mock does not reach a module that another file has loaded.
        test: {
          name: 'unit',
          isolate: false,
          unstubEnvs: true,
          restoreMocks: true,
          sequence: { groupOrder: 0 },
          include: ['test/**/*.test.ts'],
          exclude: ['test/**/*.{workflow,skipping,lab}.test.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
          expect,
        },
      },
      // The rest runs side by side, and most of the time it waits: for hosts, for a clock, for a server's answers.
      {
        // Months pass: each test has a time-skipping server of its own, whose clock stands while a worker is behind.
        test: {
          name: 'skipping',
          // No labs beside: on a busy machine that clock stands for longer than tests wait.
          sequence: { groupOrder: 2 },
          maxWorkers: 2,
          globalSetup: ['test/support/bundle.ts'],
          include: ['test/**/*.skipping.test.ts'],
          testTimeout: 300_000,
          hookTimeout: 300_000,
          expect,
        },
      },
      {
        // One development server for all files; each test has a namespace of its own.
        test: {
          name: 'workflow',
          ...beside,
          globalSetup: ['test/support/bundle.ts', 'test/support/dev-server.ts'],
          include: ['test/**/*.workflow.test.ts'],
          testTimeout: 300_000,
          hookTimeout: 300_000,
          expect,
        },
      },
      {
        // Each file has a lab of its own.
        test: {
          name: 'lab',
          ...beside,
          globalSetup: ['test/support/bundle.ts'],
          include: ['test/**/*.lab.test.ts'],
          testTimeout: 900_000,
          hookTimeout: 600_000,
          expect,
        },
      },
    ],
  },
});
