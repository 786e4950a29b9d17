import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import path from 'node:path';
import { runCheck } from '../client/commands/check.ts';
import { CliError, EXIT } from '../client/exit.ts';
import {
  answersTo,
  SEMESTER_QUESTIONS,
  SITE_QUESTIONS,
  type Given,
  type SiteAnswers,
} from '../client/init-questions.ts';
import type { Io } from '../client/io.ts';
import { newKey, parseKeys, PAYLOAD_KEYS } from '../codec/keys.ts';
import { address } from '../config/fields.ts';
import { loadSite } from '../config/load.ts';
import { readSecret } from '../config/read-secret.ts';
import { signerLines } from '../signing/allowed-signers.ts';
import { SIGNATURE_NAMESPACE } from '../domain/statement.ts';
import type { Site } from '../domain/site.ts';
import { semesterNameFor, semesterText, siteText, type Found } from './init-documents.ts';
import { lookAtGroups, lookAtHomepage, lookAtHosts } from './init-look.ts';

/** What `semester init` was told. */
export interface InitOptions {
  readonly folder: string;
  readonly given: Given;
  /** Secrets by variable, and the files to copy them from. */
  readonly secrets: readonly { readonly name: string; readonly from: string | undefined }[];
  readonly temporal: string;
  readonly namespace: string;
  readonly store: 'postgres' | 'embedded';
}

/** A command that a person types, and why. */
interface Step {
  readonly what: string;
  readonly type: readonly string[];
}

/** What `semester init` wrote, saw and asks for. */
export interface InitResult {
  readonly files: readonly { readonly file: string; readonly state: 'written' | 'was there' }[];
  /** What the looks found, one line each. */
  readonly found: readonly string[];
  /** What the looks could not find, with the place to write it. */
  readonly open: readonly string[];
  /** The output of `semester check`. */
  readonly check: readonly string[];
  readonly next: readonly Step[];
}

/** The files of a site, in its folder. The compose file reads the same ones. */
const placesIn = (folder: string) => ({
  site: path.join(folder, 'site', 'site.yaml'),
  signers: path.join(folder, 'site', 'allowed_signers'),
  keys: path.join(folder, 'secrets', secretFile(PAYLOAD_KEYS)),
  env: path.join(folder, 'semester.env'),
});
const DATABASE_URL = 'SEMESTER_DATABASE_URL';
const secretFile = (name: string) => name.toLowerCase();

/**
 * Writes the files of a site: what is missing, and nothing that is there. Worker, command line and compose file then use one payload
 * key, because they read one file.
 * @throws CliError (2) if an answer is missing or wrong, or a file cannot be read
 */
export async function initSite(io: Io, told: InitOptions): Promise<InitResult> {
  const folder = path.resolve(told.folder);
  const places = placesIn(folder);
  const compose = await isCompose(folder);
  // compose/make-secrets.sh makes the database of the store; the embedded store has none.
  const ownStore = !compose && told.store === 'postgres';
  const options = { ...told, secrets: told.secrets.filter(({ name }) => ownStore || name !== DATABASE_URL) };
  const files: InitResult['files'][number][] = [];
  /** Writes a file unless it is there. `text` is asked for only then. */
  const write = async (file: string, mode: number, text: () => Promise<string> | string) => {
    const there = await exists(file);
    if (!there) {
      await mkdir(path.dirname(file), { recursive: true });
      await writeFile(file, await text(), { mode, flag: 'wx' });
    }
    files.push({ file, state: there ? 'was there' : 'written' });
  };

  // All questions before the first file: a person who stops leaves nothing half done.
  const hasSite = await exists(places.site);
  const site = hasSite ? null : await answersTo(io, SITE_QUESTIONS, options.given);
  const semester = await semesterFor(io, folder, options.given);
  const approverKeys = await keysOf(site);

  await mkdir(path.join(folder, 'secrets'), { recursive: true, mode: 0o700 });
  await write(places.keys, modeOf(compose), async () => (await readSecret(PAYLOAD_KEYS)) ?? newKey(new Date()));
  demandKeys(places.keys, await readFile(places.keys, 'utf8'));
  const secrets = await takeSecrets(folder, options, compose);

  const found: string[] = [];
  const open: string[] = [];
  const folders = { compose, folder, tell: found, open };
  await write(places.site, 0o644, async () =>
    site === null ? '' : siteText(site, await look(io, site, secrets, folders)),
  );
  const written = await loadSite(places.site, { starter: null }).catch(() => null);
  await write(places.signers, 0o644, () => approverKeys.join(''));
  if (semester.text !== null) await write(semester.file, 0o644, () => semester.text ?? '');
  else files.push({ file: semester.file, state: 'was there' });
  await write(places.env, 0o644, () => envText(folder, options, compose));

  const check: string[] = [];
  await runCheck({ site: places.site, semester: semester.file, print: (line) => void check.push(line) });
  const next = await nextSteps({ folder, compose, site: written, semester: semester.file, secrets, options });
  return { files, found, open, check, next };
}

