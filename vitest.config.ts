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
      {
        // While a worker is behind, the time-skipping server's clock stands: one file after the other, and no labs beside.
        test: {
          name: 'skipping',
          sequence: { groupOrder: 1 },
          globalSetup: ['test/support/bundle.ts'],
          include: ['test/**/*.skipping.test.ts'],
          maxWorkers: 1,
          testTimeout: 300_000,
          hookTimeout: 300_000,
          expect,
        },
      },
      {
        // On one development server, which does not mind other files beside, nor labs.
        test: {
          name: 'workflow',
          sequence: { groupOrder: 2 },
          globalSetup: ['test/support/bundle.ts', 'test/support/dev-server.ts'],
          include: ['test/**/*.workflow.test.ts'],
          maxWorkers: 3,
          testTimeout: 120_000,
          hookTimeout: 120_000,
          expect,
        },
      },
      {
        // Each file has a lab of its own, and labs stand side by side: most of the time a file waits for hosts.
        test: {
          name: 'lab',
          sequence: { groupOrder: 2 },
          globalSetup: ['test/support/bundle.ts'],
          include: ['test/**/*.lab.test.ts'],
          maxWorkers: 3,
          testTimeout: 900_000,
          hookTimeout: 600_000,
          expect,
        },
      },
    ],
  },
});
