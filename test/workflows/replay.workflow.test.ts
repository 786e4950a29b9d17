import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { Client } from '@temporalio/client';
import { Worker } from '@temporalio/worker';
import { execa } from 'execa';
import { describe, expect, test } from 'vitest';
import {
  CANNOT,
  HISTORIES,
  idOf,
  MANIFEST,
  missingIn,
  readManifest,
  readRecording,
  recordedVersions,
  recordingsIn,
  releasedVersions,
  STATES,
  SUMS,
} from '../support/recorded.ts';
import { workflowFileOf } from '../../build/build.ts';
import { replayAll, replayOpenRuns, type Replayed } from '../../worker/replay.ts';
import * as workflows from '../../workflows/index.ts';
import { workflowBundle } from '../support/temporal.ts';

const versions = await recordedVersions();
const newest = versions.at(-1)!;
const ENCRYPTIONS = ['required', 'off'] as const;

describe('the recordings', () => {
  test('hold every workflow type in every state that it can reach', async () => {
    expect(Object.keys(CANNOT).toSorted()).toEqual(Object.keys(workflows).toSorted());
    expect(missingIn(await recordingsIn(path.join(HISTORIES, newest)))).toEqual([]);
    const named = (await recordingsIn(path.join(HISTORIES, newest))).map((name) => name.split('.') as [string, string]);
    expect(named.filter(([type, state]) => !(type in CANNOT) || !STATES.includes(state as never))).toEqual([]);
  });

  test('exist of every released version', async () => {
    expect(await releasedVersions()).toEqual(expect.arrayContaining(versions.filter((one) => one !== newest)));
    expect(versions).toEqual(expect.arrayContaining([...(await releasedVersions())]));
  });

  test.each(versions)('of %s are those that were recorded', async (version) => {
    const folder = path.join(HISTORIES, version);
    const sums = (await readFile(path.join(folder, SUMS), 'utf8')).trim().split('\n');
    expect(sums.map((line) => line.slice(66)).toSorted()).toEqual(
      [MANIFEST, ...(await recordingsIn(folder))].toSorted(),
    );
    for (const line of sums) {
      const content = await readFile(path.join(folder, line.slice(66)));
      expect(`${createHash('sha256').update(content).digest('hex')}  ${line.slice(66)}`).toBe(line);
    }
    expect((await readManifest(version)).version).toBe(version);
  });

  test('of a released version are as they were released', async (context) => {
    const git = async (...args: string[]) => (await promisify(execFile)('git', args, { cwd: HISTORIES })).stdout.trim();
    const isShallow = await git('rev-parse', '--is-shallow-repository').catch(() => 'true');
    if (isShallow !== 'false') return context.skip('this checkout has no history to compare with');
    for (const version of await releasedVersions()) {
      if (!versions.includes(version)) continue;
      const dated = `^## \\[${version.replaceAll('.', '\\.')}\\] [-–] [0-9]{4}-`;
      const commits = await git(
        'log',
        '--reverse',
        '--format=%H',
        `-G${dated}`,
        '--extended-regexp',
        '--',
        ':/CHANGELOG.md',
      );
      const [released] = commits.split('\n');
      // The release is being made: it is not committed yet.
      if (!released) continue;
      const changed = await git(
        'diff',
        '--name-status',
        '--diff-filter=MDRT',
        released,
        '--',
        `:/test/histories/${version}`,
      );
      expect(changed, `files of ${version}, which was released at ${released}`).toBe('');
    }
    return undefined;
  });
});

/** Encryption decides how workflows read failures, and parked steps show them. All else is the same code. */
const chosen = async (version: string, encryption: (typeof ENCRYPTIONS)[number]) =>
  (await recordingsIn(path.join(HISTORIES, version))).filter(
    (name) => encryption === 'required' || /[.]parked[.]/.test(name),
  );

async function* recordingsOf(version: string, names: readonly string[]) {
  const folder = path.join(HISTORIES, version);
  for (const name of names) {
    const history = await readRecording(path.join(folder, name));
    yield { workflowId: idOf(history), history };
  }
}

// A run that is open while the code changes must not be wedged by it: what it did must come out of today's code again.
test.each(versions.flatMap((version) => ENCRYPTIONS.map((encryption) => [version, encryption] as const)))(
  'what runs of %s did comes out of the code again (encryption: %s)',
  async (version, encryption) => {
    const workflowBundle = { codePath: workflowFileOf(encryption) };
    const failures: Replayed[] = [];
    let replayed = 0;
    const names = await chosen(version, encryption);
    for await (const one of replayAll({ workflowBundle }, recordingsOf(version, names))) {
      replayed++;
      if (one.failure) failures.push(one);
    }
    expect(failures).toEqual([]);
    expect(replayed).toBe(names.length);
  },
);

