import { writeFile } from 'node:fs/promises';
import { cpus, totalmem } from 'node:os';
import path from 'node:path';
import { stringify } from 'yaml';
import { REPLICA, STORAGE, SUDO_WITH_PASSWORD } from './addresses.ts';
import { APPROVERS, writeApprovers } from './approvers.ts';
import { ADMINISTRATOR } from './people.ts';
import { SURVEY_COLUMNS, SURVEY_YES, type LabServices } from './services/index.ts';

/** Name and SSH address of a host in the lab's files. */
export interface NamedHost {
  readonly name: string;
  readonly address: string;
  readonly port: number;
}

/** Containers report the processors and the memory of their machine. */
const MACHINE = { cpu: cpus()[0]?.model.trim() || 'unknown', memory: `${Math.round(totalmem() / 2 ** 30)} GB` };

const machine = (host: NamedHost) => ({
  ...host,
  sudo: SUDO_WITH_PASSWORD.includes(host.name) ? 'password' : 'nopasswd',
});

/** Writes the lab's `site.yaml`; returns its path. */
export async function writeSiteFile(a: {
  dir: string;
  hosts: readonly NamedHost[];
  knownHosts: string;
  services: LabServices;
}): Promise<string> {
  const { idServer, smtp, git, homepage, survey } = a.services;
  const [storage] = a.hosts.filter(({ name }) => name === STORAGE).map(machine);
  const [replica] = a.hosts.filter(({ name }) => name === REPLICA).map(machine);
  const hosts = a.hosts
    .filter(({ name }) => name !== STORAGE && name !== REPLICA)
    .map((host) => ({ ...machine(host), gpu: 'RTX 3090', gpuCount: 2, ...MACHINE }));
  const site = {
    name: 'lab',
    zone: 'Asia/Seoul',
    language: 'ko',
    approvers: [...APPROVERS],
    approvals: { signed: true, allowedSigners: await writeApprovers(a.dir) },
    keep: [{ user: 'prof', reason: 'professor' }],
    ssh: { user: ADMINISTRATOR.user, knownHosts: a.knownHosts },
    storage,
    hosts,
    ...(replica && { replica }),
    idServer: {
      url: idServer.url,
      username: idServer.username,
      group: idServer.group,
      joinUrl: `${idServer.url}/group`,
    },
    addresses: { source: 'postgres' },
    mail: {
      host: smtp.host,
      port: smtp.port,
      secure: false,
      from: 'Bacchus <gpu@example.org>',
      messagesPerMinute: 6000,
    },
    survey: { csv: survey.file, columns: SURVEY_COLUMNS, yes: [...SURVEY_YES] },
    // No quiet hours: a test may run at any time.
    applications: { quiet: { from: '00:00', until: '00:00' } },
    homepage: {
      repository: git.url,
      branch: 'main',
      author: { name: 'Bacchus', email: 'gpu@example.org' },
      url: homepage.url,
      zone: 'UTC',
      wait: 'PT2M',
    },
    drain: { warn: 'PT2S' },
    documents: {
      reinstall: 'https://bacchus.example.org/wiki/gpu-reinstall',
      agreement: `${homepage.url}/gpu-agreement.html`,
    },
    contact: 'gpu@example.org',
    update: { command: 'pacman -Syu --noconfirm', leader: hosts[0]?.name, checks: ['nvidia-smi'], boot: 'esp' },
    service: { workerHost: 'worker.lab.test', temporalHost: 'temporal.lab.test' },
    templates: path.join(import.meta.dirname, '..', 'templates'),
    stateDir: path.join(a.dir, 'state'),
  };
  const file = path.join(a.dir, 'site.yaml');
  await writeFile(file, stringify(site));
  return file;
}