const exists = (file: string) =>
  stat(file).then(
    () => true,
    () => false,
  );

/** Whether the folder holds this program's compose file: then its containers read `site/` and `secrets/`. */
const isCompose = (folder: string) =>
  readFile(path.join(folder, 'docker-compose.yml'), 'utf8').then(
    (text) => text.includes('gpu-semester-worker'),
    () => false,
  );

/** Of a secret's file. The containers' accounts must read it; the folder keeps other users out. */
const modeOf = (compose: boolean) => (compose ? 0o644 : 0o600);

/** The semester's file, and its text if it must be written. */
async function semesterFor(io: Io, folder: string, given: Given): Promise<{ file: string; text: string | null }> {
  const named = given['semester'];
  const there = named === undefined ? await newestSemester(folder) : path.join(folder, `${named}.yaml`);
  const asksForAnother = named === undefined && Object.keys(SEMESTER_QUESTIONS).some((key) => given[key] !== undefined);
  if (there !== null && !asksForAnother && (await exists(there))) return { file: there, text: null };
  const answers = await answersTo(io, SEMESTER_QUESTIONS, given);
  const name = answers.semester ?? semesterNameFor(answers.periodFrom);
  const file = path.join(folder, `${name}.yaml`);
  return { file, text: (await exists(file)) ? null : await semesterText(name, answers) };
}

/** The semester's file that was changed last; null without one. */
async function newestSemester(folder: string): Promise<string | null> {
  const names = (await readdir(folder).catch(() => [])).filter((name) => name.endsWith('.yaml'));
  const files = await Promise.all(
    names.map(async (name) => {
      const file = path.join(folder, name);
      const isSemester = /^deadline:/m.test(await readFile(file, 'utf8').catch(() => ''));
      return isSemester ? [{ file, at: (await stat(file)).mtimeMs }] : [];
    }),
  );
  return files.flat().toSorted((a, b) => b.at - a.at)[0]?.file ?? null;
}

/** Lines of allowed_signers for the approvers whose key is given. @throws CliError (2) if a file holds no public key */
async function keysOf(site: SiteAnswers | null): Promise<readonly string[]> {
  const lines = (site?.approvers ?? []).map(async ({ name, key }) => {
    if (key === undefined) return '';
    const text = await readFile(key, 'utf8').catch((error: NodeJS.ErrnoException) => {
      throw new CliError(EXIT.usage, `--approvers: the public key of ${name}, ${key}, cannot be read (${error.code}).`);
    });
    const line = signerLine(name, text);
    // One line: a second one would be another approver's.
    const single = !/[\r\n]/.test(text.trim());
    if (single && signerLines(line).length === 1 && !text.includes('PRIVATE KEY')) return line;
    throw new CliError(
      EXIT.usage,
      `--approvers: ${key} does not hold one public SSH key of ${name}, in one line. Name the file that ends in .pub.`,
    );
  });
  return Promise.all(lines);
}

const signerLine = (name: string, key: string) => `${name} namespaces="${SIGNATURE_NAMESPACE}" ${key.trim()}\n`;

