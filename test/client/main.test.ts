import type { Command } from 'commander';
import { WorkflowNotFoundError, WorkflowUpdateFailedError } from '@temporalio/client';
import { describe, expect, test } from 'vitest';
import { program, run } from '../../client/main.ts';
import { terminalIo } from '../../client/io.ts';
import { CliError, EXIT, describeError } from '../../client/exit.ts';
import { SEMESTER_EXAMPLE, SITE_EXAMPLE } from '../config/files.ts';
import { recorder } from './io.ts';

/** Every command that does something, `host exclude` and the like by both words. */
function commandsOf(command: Command, words: readonly string[] = []): readonly Leaf[] {
  const flags = command.options.map(({ long }) => long);
  if (command.commands.length === 0) return [{ words, flags }];
  return command.commands.flatMap((one) => commandsOf(one, [...words, one.name()]));
}
interface Leaf {
  readonly words: readonly string[];
  readonly flags: readonly (string | undefined)[];
}
const COMMANDS = commandsOf(await program(recorder())).map(({ words, flags }) => ({
  name: words.join(' '),
  words,
  flags,
}));
const NAMES =
  'check doctor rehearse start status plan approve reject retry done skip abort keep reschedule pause resume backups restore gpus audit'.split(
    ' ',
  );

describe('help', () => {
  test('names every command', async () => {
    const io = recorder();
    expect(await run(['--help'], io)).toBe(EXIT.ok);
    for (const name of NAMES) expect(io.lines.join('\n')).toMatch(new RegExp(`^  ${name} `, 'm'));
    expect(COMMANDS.map(({ name }) => name)).toEqual(expect.arrayContaining(NAMES));
  });

  test.each(COMMANDS)('$name shows an example, and has --json', async ({ name, words, flags }) => {
    const io = recorder();
    expect(await run([...words, '--help'], io)).toBe(EXIT.ok);
    expect(io.lines.join('\n')).toMatch(new RegExp(`Example:\n  (umask 077; )?semester ${name}`));
    // The one serves until it is ended, the other prints a script.
    expect(flags.includes('--json')).toBe(name !== 'codec' && name !== 'completion');
  });
});

describe('wrong usage ends with 2 before anything is tried', () => {
  test.each([
    [['nonsense']],
    [['approve', '2027-spring', 'wipe']],
    [['retry', '2027-spring', 'backup', '--by', 'kim']],
    [['start', '--by', 'kim', '--from', 'lunch']],
    [['keep', '2027-spring', '--by', 'kim', '--reason', 'x']],
    [['restore', '--by', 'kim']],
    [['restore', 'ara', '--all', '--by', 'kim']],
    [['restore', '../bacchus', '--by', 'kim']],
    [['restore', 'ara', '--to', 'here', '--by', 'kim']],
    [['restore', '--docker', '--all', '--by', 'kim']],
    [['restore', '--docker', 'ara', '--from', '2027-02-11-wipe', '--by', 'kim']],
    [['reschedule', '2027-spring', '--by', 'kim', '--reason', 'no date']],
  ])('%j', async (args) => {
    const io = recorder();
    expect(await run(args, io)).toBe(EXIT.usage);
    expect(io.notes.join('\n')).not.toBe('');
  });

  test('with --json as JSON', async () => {
    const io = recorder();
    expect(await run(['retry', '2027-spring', 'backup', '--by', 'kim', '--json'], io)).toBe(EXIT.usage);
    expect(JSON.parse(io.lines.join('\n'))).toMatchObject({
      version: 1,
      command: 'retry',
      ok: false,
      code: 2,
      result: null,
      error: expect.stringContaining('--reason'),
    });
  });
});

test('check prints what is wrong once and ends with 2', async () => {
  const io = recorder();
  expect(await run(['check', '--site', SITE_EXAMPLE, '--semester', SEMESTER_EXAMPLE, '--deadline', 'soon'], io)).toBe(
    2,
  );
  expect(io.lines.filter((line) => line.includes('deadline'))).toHaveLength(1);
  expect(io.notes).toEqual([]);
});

test('start refuses wrong configuration without reaching Temporal, naming file and flag', async () => {
  const io = recorder();
  const args = [
    'start',
    '--site',
    SITE_EXAMPLE,
    '--semester',
    SEMESTER_EXAMPLE,
    '--by',
    'kim',
    '--deadline',
    '2020-01-01',
  ];
  expect(await run([...args, '--json'], io)).toBe(EXIT.usage);
  const { ok, code, error } = JSON.parse(io.lines.join('\n')) as { ok: boolean; code: number; error: string };
  expect([ok, code]).toEqual([false, 2]);
  expect(error).toContain('command line  deadline');
});

test('a Temporal that does not answer ends with 4 and a sentence with its address', async () => {
  process.env['TEMPORAL_ADDRESS'] = '127.0.0.1:9';
  try {
    const notes: string[] = [];
    expect(await run(['status', '2027-spring'], { ...terminalIo(), note: (text) => void notes.push(text) })).toBe(4);
    expect(notes.join('\n')).toContain('Temporal does not answer. TEMPORAL_ADDRESS=127.0.0.1:9: nothing listens there');
  } finally {
    delete process.env['TEMPORAL_ADDRESS'];
  }
});

test('a file of the identity that cannot be read is named, with what to do', async () => {
  const notes: string[] = [];
  const argv = [
    'restore-service',
    '/nowhere/backup.age',
    '--identity',
    '/nowhere/key.txt',
    '--site',
    '/nowhere/site.yaml',
  ];
  expect(await run(argv, { ...terminalIo(), note: (text) => void notes.push(text) })).toBe(2);
  expect(notes.join('\n')).toBe(
    'The identity /nowhere/key.txt cannot be read (ENOENT). Name the file that age-keygen wrote: --identity FILE',
  );
});

test('exit codes tell refusals, absence and failures apart', () => {
  expect(
    describeError(new WorkflowUpdateFailedError('Workflow Update failed', new Error('lee has approved already'))),
  ).toEqual({
    code: EXIT.refused,
    message: 'Not accepted: lee has approved already',
  });
  expect(describeError(new WorkflowNotFoundError('workflow not found for ID: x', 'semester/x', undefined))).toEqual({
    code: EXIT.notFound,
    message:
      'There is no workflow semester/x in this namespace of Temporal. Check the name; "semester status" shows what runs.',
  });
  expect(
    describeError(new WorkflowNotFoundError('workflow execution already completed', 'semester/x', undefined)),
  ).toEqual({ code: EXIT.notFound, message: 'semester/x has ended, and takes no messages.' });
  expect(describeError(new CliError(EXIT.usage, 'x')).code).toBe(EXIT.usage);
  expect(describeError(new Error('boom'))).toEqual({ code: EXIT.failed, message: 'boom' });
});
