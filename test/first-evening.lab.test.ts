import { spawn } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { execa } from 'execa';
import getPort from 'get-port';
import { afterAll, beforeAll, expect, onTestFailed, test } from 'vitest';
import { startLab, type Lab } from '../lab/lab.ts';
import { temporalCommand } from '../lab/setup/temporal.ts';
import { top } from './documents.ts';
import { installPackage, packInto } from './support/package.ts';

/** An administrator with an empty folder, who types what docs/first-evening.md says and nothing else. */
let lab: Lab;
let folder: string;
let programs: string;
/** Programs that the guide leaves running, each with its children. */
const running: number[] = [];
const transcript: string[] = [];

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'semester-evening-'));
  programs = path.join(folder, '..', `${path.basename(folder)}-programs`);
  await mkdir(programs);
  lab = await startLab({ hosts: ['asahi', 'bernini'], busy: false });
});
afterAll(async () => {
  for (const group of running) {
    try {
      process.kill(-group, 'SIGKILL');
    } catch {
      // It has ended.
    }
  }
  await lab?.down();
  for (const place of [folder, programs]) await rm(place, { recursive: true, force: true });
});

/** The commands of the guide, in order; each continued line is one. */
async function guide(): Promise<readonly string[]> {
  const text = await readFile(path.join(top, 'docs/first-evening.md'), 'utf8');
  const blocks = [...text.matchAll(/^```sh\n(.*?)^```$/gms)].map(([, block = '']) => block);
  return blocks.flatMap((block) => block.replaceAll(/ *\\\n\s*/g, ' ').split('\n')).filter((line) => line !== '');
}

/** Names, addresses and dates of the guide, and those of this lab. */
async function names(): Promise<readonly (readonly [string, string])[]> {
  const { idServer, smtp, git, homepage, survey } = lab.services;
  const hosts = lab.hosts.map(
    ({ name, address, port }) => [`${name}.snucse.org`, `${name}=${address}:${port}`] as const,
  );
  const day = (after: number) => new Date(Date.now() + after * 86_400_000).toISOString().slice(0, 10);
  const { version } = JSON.parse(await readFile(path.join(top, 'package.json'), 'utf8')) as { version: string };
  return [
    ...hosts,
    ['gpu-semester-semester-0.2.0.tgz', `gpu-semester-semester-${version}.tgz`],
    ['https://id.snucse.org', idServer.url],
    ['gpusemester', idServer.username],
    ['smtp.example.org:587', `${smtp.host}:${smtp.port}`],
    ['git@github.com:bacchus-snu/bacchus-snu.github.io.git', git.url],
    ['https://bacchus.snucse.org/gpu-agreement', 'https://bacchus.example.org/gpu-agreement'],
    ['https://bacchus.snucse.org', homepage.url],
    ['survey.csv', survey.file],
    ['2027-02-10', day(60)],
    ['2027-03-02', day(80)],
    ['2027-08-10', day(240)],
    ['7233', String(await getPort())],
  ];
}

/** The files that the guide says are in the folder. */
async function receive(): Promise<void> {
  const secrets = {
    'ssh-key': 'SEMESTER_SSH_KEY',
    'ssh-password': 'SEMESTER_SSH_PASSWORD',
    'id-password': 'SEMESTER_ID_PASSWORD',
    'id-database-url': 'SEMESTER_ID_DATABASE_URL',
  };
  for (const [file, name] of Object.entries(secrets))
    await writeFile(path.join(folder, file), `${lab.secrets[name]}\n`, { mode: 0o600 });
  for (const name of ['kim', 'lee', 'park'])
    await execa('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', name, '-f', path.join(folder, name)]);
  await packInto(folder);
}

/** What npm would do without a network: the programs are where the shell finds them. */
async function install(file: string): Promise<void> {
  const installed = await installPackage(path.join(folder, file), path.join(programs, 'lib'));
  for (const [name, program] of Object.entries(installed.programs)) {
    await writeFile(path.join(programs, name), `#!/bin/sh\nexec ${process.execPath} ${program} "$@"\n`);
    await chmod(path.join(programs, name), 0o755);
  }
  await writeFile(path.join(programs, 'temporal'), `#!/bin/sh\nexec ${await temporalCommand()} "$@" --headless\n`);
  await chmod(path.join(programs, 'temporal'), 0o755);
}

