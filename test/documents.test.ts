import { access, readFile } from 'node:fs/promises';
import path from 'node:path';
import { CommanderError, type Command } from 'commander';
import { execa } from 'execa';
import { beforeAll, expect, test } from 'vitest';
import { program } from '../client/main.ts';
import * as messages from '../workflows/messages.ts';
import { recorder } from './client/io.ts';
import { documents, top, type Document } from './documents.ts';

let all: readonly Document[];
beforeAll(async () => {
  all = await documents();
});

/** The arguments after `semester`, for each way to call it; null for other commands. */
function argumentsOf(words: readonly string[]): readonly string[] | null {
  const at = words.findIndex((word) => word === 'semester' || word.endsWith('client/semester.js'));
  const before = words.slice(0, Math.max(at, 0)).join(' ');
  return at >= 0 && /^(|npx --no --|node|docker compose exec \w+ node)$/.test(before) ? words.slice(at + 1) : null;
}

const every = (pick: (document: Document) => readonly (readonly string[])[]) =>
  all.flatMap((document) =>
    pick(document).flatMap((words) => {
      const args = argumentsOf(words);
      return args === null ? [] : [{ file: document.file, args }];
    }),
  );

/** The command line without actions: it accepts or rejects arguments as the real one does before it acts. */
async function inert(): Promise<Command> {
  const semester = await program(recorder());
  for (const command of semester.commands.flatMap((one) => [one, ...one.commands])) {
    if (command.commands.length === 0) command.action(() => {});
  }
  return semester;
}

async function problemOf(args: readonly string[]): Promise<string | null> {
  try {
    await (await inert()).parseAsync(args, { from: 'user' });
    return null;
  } catch (error) {
    // --version and --help.
    if (error instanceof CommanderError && error.exitCode === 0) return null;
    return `semester ${args.join(' ')}: ${error instanceof Error ? error.message : String(error)}`;
  }
}

test('the command line accepts every command in code blocks', async () => {
  const typed = every(({ commands }) => commands).filter(({ args }) => !args.some((word) => word.includes('…')));
  expect(typed.length).toBeGreaterThan(20);
  const problems = await Promise.all(typed.map(({ args }) => problemOf(args)));
  expect(problems.filter((problem) => problem !== null)).toEqual([]);
});

test('no text says npx semester: outside a checkout it asks the public registry for a name that is not ours', async () => {
  const { stdout } = await execa('git', ['grep', '-lE', 'npx (-y )?semester', '--', '.', ':!test', ':!CHANGELOG.md'], {
    cwd: top,
    reject: false,
  });
  expect(stdout).toBe('');
});

test('every command in a sentence exists, with its flags', async () => {
  const mentioned = [...every(({ mentioned }) => mentioned), ...every(({ commands }) => commands)];
  expect(mentioned.length).toBeGreaterThan(40);
  const wrong: string[] = [];
  for (const { file, args } of mentioned) {
    let command = await inert();
    for (const word of args) {
      const next = command.commands.find((one) => one.name() === word);
      if (next) command = next;
    }
    const flags = args.filter((word) => /^--\w/.test(word) && word !== '--help');
    const unknown = flags.filter((flag) => !command.options.some(({ long }) => long === flag.split('=')[0]));
    const named = args.length === 0 || args[0]!.startsWith('-') || args[0] === '…' || command.name() !== 'semester';
    if (!named || unknown.length > 0) wrong.push(`${file}: semester ${args.join(' ')}`);
  }
  expect(wrong).toEqual([]);
});

test('npm scripts, test projects and signals exist', async () => {
  const { scripts } = JSON.parse(await readFile(path.join(top, 'package.json'), 'utf8')) as {
    scripts: Record<string, string>;
  };
  const projects = await readFile(path.join(top, 'vitest.config.ts'), 'utf8');
  const signals = Object.values(messages).map<string>(({ name }) => name);
  const wrong: string[] = [];
  for (const { file, commands, mentioned } of all) {
    for (const words of [...commands, ...mentioned]) {
      const line = words.join(' ');
      const script = /^npm run (\S+)/.exec(line)?.[1];
      const own = script === undefined ? undefined : scripts[script];
      const project = /--project (\S+)/.exec(line)?.[1];
      const signal = /^temporal workflow (?:signal|query) .*--name (\S+)/.exec(line)?.[1];
      if (script !== undefined && own === undefined) wrong.push(`${file}: ${line}`);
      if (own?.includes('tsx lab/')) {
        const source = await readFile(path.join(top, /lab\/\S+\.ts/.exec(own)![0]), 'utf8');
        const flags = words.filter((word) => /^--\w/.test(word));
        if (flags.some((flag) => !source.includes(`'${flag}`) && !source.includes(`, ${flag}`)))
          wrong.push(`${file}: ${line}`);
      }
      if (project !== undefined && !projects.includes(`name: '${project}'`)) wrong.push(`${file}: ${line}`);
      if (signal !== undefined && !signals.includes(signal)) wrong.push(`${file}: ${line}`);
      const input = words[words.indexOf('--input') + 1];
      if (signal !== undefined && input?.startsWith('{')) expect(() => JSON.parse(input) as unknown).not.toThrow();
    }
  }
  expect(wrong).toEqual([]);
});

test('every link within the repository has a target', async () => {
  const links = all.flatMap(({ file, text }) =>
    [...text.matchAll(/\]\(([^)\s]+)\)/g)]
      .map(([, target = '']) => target)
      .filter((target) => !/^[a-z]+:/.test(target))
      .map((target) => ({ file, target })),
  );
  expect(links.length).toBeGreaterThan(10);
  const broken: string[] = [];
  for (const { file, target } of links) {
    const [name = '', anchor] = target.split('#');
    const found = path.join(top, path.dirname(file), name === '' ? path.basename(file) : name);
    const there = await access(found).then(
      () => true,
      () => false,
    );
    const headings = there && anchor !== undefined ? anchorsOf(await readFile(found, 'utf8')) : [];
    if (!there || (anchor !== undefined && !headings.includes(decodeURIComponent(anchor))))
      broken.push(`${file}: ${target}`);
  }
  expect(broken).toEqual([]);
});

/** Heading anchors, as a forge derives them. */
const anchorsOf = (text: string): readonly string[] =>
  [...text.matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .trim()
      .replaceAll(' ', '-'),
  );