test('every open run for which there is no time is named', async () => {
  const runs = ['semester/a', 'semester/b', 'host/c'].map((workflowId) => ({
    workflowId,
    runId: 'r',
    type: 'semester',
  }));
  const client = { workflow: { list: () => runs } } as unknown as Client;
  const { replayed, unchecked } = await replayOpenRuns(client, { workflowBundle: workflowBundle(), withinMs: 0 });
  expect([replayed, unchecked.map(({ workflowId }) => workflowId)]).toEqual([
    0,
    runs.map(({ workflowId }) => workflowId),
  ]);
});

/** The workflows, with other code at the beginning of `docker`. */
async function withInDocker(what: string): Promise<string> {
  const code = await readFile(workflowBundle().codePath, 'utf8');
  const changed = code.replace(/(async function docker\([^)]*\) \{)/, `$1 ${what}`);
  expect(changed).not.toBe(code);
  return changed;
}

const recordingOf = (name: string) => path.join(HISTORIES, newest, `${name}.json.gz`);

/** Replays three recordings as open runs, the first one of `docker`. */
async function replayThree(code: string, taskMs: number) {
  const names = ['docker.waiting', 'inspect.waiting', 'publish.waiting'];
  const runs = names.map((name) => ({ workflowId: name, runId: 'r', type: 'semester', historySize: 1000 }));
  const client = {
    workflow: {
      list: () => runs,
      getHandle: (name: string) => ({ fetchHistory: () => readRecording(recordingOf(name)) }),
    },
  } as unknown as Client;
  return await replayOpenRuns(client, { workflowBundle: { code }, withinMs: 120_000, taskMs });
}

test.each([
  ['in one go', 'for (;;);'],
  ['over promises', 'for (;;) await null;'],
])('a run whose code never waits, %s, is named, and the others are replayed', async (_, loop) => {
  expect(await replayThree(await withInDocker(loop), 8_000)).toMatchObject({
    replayed: 3,
    failed: [{ workflowId: 'docker.waiting', failure: { reason: expect.stringContaining('never waits') } }],
    unchecked: [],
  });
});

describe('a machine that stands still', () => {
  const LONG = 'for (let i = 0, x = 0; i < 3e8; i++) x = (x + i) | 0;';
  const TASK_MS = 10_000;

  test('for longer than a workflow task may take is no fault of the code', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'stalled-'));
    const file = path.join(folder, 'workflows.js');
    await writeFile(file, await withInDocker(LONG));
    const script = path.join(import.meta.dirname, 'stalled.ts');
    const child = execa(process.execPath, [
      script,
      file,
      String(TASK_MS),
      ...['publish.waiting', 'docker.waiting'].map(recordingOf),
    ]);
    const state = async () => / ([A-Z]) /.exec(await readFile(`/proc/${child.pid}/stat`, 'utf8'))?.[1];
    await expect.poll(state, { timeout: 60_000 }).toBe('T');
    await sleep(TASK_MS + 1_000);
    child.kill('SIGCONT');
    const { stdout } = await child;
    // Before them stand lines of the SDK.
    const results = JSON.parse(stdout.split('\n').at(-1)!) as Replayed[];
    expect(results.map(({ failure }) => failure)).toEqual([null, null]);
    await rm(folder, { recursive: true });
  });

  test('each time leaves the run unchecked, and its name is told', async () => {
    const waits = 'Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 600000);';
    expect(await replayThree(await withInDocker(waits), 2_000)).toEqual({
      replayed: 2,
      failed: [],
      unchecked: [{ workflowId: 'docker.waiting', reason: expect.stringContaining('no processor time') }],
    });
  });
});

test('the result of a child that cannot be read stops the run: a step that parks instead would not replay later', async () => {
  const history = await readRecording(path.join(HISTORIES, newest, 'fleetUpdate.ended.json.gz'));
  const events = history.events!;
  const at = events.findIndex((event) => event.childWorkflowExecutionCompletedEventAttributes);
  events[at]!.childWorkflowExecutionCompletedEventAttributes!.result!.payloads![0]!.data = Buffer.from('{');
  // What follows was done by a worker that could read it.
  events.splice(at + 4);
  const replay = Worker.runReplayHistory({ workflowBundle: workflowBundle() }, history, idOf(history));
  await expect(replay).rejects.toThrow(/workflow task failure/);
});