/** @throws CliError (2) that names the file */
function demandKeys(file: string, text: string): void {
  try {
    parseKeys(text.trim());
  } catch (error) {
    throw new CliError(EXIT.usage, `${file}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** The secrets that are there, by variable: from `secrets/`, else from the flag, else from the environment; these are copied there. */
async function takeSecrets(
  folder: string,
  { secrets }: InitOptions,
  compose: boolean,
): Promise<ReadonlyMap<string, string>> {
  const taken = new Map<string, string>();
  for (const { name, from } of secrets) {
    const file = path.join(folder, 'secrets', secretFile(name));
    const there = (await readFile(file, 'utf8').catch(() => '')).trimEnd();
    const value = there || (await readSecret(name, from === undefined ? process.env : { [`${name}_FILE`]: from }));
    // The script of the compose file makes the empty files, and leaves alone what is there.
    if (!there && (value || !compose)) await writeFile(file, value ? `${value}\n` : '', { mode: modeOf(compose) });
    if (value) taken.set(name, value);
  }
  return taken;
}

/** Looks at servers, ID server and homepage; `tell` and `open` get a line for what was found, and for what was not. */
async function look(
  io: Io,
  site: SiteAnswers,
  secrets: ReadonlyMap<string, string>,
  { compose, folder, tell, open }: { compose: boolean; folder: string; tell: string[]; open: string[] },
): Promise<Found> {
  const [hosts, groups, homepage] = await Promise.all([
    lookAtHosts(site.sshUser, [site.storage, ...site.hosts], secrets.get('SEMESTER_SSH_KEY')),
    lookAtGroups(site.idServer, site.idAccount, secrets.get('SEMESTER_ID_PASSWORD')),
    lookAtHomepage(site.repository),
  ]);
  for (const { name, key, look: seen, why } of hosts) {
    if (key !== null) tell.push(`${name}: host key ${key}${seen ? `, ${hardware(seen.specs)}` : ''}`);
    if (why === null) continue;
    const reason = why.startsWith(name) ? why : `${name}: ${why}`;
    const missing = name === site.storage.name ? 'sudo' : 'sudo, gpu, gpuCount, cpu and memory';
    open.push(`${reason.replace(/[.?]$/, '')}. Complete ${missing} of its line in site.yaml.`);
  }
  const zone = site.zone ?? hosts[0]?.look?.zone;
  if (!zone)
    open.push(
      `zone: ${site.storage.name} does not tell it. Correct zone in site.yaml, which has that of this computer.`,
    );
  if ('why' in homepage)
    open.push(`${homepage.why.replace(/[.?]$/, '')}. Correct branch, permalink and zone of homepage in site.yaml.`);
  else tell.push(`homepage: branch ${homepage.branch}, permalink ${homepage.permalink ?? 'not set'}`);
  const serviceHost = site.serviceHost ?? hostname();
  return {
    hosts,
    group: await groupOf(io, site.idGroup, groups, tell, open),
    zone: zone || Intl.DateTimeFormat().resolvedOptions().timeZone,
    homepage: 'why' in homepage ? null : homepage,
    serviceHost: address.safeParse(serviceHost).success ? serviceHost : 'localhost',
    compose,
    stateDir: site.stateDir ?? (compose ? '/state' : path.join(folder, 'state')),
  };
}

const hardware = ({ gpus, cpu }: { gpus: readonly string[]; cpu: string }) =>
  gpus.length > 0 ? `${gpus.length} × ${gpus[0]}, ${cpu}` : 'no GPU';

/** The group of the service's account: the only one, or the one that a person names. */
async function groupOf(
  io: Io,
  named: string | undefined,
  groups: Awaited<ReturnType<typeof lookAtGroups>>,
  tell: string[],
  open: string[],
): Promise<string> {
  if ('why' in groups) {
    open.push(`ID server: ${groups.why}.${named === undefined ? ' Correct idServer.group in site.yaml.' : ''}`);
    return named ?? 'gpu';
  }
  tell.push(`ID server: the account owns ${groups.join(', ') || 'no group'}`);
  if (named !== undefined && groups.includes(named)) return named;
  if (named === undefined && groups.length === 1) return groups[0] ?? 'gpu';
  if (named === undefined && groups.length > 1 && io.ask !== null) {
    for (;;) {
      const group = (await io.ask(`Which one is the GPU group: ${groups.join(', ')}?`)).trim();
      if (groups.includes(group)) return group;
      io.note(`"${group}" is none of them.`);
    }
  }
  const remedy =
    named === undefined
      ? 'nobody says which group is the GPU group. Correct idServer.group in site.yaml, or name it by --id-group'
      : `the account does not own ${named}. Put it into its owner group, or correct idServer.group in site.yaml`;
  open.push(`ID server: ${remedy}.`);
  return named ?? groups[0] ?? 'gpu';
}

/** The environment of the command line; without the compose file also that of the worker. */
function envText(folder: string, { temporal, namespace, store, secrets }: InitOptions, compose: boolean): string {
  const inSecrets = (name: string) => [`${name}_FILE`, path.join(folder, 'secrets', secretFile(name))] as const;
  const own = compose ? [] : secrets.map(({ name }) => inSecrets(name));
  const values = [
    ['TEMPORAL_ADDRESS', temporal],
    ['TEMPORAL_NAMESPACE', namespace],
    ['SEMESTER_SITE', placesIn(folder).site],
    inSecrets(PAYLOAD_KEYS),
    ...own,
    ...(store === 'embedded' && !compose ? [['SEMESTER_STORE', 'embedded'] as const] : []),
  ];
  const use = `# Before semester${compose ? '' : ' and semester-worker'}:  set -a; . ${placesIn(folder).env}; set +a`;
  return [use, ...values.map(([name, value]) => `${name}=${quoted(value)}`), ''].join('\n');
}

/** As a shell and systemd read it. */
const quoted = (value: string) =>
  /^[\w./:@=+-]+$/.test(value) ? value : `"${value.replaceAll(/[\\"$`]/g, String.raw`\$&`)}"`;

