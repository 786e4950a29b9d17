import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** The whole semester on real hosts takes longer than any other file: begun last, it would be waited for alone. */
class SemesterFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const isSemester = ({ moduleId }: TestSpecification) => moduleId.endsWith('/semester.lab.test.ts');
    const sorted = await super.sort(files);
    return [...sorted.filter(isSemester), ...sorted.filter((file) => !isSemester(file))];
  }
}

/** How long an event may take on a machine that is busy; vitest's own second is a guess at how fast it is. */
const expect = { poll: { timeout: 30_000 } };

// The projects run one after the other: a lab's hosts and a time-skipping server would only hold each other up.
export default defineConfig({
  test: {
    sequence: { sequencer: SemesterFirst },
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
          exclude: ['test/**/*.workflow.test.ts', 'test/**/*.lab.test.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
          expect,
        },
      },
      {
        // A time-skipping server's clock stands still while a worker is behind: one environment a file, one file after the other.
        test: {
          name: 'workflow',
          sequence: { groupOrder: 1 },
          globalSetup: ['test/support/bundle.ts'],
          include: ['test/**/*.workflow.test.ts'],
          maxWorkers: 1,
          testTimeout: 300_000,
          hookTimeout: 300_000,
          expect,
        },
      },
      {
        // Each file has a lab of its own, and labs stand side by side: most of the time a file waits for hosts.
        // More than two at a time keep two cores so busy that people's own time limits pass.
        test: {
          name: 'lab',
          sequence: { groupOrder: 2 },
          globalSetup: ['test/support/bundle.ts'],
          include: ['test/**/*.lab.test.ts'],
          maxWorkers: 2,
          testTimeout: 900_000,
          hookTimeout: 600_000,
          expect,
        },
      },
    ],
  },
});
