import type { Client } from '@temporalio/client';
import { describe, expect, it } from 'vitest';
import type { InspectInput } from '../../activities/inspections.ts';
import { EXIT } from '../../client/exit.ts';
import { run } from '../../client/main.ts';
import type { Holder } from '../../domain/gpu-holders.ts';
import { SITE_EXAMPLE } from '../config/files.ts';
import { recorder, resultOf } from './io.ts';
import type { HostResult, SampledHosts } from '../../activities/hosts/gpu/contract.ts';

/** A Temporal client whose worker answers with `look`, and stops polling after `looks` inspections. */
function clientOf(look: (asked: InspectInput) => readonly HostResult[] | SampledHosts, looks = Infinity) {
  const asked: InspectInput[] = [];
  const started: string[] = [];
  const deleted: string[] = [];
  const seconds = () => (asked.length < looks ? Date.now() / 1000 : 0);
  const client = {
    options: { namespace: 'default' },
    workflowService: {
      describeTaskQueue: async () => ({ pollers: [{ identity: 'w', lastAccessTime: { seconds: seconds() } }] }),
      deleteWorkflowExecution: async ({
        workflowExecution: { workflowId },
      }: {
        workflowExecution: { workflowId: string };
      }) => void deleted.push(workflowId),
    },
    workflow: {
      execute: async (_: string, { args: [ask], workflowId }: { args: [InspectInput]; workflowId: string }) => {
        asked.push(ask);
        started.push(workflowId);
        return look(ask);
      },
    },
  } as unknown as Client;
  return { client, asked, started, deleted };
}
const use = {
  gpu: '0: RTX 3090',
  pid: 42,
  user: 'kim',
  memoryMiB: 1024,
  utilisation: 0,
  since: '2027-03-01T00:00:00Z',
  command: 'python train.py',
  screen: false,
};
const gpu = { index: '0', name: 'RTX 3090', memoryMiB: 24576, usedMiB: 1024, utilisation: 0 };
const gpus = (asked: InspectInput): readonly HostResult[] => {
  if (asked.kind !== 'gpus') throw new Error(`asked for ${asked.kind}`);
  return asked.hosts.map((host) =>
    host === 'bernini'
      ? { host, problem: 'no route to host' }
      : { host, at: '2027-03-02T00:00:00Z', gpus: [gpu], uses: [{ host, ...use }] },
  );
};
const site = ['--site', SITE_EXAMPLE];

describe('semester gpus', () => {
  it('checks every server of site.yaml at once, names the unreachable ones, and exits with 1 for them', async () => {
    const { client, asked } = clientOf(gpus);
    const io = recorder(null, client);
    expect(await run(['gpus', ...site], io)).toBe(EXIT.failed);
    expect(asked).toEqual([{ kind: 'gpus', hosts: expect.arrayContaining(['asahi', 'bernini']) }]);
    expect(io.lines).toHaveLength(1);
    expect(io.lines[0]).toMatch(/kim.*python train\.py/);
    expect(io.lines[0]).toMatch(/bernini.*not checked: no route to host/);
    expect(io.notes.join('\n')).toContain('bernini: no route to host');
  });

  it('--watch prints one line of JSON every minute until no worker answers', async () => {
    const { client, asked, started, deleted } = clientOf(gpus, 3);
    const io = recorder(null, client);
    expect(await run(['gpus', 'asahi', '--watch', '--json', ...site], io)).toBe(EXIT.notFound);
    expect(asked).toHaveLength(3);
    // A look leaves nothing behind.
    expect(new Set(started).size).toBe(3);
    expect(deleted).toEqual(expect.arrayContaining(started));
    expect(io.pauses).toEqual([60_000, 60_000, 60_000]);
    const result = [expect.objectContaining({ host: 'asahi', uses: [{ host: 'asahi', ...use }] })];
    const look = { version: 1, command: 'gpus', ok: true, code: 0, error: null, result };
    const end = expect.objectContaining({ command: 'gpus', ok: false, code: EXIT.notFound, result: null });
    expect(io.lines.map((line) => JSON.parse(line) as unknown)).toEqual([look, look, look, end]);
  });

  it('prints one object with --json, also where a host does not answer', async () => {
    const io = recorder(null, clientOf(gpus).client);
    expect(await run(['gpus', 'asahi', 'bernini', '--json', ...site], io)).toBe(EXIT.failed);
    const error = expect.stringContaining('bernini: no route to host');
    expect(JSON.parse(io.lines.join('\n'))).toMatchObject({
      ok: false,
      code: EXIT.failed,
      error,
      result: { length: 2 },
    });
    expect(io.notes).toEqual([]);
  });

  it('--watch continues with a host that does not answer, and clears the screen only on a terminal', async () => {
    const shown = async (answer: string | null) => {
      const io = recorder(answer, clientOf(gpus, 2).client);
      await run(['gpus', 'bernini', '--watch', ...site], io);
      return io.lines;
    };
    const terminal = await shown('');
    const cleared = '\u001b[2J\u001b[H';
    const report = expect.stringContaining('not checked: no route to host') as string;
    expect(terminal).toEqual([cleared, report, cleared, report]);
    for (const text of await shown(null)) expect(text).not.toContain('\u001b');
  });
});

describe('semester gpus --idle', () => {
  const holder = (idleSince: string): Holder => ({ ...use, idleSince, idleSamples: 145 });
  const at = '2027-03-02T12:00:00Z';
  const sampled = (every: string | null = 'PT10M'): SampledHosts => ({
    every,
    hosts: [
      { host: 'asahi', sampled: { at, holders: [holder('2027-03-01T11:00:00Z')] } },
      { host: 'bernini', sampled: { at, holders: [holder('2027-03-02T02:00:00Z')] } },
    ],
  });
  const idle = async (args: readonly string[], answer = sampled()) => {
    const { client, asked } = clientOf(() => answer);
    const io = recorder(null, client);
    const code = await run(['gpus', ...args, ...site], io);
    return { code, asked, text: io.lines.join('\n'), notes: io.notes.join('\n') };
  };

  it('lists accounts that have held an idle GPU for a day or for the given time', async () => {
    const day = await idle(['--idle']);
    expect(day).toMatchObject({ code: EXIT.ok, asked: [{ kind: 'gpu-holders' }] });
    expect(day.text).toMatch(/asahi.*kim.*145/);
    expect(day.text).not.toContain('bernini');
    expect((await idle(['--idle', 'PT10H'])).text).toMatch(/bernini.*kim/);
    expect((await idle(['--idle', 'P2D'])).text).toContain('No process has held a GPU for P2D');
  });

  it('takes names of hosts, and prints JSON', async () => {
    expect((await idle(['bernini', '--idle'])).text).toContain('No process has held a GPU for P1D');
    const { text } = await idle(['asahi', '--idle', 'PT1H', '--json']);
    expect(resultOf(text)).toEqual([{ host: 'asahi', ...holder('2027-03-01T11:00:00Z') }]);
  });

  it('names the missing setting of sampling and an invalid duration before it queries', async () => {
    const off = await idle(['--idle'], sampled(null));
    expect([off.code, off.notes]).toEqual([EXIT.usage, expect.stringContaining('gpus: { sample: PT10M }')]);
    const wrong = await idle(['--idle', 'asahi']);
    expect([wrong.code, wrong.notes]).toEqual([EXIT.usage, expect.stringContaining('--idle asahi is no ISO-8601')]);
    expect(wrong.asked).toEqual([]);
  });
});
