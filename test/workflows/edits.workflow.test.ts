import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { HISTORIES, idOf, readRecording, recordedVersions } from '../support/recorded.ts';
import { workflowBundle } from '../support/temporal.ts';
import { replayAll, type Replayed } from '../../worker/replay.ts';

/** Plausible changes of workflow code in states that open runs are in: what they break, and a recording that shows it. */
const EDITS: readonly (readonly [what: string, from: RegExp, to: string, recording: string])[] = [
  ['an activity more in front of a gate', /let plan = await makePlan\(\);/, 'await makePlan(); $&', 'exclude.waiting'],
  [
    'another activity in the place of one that runs',
    /interactive\.readSite\(input\)/,
    'interactive.doctor(input)',
    'inspect.waiting',
  ],
  ['a timer less', /(firstReminder\(state\) !== due), due - Date\.now\(\), \{[^}]*\}/, '$1', 'publish.waiting'],
  ['a pause before the first reminder', /due > Date\.now\(\) &&/, 'due >= begun &&', 'restore.reminded'],
  [
    'two steps in another order',
    /(await [^;]*\.backUp\)\(run, !todo\('backup'\)\);)([^;]*)(await [^;]*\.wipe\)\(run\);)/,
    '$3 $1',
    'semester.waiting',
  ],
  [
    'another phase in between',
    /if \(todo\('prune'\)\) await prune\(run\);/,
    'if (todo("wipe")) await prune(run); $&',
    'semester.ended',
  ],
  [
    'a signal more to another workflow',
    /await (\(0,\w+\.getExternalWorkflowHandle\)\(holder\.workflow\))\.signal\(/,
    'await $1.signal("wake"); $&',
    'site.waiting',
  ],
  [
    'a failed step is tried once more before it parks',
    /const order = await awaitOrder\(/,
    'await act({ workflow: myRun, step: name, round, byHand }).catch(() => undefined); $&',
    'rollback.parked',
  ],
  [
    'a pause that stops nothing',
    /untilResumed: \(\)\s*=>\s*state\.paused \?/,
    'untilResumed: ()=>false ?',
    'docker.deferred',
  ],
  [
    'a rejection that asks again at once',
    /await makePlan\(\);(?=\s*const asked)/,
    'await makePlan(); await makePlan();',
    'fleetUpdate.ended',
  ],
  [
    'a proof less before a task is deferred',
    /await [\w.]+\.quick\.proveLockout\(\{\s*keep\s*\}\)/,
    'null',
    'semester.deferred',
  ],
  ['a lock that forgets its holder when it continues as new', /= input\.lock\)/g, '= null)', 'site.continued-as-new'],
];

const version = (await recordedVersions()).at(-1)!;
const original = await readFile(workflowBundle().codePath, 'utf8');

async function replay(code: string, recording: string): Promise<Replayed> {
  const history = await readRecording(path.join(HISTORIES, version, `${recording}.json.gz`));
  for await (const replayed of replayAll({ workflowBundle: { code } }, [{ workflowId: idOf(history), history }]))
    return replayed;
  throw new Error('nothing was replayed');
}

test.each(EDITS)('%s does not replay', async (_, from, to, recording) => {
  const edited = original.replace(from, to);
  expect(edited, 'the edit applies to the code').not.toBe(original);
  const { failure } = await replay(edited, recording);
  expect(failure).not.toBeNull();
});

test('a failure names the event and the place in the code', async () => {
  const [, from, to, recording] = EDITS[0]!;
  const { failure } = await replay(original.replace(from, to), recording);
  expect(failure).toMatchObject({
    event: { id: expect.any(Number), type: expect.any(String) },
    reason: expect.stringMatching(/^Nondeterminism error: /),
    places: [expect.stringMatching(/^activity \w+ at workflows\/[\w/.-]+\.ts:\d+:\d+$/)],
  });
});
