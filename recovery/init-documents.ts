import { readFile } from 'node:fs/promises';
import { parseDocument, type Document } from 'yaml';
import type { SemesterAnswers, SiteAnswers } from '../client/init-questions.ts';
import { HOME } from '../config/site-schema.ts';
import type { SeenHomepage, SeenHost } from './init-look.ts';

/** What site.yaml says of a server at which nobody could look. Gate publish names the difference. */
const UNKNOWN = 'unknown';

/** What the looks found, for site.yaml. */
export interface Found {
  readonly hosts: readonly SeenHost[];
  readonly group: string;
  readonly zone: string;
  readonly homepage: SeenHomepage | null;
  readonly serviceHost: string;
  /** Whether the worker runs in the compose file, with its own paths. */
  readonly compose: boolean;
  readonly stateDir: string;
}

const example = async (name: string) =>
  parseDocument(await readFile(new URL(`../config/${name}.example.yaml`, import.meta.url), 'utf8'));

/** Replaces values of an example; its comments stay. undefined removes the key. */
function change(document: Document, values: Readonly<Record<string, unknown>>): void {
  for (const [key, value] of Object.entries(values)) {
    const path = key.split('.');
    if (value === undefined) document.deleteIn(path);
    else document.setIn(path, Array.isArray(value) ? listOf(document, value) : value);
  }
}

/** A list with an entry on each line, as in the examples. */
function listOf(document: Document, items: readonly unknown[]) {
  const isObject = items.some((item) => typeof item === 'object');
  const nodes = items.map((item) => document.createNode(item, { flow: true }));
  const list = document.createNode(nodes, { flow: !isObject || items.length === 0 });
  return list;
}

const header = (document: Document, ours: string, from: RegExp) => {
  const text = document.commentBefore ?? '';
  document.commentBefore = `${ours}\n${text.slice(Math.max(text.search(from), 0))}`;
};

const write = (document: Document) => document.toString({ lineWidth: 0, flowCollectionPadding: true });

/** site.yaml: the example, with the values of this site. */
export async function siteText(answers: SiteAnswers, found: Found): Promise<string> {
  const document = await example('site');
  const { idServer: url, idAccount: username, mailServer, mailFrom, storage, sshUser } = answers;
  const from = /<([^<>]+)>$/.exec(mailFrom)?.[1] ?? mailFrom;
  const contact = answers.contact ?? from;
  const seen = (name: string) => found.hosts.find((host) => host.name === name)?.look ?? null;
  const hosts = answers.hosts.map((host) => ({
    ...machineOf(host, seen(host.name)?.sudo),
    ...hardwareOf(seen(host.name)),
  }));
  const sync = answers.hosts.map(({ name }) => seen(name)?.sync).find((unit) => unit !== undefined);
  const language = answers.language ?? (found.zone === 'Asia/Seoul' ? 'ko' : 'en');
  header(
    document,
    ' What stays from semester to semester. `semester init` wrote it; change it, and run:  semester check --site site.yaml',
    / This file never holds/,
  );
  change(document, {
    name: answers.name,
    zone: found.zone,
    language,
    // The default of a person is ko.
    approvers: answers.approvers.map(({ name, email }) => ({ name, email, ...(language !== 'ko' && { language }) })),
    protected: [sshUser, 'root'],
    keep: [],
    'ssh.user': sshUser,
    'ssh.knownHosts': found.compose ? '/state/known_hosts' : 'known_hosts',
    'layout.images': `${HOME}/${sshUser}/images`,
    storage: document.createNode(machineOf(storage, seen(storage.name)?.sudo), { flow: true }),
    hosts,
    'idServer.url': url,
    'idServer.username': username,
    'idServer.group': found.group,
    'idServer.joinUrl': `${url.replace(/\/$/, '')}/group`,
    accounts: sync && { sync: `systemctl start ${sync}` },
    'mail.host': mailServer.host,
    'mail.port': mailServer.port,
    'mail.secure': mailServer.port === 465,
    'mail.username': answers.mailAccount,
    'mail.from': mailFrom,
    'survey.csv': answers.survey ?? 'survey.csv',
    'applications.rules': undefined,
    'homepage.repository': answers.repository,
    'homepage.branch': answers.branch ?? found.homepage?.branch ?? 'main',
    'homepage.author.name': answers.name,
    'homepage.author.email': from,
    'homepage.url': answers.homepage,
    'homepage.permalink': found.homepage?.permalink ?? '/:year/:month/:day/:title.html',
    'homepage.zone': found.homepage?.timezone ?? 'UTC',
    'documents.reinstall': undefined,
    'documents.agreement': answers.agreement,
    contact,
    'update.leader': answers.leader ?? hosts[0]?.name,
    'service.workerHost': found.serviceHost,
    'service.temporalHost': found.serviceHost,
    stateDir: found.stateDir,
  });
  return write(document);
}

/** Name and address of a server; what is the default stays out. */
const machineOf = (
  { name, address, port }: { name: string; address: string; port: number },
  sudo: 'nopasswd' | 'password' | undefined,
) => ({ name, address, ...(port !== 22 && { port }), ...(sudo === 'password' && { sudo }) });

function hardwareOf(look: SeenHost['look']) {
  const specs = look?.specs;
  const [gpu = UNKNOWN] = specs?.gpus ?? [];
  return {
    gpu: gpu.replace(/^NVIDIA (GeForce )?/, ''),
    gpuCount: Math.max(specs?.gpus.length ?? 0, 1),
    cpu: specs?.cpu || UNKNOWN,
    memory: specs?.memoryKiB ? `${Math.round(specs.memoryKiB / 2 ** 20)} GB` : UNKNOWN,
  };
}

/** `2027-spring` for a deadline in the half year before March to August, else `2027-fall`. */
export function semesterNameFor(periodFrom: string): string {
  const [year = '', month = ''] = periodFrom.split('-');
  return `${year}-${Number(month) < 7 ? 'spring' : 'fall'}`;
}

/** The semester's file: the example, with these dates. */
export async function semesterText(name: string, answers: SemesterAnswers): Promise<string> {
  const document = await example('semester');
  const file = `${name}.yaml`;
  header(
    document,
    ` What changes from semester to semester. \`semester init\` wrote it. Check it, then start it:\n   semester check --site site/site.yaml --semester ${file}\n   semester start --semester ${file} --by NAME`,
    / Dates: a day/,
  );
  change(document, {
    name,
    deadline: answers.deadline,
    'period.from': answers.periodFrom,
    'period.until': answers.periodUntil,
    'applications.until': answers.applicationsUntil ?? answers.periodUntil,
    keep: [],
    // Without one, the program makes it from a name like 2027-spring.
    title: answers.title ?? (/^\d{4}-(spring|summer|fall|autumn|winter)$/.test(name) ? undefined : name),
  });
  return write(document);
}
