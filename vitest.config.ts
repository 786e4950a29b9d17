import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** What takes longest, longest first: begun last, it would be waited for alone. A clean clone has no durations of earlier runs. */
const LONGEST = ['chaos', 'wipe', 'semester', 'guard', 'fleet-update', 'rollout', 'replica', 'wipe-saved'];

const PROJECTS = ['lab', 'skipping', 'workflow', 'unit', 'machines'];

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const place = ({ moduleId }: TestSpecification) =>
      LONGEST.findIndex((name) => moduleId.endsWith(`/${name}.lab.test.ts`));
    const long = sorted.filter((file) => place(file) >= 0).toSorted((a, b) => place(a) - place(b));
    const rest = sorted.filter((file) => place(file) < 0);
    // A process goes on with files of its own project; the short unit tests fill the end.
    return [...long, ...PROJECTS.flatMap((name) => rest.filter(({ project }) => project.name === name))];
  }
}

/** `npm test` runs a sample of the tests on full machines, which take minutes each. */
const everyMachine = process.env['MACHINES'] === 'all';

/**
 * How long an event may take on a machine that is busy; vitest's own second is a guess at how fast it is. In a lab a poll starts several
 * programs, so 20 in a second, as vitest's own, would keep a core busy.
 */
const expect = { poll: { timeout: 30_000 } };
const labExpect = { poll: { ...expect.poll, interval: 200 } };

/**
 * One process for many files of a project: much of the time went into loading the same packages for each. So doubles are handed in:
 * vi.mock does not reach a module that another file has loaded. Most of the time tests wait, for hosts, for a clock, for a server's
 * answers: so there are more processes than cores.
 */
const shared = { isolate: false, restoreMocks: true, maxWorkers: 3, expect } as const;

export default defineConfig({
  test: {
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        test: {
          name: 'unit',
          ...shared,
          unstubEnvs: true,
          include: ['test/**/*.test.ts'],
          exclude: ['test/**/*.{workflow,skipping,lab,machine}.test.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        // Months pass: each test has a time-skipping server of its own, in one process.
        test: {
          name: 'skipping',
          ...shared,
          globalSetup: ['test/support/bundle.ts', 'test/support/test-servers.ts'],
          include: ['test/**/*.skipping.test.ts'],
          testTimeout: 300_000,
          hookTimeout: 300_000,
        },
      },
      {
        // One development server for all files; each test has a namespace of its own.
        test: {
          name: 'workflow',
          ...shared,
          unstubEnvs: true,
          globalSetup: ['test/support/bundle.ts', 'test/support/dev-server.ts'],
          include: ['test/**/*.workflow.test.ts'],
          testTimeout: 300_000,
          hookTimeout: 300_000,
        },
      },
      {
        // Each file has a lab of its own.
        test: {
          name: 'lab',
          ...shared,
          expect: labExpect,
          globalSetup: ['test/support/bundle.ts'],
          include: ['test/**/*.lab.test.ts'],
          testTimeout: 900_000,
          hookTimeout: 600_000,
        },
      },
      {
        // After all others, one file at a time: an emulated machine takes both cores of a small computer. `npm run test:machines` runs all.
        test: {
          name: 'machines',
          ...shared,
          maxWorkers: 1,
          sequence: { groupOrder: 1 },
          include: everyMachine ? ['test/**/*.machine.test.ts'] : ['test/lab/vm/sample.machine.test.ts'],
          testTimeout: 1_800_000,
          hookTimeout: 900_000,
        },
      },
    ],
  },
});