/** What a person does next, in order. */
async function nextSteps(a: {
  folder: string;
  compose: boolean;
  site: Site | null;
  semester: string;
  secrets: ReadonlyMap<string, string>;
  options: InitOptions;
}): Promise<readonly Step[]> {
  const { folder, compose, site, secrets, options } = a;
  const places = placesIn(folder);
  const signers = await readFile(places.signers, 'utf8').catch(() => '');
  const signing = signerLines(signers).flatMap(({ names }) => names);
  const unsigned = (site?.approvers ?? []).filter(({ name }) => !signing.includes(name));
  const needed = options.secrets.filter(({ name }) => !secrets.has(name) && needs(name, site));
  const by = site?.approvers[0]?.name ?? 'NAME';
  const semester = quoted(a.semester);
  const steps: (Step | false)[] = [
    compose && { what: 'Make the passwords of the databases', type: ['compose/make-secrets.sh'] },
    needed.length > 0 && {
      what: 'Write these secrets into their files (docs/credentials.md says who issues each)',
      type: needed.map(({ name }) => `$EDITOR ${quoted(path.join(folder, 'secrets', secretFile(name)))}`),
    },
    unsigned.length > 0 && {
      what: 'Add the public SSH key of each approver',
      type: unsigned.map(
        ({ name }) =>
          `echo "${name} namespaces=\\"${SIGNATURE_NAMESPACE}\\" $(cat ${name}.pub)" >> ${quoted(places.signers)}`,
      ),
    },
    { what: 'Set the environment, in each new shell', type: [`set -a; . ${quoted(places.env)}; set +a`] },
    {
      what: 'Check the files',
      type: [`semester check --site ${quoted(places.site)} --semester ${semester} --by ${by}`],
    },
    compose
      ? { what: 'Start Temporal and the worker', type: ['docker compose up -d --build'] }
      : { what: 'Start the worker, in a shell of its own; Temporal must run', type: ['semester-worker'] },
    {
      what: 'Pin the key of each host: compare it on the console',
      type: (site ? [site.storage, ...site.hosts] : []).map(({ name }) => `semester hosts trust ${name}`),
    },
    { what: 'Check every credential and host, until nothing is wrong', type: ['semester doctor'] },
    {
      what: 'Read every gate as it would ask now',
      type: [`semester rehearse --semester ${semester} --html rehearsal.html`],
    },
    { what: 'Start the semester', type: [`semester start --semester ${semester} --by ${by}`] },
  ];
  return steps.filter((step) => step !== false);
}

/** Whether the service cannot work without a secret that is missing. */
function needs(name: string, site: Site | null): boolean {
  switch (name) {
    case 'SEMESTER_SSH_PASSWORD':
      return site !== null && [site.storage, ...site.hosts].some(({ sudo }) => sudo === 'password');
    case 'SEMESTER_ID_DATABASE_URL':
      return site?.addresses.source === 'postgres' || site?.idServer.nestedGroups === 'database';
    case 'SEMESTER_SMTP_PASSWORD':
      return site?.mail.username !== undefined;
    default:
      return true;
  }
}

/** What `semester init` prints. */
export function renderInit({ files, found, open, check, next }: InitResult): string {
  const shown = (file: string) => path.relative(process.cwd(), file) || file;
  const section = (title: string, lines: readonly string[]) =>
    lines.length > 0 ? ['', title, ...lines.map((line) => `  ${line}`)] : [];
  return [
    'Files:',
    ...files.map(({ file, state }) => `  ${shown(file)}${state === 'written' ? '' : ' (was there, unchanged)'}`),
    ...section('Found:', found),
    ...section('Not found; complete it by hand:', open),
    ...section('semester check:', check),
    '',
    'Next, in this order:',
    ...next.flatMap(({ what, type }, at) => [`  ${at + 1}. ${what}:`, ...type.map((line) => `       ${line}`)]),
  ].join('\n');
}
