import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import type { Open, Opened } from '../../../activities/homepage/links.ts';
import type { Remote } from '../../../activities/hosts/remote/remote.ts';
import type { Calendar, Semester } from '../../../domain/semester.ts';
import type { GpuHost, Site } from '../../../domain/site.ts';

const host = (name: string, gpu: string): GpuHost => ({
  name,
  address: name,
  port: 22,
  sudo: 'nopasswd',
  gpu,
  gpuCount: 4,
  cpu: 'Xeon Gold 5218',
  memory: '256 GB',
});

/** The parts of a site that R6 reads. */
export const siteAt = (dir: string) =>
  ({
    name: 'snucse',
    zone: 'Asia/Seoul',
    language: 'ko',
    hosts: [host('asahi', 'RTX 3090'), host('bernini', 'RTX 3090'), host('cojito', 'TITAN RTX')],
    layout: { docker: '/local/.docker' },
    wipe: { trash: 'P14D', minFree: 10 },
    idServer: { joinUrl: 'https://id.example.org/groups/gpu' },
    survey: {
      source: 'csv',
      editors: [],
      csv: 'https://forms.example.org/answers.csv?key=secret',
      columns: { username: '계정', studentNumber: '학번', email: '이메일', docker: 'Docker', terms: '약관' },
      yes: ['예', '동의합니다', 'yes'],
    },
    homepage: {
      repository: `file://${dir}/homepage.git`,
      branch: 'main',
      author: { name: 'GPU 서버', email: 'gpu@example.org' },
      url: 'https://example.org',
      publish: 'push',
      githubApi: 'https://api.github.com',
      permalink: '/:year/:month/:day/:title.html',
      zone: 'UTC',
      wait: 'PT30M',
    },
    applications: { rules: [] },
    documents: { agreement: 'https://example.org/agreement' },
    contact: 'help@example.org',
    templates: join(import.meta.dirname, '../../../templates'),
    stateDir: join(dir, 'state'),
  }) as unknown as Site;

/** A fleet that matches site.yaml; `specs` changes the output of one host. */
export const fleetOf = (specs: Readonly<Record<string, string | Error>> = {}): Pick<Remote, 'run'> => ({
  async run(name) {
    const { gpu } = siteAt('/nowhere').hosts.find((one) => one.name === name)!;
    const said =
      specs[name] ??
      `${`gpu=NVIDIA GeForce ${gpu}\n`.repeat(4)}memory=263000000\ncores=32\ncpu=Intel(R) Xeon(R) Gold 5218 CPU @ 2.30GHz\n`;
    if (said instanceof Error) throw said;
    return said;
  },
});

/** Every link opens, except those that `failing` names. */
export const opens =
  (failing: Readonly<Record<string, Opened>> = {}): Open =>
  async (url) =>
    failing[url] ?? { status: 200, url };

/** Each test has its own semester; all share a store. */
export const semesterOf = (test: number): Semester => ({
  name: `2027-spring-${test}`,
  title: '2027년 봄학기 "GPU 서버" 계정 신청 안내',
  deadline: '2027-02-10',
  notices: ['P7D'],
  noticeGateLead: 'P7D',
  minimumNotice: 'P7D',
  period: { from: '2027-03-03', until: '2027-08-10' },
  mode: 'update',
  order: 'wipe-first',
  applications: { until: '2027-08-01', every: 'PT10M', grace: 'PT1H', nudges: ['P3D'] },
  keep: [],
});

export const calendar: Calendar = {
  notices: ['2027-02-03T14:59:59Z'],
  noticeGateOpens: '2027-01-27T14:59:59Z',
  deadline: '2027-02-10T14:59:59Z',
  minimumNoticeMs: 7 * 24 * 36e5,
  periodFrom: '2027-03-02T15:00:00Z',
  periodUntil: '2027-08-10T14:59:59Z',
  applicationsUntil: '2027-08-01T14:59:59Z',
  applicationsEveryMs: 6e5,
  graceMs: 36e5,
  nudgesMs: [3 * 24 * 36e5],
  wipeFrom: '2027-02-11',
  nextSemesterFrom: '2027-07-01T00:00:00Z',
};

/** A bare repository with one commit as a homepage's remote, and another person's clone of it. */
export interface Homepage {
  readonly dir: string;
  readonly site: Site;
  /** A file of the remote's branch. */
  read(path: string): Promise<string>;
  /** Subjects of the remote's commits, newest first. */
  log(): Promise<readonly string[]>;
  /** Another person changes a file (null: deletes it) and pushes. */
  change(path: string, content: string | null): Promise<void>;
  end(): Promise<void>;
}

export async function startHomepage(): Promise<Homepage> {
  const dir = await mkdtemp(join(tmpdir(), 'homepage-'));
  const bare = join(dir, 'homepage.git');
  const clone = join(dir, 'somebody');
  const git = (cwd: string, ...args: string[]) =>
    execa('git', ['-c', 'user.name=Somebody', '-c', 'user.email=s@example.org', ...args], { cwd });
  await git(dir, 'init', '--quiet', '--bare', '--initial-branch=main', bare);
  await git(dir, 'clone', '--quiet', bare, clone);
  await git(clone, 'checkout', '--quiet', '-b', 'main');
  const change = async (path: string, content: string | null) => {
    if (content === null) await rm(join(clone, path));
    else await writeFile(join(clone, path), content);
    await git(clone, 'add', '--all');
    await git(clone, 'commit', '--quiet', '-m', `Somebody: ${path}`);
    await git(clone, 'push', '--quiet', 'origin', 'main');
  };
  await change('_config.yml', 'title: homepage\n');
  return {
    dir,
    site: siteAt(dir),
    read: async (path) =>
      (await execa('git', ['cat-file', 'blob', `main:${path}`], { cwd: bare, stripFinalNewline: false })).stdout,
    log: async () => (await git(bare, 'log', '--format=%s', 'main')).stdout.split('\n'),
    change: async (path, content) => {
      await git(clone, 'pull', '--quiet', 'origin', 'main');
      await change(path, content);
    },
    end: () => rm(dir, { recursive: true }),
  };
}

/** Runs at each push to the remote, before the remote accepts it; exit 1 rejects the push. */
export async function onPush(homepage: Homepage, script: string): Promise<void> {
  await writeFile(join(homepage.dir, 'homepage.git/hooks/update'), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
}