/** A shell in the folder that knows nothing of this process's environment. */
async function shell() {
  const env = {
    PATH: `${programs}:${path.dirname(process.execPath)}:/usr/local/bin:/usr/bin:/bin`,
    HOME: folder,
    LANG: 'C.UTF-8',
    // Other workers of this machine may have the usual ports.
    SEMESTER_HEALTH_PORT: String(await getPort()),
    SEMESTER_METRICS: 'off',
  };
  // What a person set earlier in the same shell.
  let before = '';
  return {
    remember: (line: string) => (before += `${line}\n`),
    run: (line: string, typed?: (shown: string) => string | null) =>
      new Promise<{ code: number | null; shown: string }>((resolve, reject) => {
        const command = `${before}${line}`;
        // A person answers at a terminal.
        const wide = `stty cols 200 rows 50\n${command}`;
        const [program, ...args] = typed ? ['script', '-qefc', wide, '/dev/null'] : ['bash', '-c', command];
        const child = spawn(program, args, { cwd: folder, env, detached: true, stdio: ['pipe', 'pipe', 'pipe'] });
        const stays = line.endsWith('&');
        if (stays) running.push(child.pid ?? 0);
        else child.once('error', reject);
        let shown = '';
        let answered = false;
        const see = (data: Buffer) => {
          shown += data.toString();
          if (typed) transcript.push(data.toString());
          const answer = answered ? null : typed?.(shown);
          if (!answer) return;
          answered = true;
          child.stdin.write(`${answer}\r`);
        };
        child.stdout.on('data', see);
        child.stderr.on('data', see);
        if (!typed) child.stdin.end();
        child.once('close', (code) => resolve({ code, shown }));
      }),
  };
}

const fingerprintOnConsole = async (host: string) =>
  /SHA256:\S+/.exec(await lab.exec(host, 'ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub'))?.[0] ?? '';

test('who types what the guide says has a started semester', async () => {
  onTestFailed(() => console.log(transcript.join('\n')));
  await receive();
  const [commands, replaced, at] = [await guide(), await names(), await shell()];
  expect(commands.length).toBeGreaterThan(10);
  const shownBy = new Map<string, string>();
  for (const said of commands) {
    let line = said;
    for (const [theirs, ours] of replaced) line = line.replaceAll(theirs, ours);
    transcript.push(`$ ${line}`);
    const packed = /^npm install --global \.\/(\S+)$/.exec(line)?.[1];
    if (packed !== undefined) {
      await install(packed);
      continue;
    }
    if (line.startsWith('set -a;')) {
      at.remember(line);
      continue;
    }
    const host = /^semester hosts trust (\S+)$/.exec(line)?.[1];
    const print = host === undefined ? null : await fingerprintOnConsole(host);
    const { code, shown } = await at.run(
      line,
      print === null ? undefined : (seen) => (/"no"\s+to\s+stop/.test(seen) ? print.slice(-6) : null),
    );
    transcript.push(shown);
    // `status` says by 5 that the semester waits for people; the gate may not be open yet.
    const fine = line.startsWith('semester status') ? [0, 5] : [0];
    expect([said, shown, fine]).toEqual([said, shown, expect.arrayContaining([code])]);
    shownBy.set(said.split(' ').slice(0, 2).join(' '), shown);
    if (line.startsWith('semester-worker'))
      await expect
        .poll(() => readFile(path.join(folder, 'worker.log'), 'utf8'), { timeout: 60_000, interval: 200 })
        .toContain('"state":"RUNNING"');
  }
  // What init found out, nobody typed.
  const site = await readFile(path.join(folder, 'site/site.yaml'), 'utf8');
  expect(site).toMatch(/name: bernini, .*sudo: password, gpu: .+, gpuCount: 2/);
  expect(site).toMatch(/^ {2}branch: main$/m);
  expect(site).toMatch(new RegExp(`^  group: ${lab.services.idServer.group} `, 'm'));
  expect(shownBy.get('semester init')).not.toContain('Not found');
  // The first gate opens, and asks the approvers.
  await expect
    .poll(async () => (await at.run('semester status 2027-spring')).shown, { timeout: 60_000, interval: 1000 })
    .toMatch(/semester plan 2027-spring notice/);
  await expect.poll(async () => (await lab.services.smtp.mails()).map(({ subject }) => subject)).not.toEqual([]);
});
