import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Command, Option } from 'commander';
import { approverKey } from '../approvers.ts';
import { semesterCommand, type CommandResult } from '../demo/command.ts';
import { createEnding, type Ending } from '../demo/ending.ts';
import { green, heading, red, say, elapsedTime } from '../demo/ui.ts';
import { startLab, type Lab } from '../lab.ts';
import { EXIT } from '../../client/exit.ts';
import { writeExampleAhead } from '../example-semester.ts';
import { aptInstall } from '../setup/apt.ts';
import { labPrerequisites, testPrerequisites } from '../setup/prerequisites.ts';
import { readCompose, type Compose } from './compose.ts';
import { drillRecovery, type DrillStage } from './drill.ts';
import { images, WORKER_IMAGE, type Image } from './images.ts';
import { drillMonths } from './months.ts';
import { prepareSandbox } from './sandbox.ts';
import { makeCheckout } from './site.ts';
import { createTopology, type Topology } from './up.ts';

const NAME = 'topology';

/** Returns the last line of the output. @throws Error with the output if the command failed */
function expectSuccess({ code, text }: CommandResult): string {
  if (code !== 0) throw new Error(`the command exited with ${code}: ${text.slice(-2000)}`);
  return text.split('\n').at(-1) ?? '';
}

let lastTitle = '';
/** Prints a line for each task, not for each update of it. */
function progress(line: string): void {
  const [what = ''] = line.split(':');
  if (what !== lastTitle) say(line);
  lastTitle = what;
}

async function setUp(): Promise<void> {
  await labPrerequisites(progress);
  await testPrerequisites(progress);
  await aptInstall({ bubblewrap: 'bwrap', busybox: 'busybox', 'netcat-openbsd': 'nc' }, progress);
}

/** A lab with one GPU server, and the compose file's services beside it. */
async function build(ending: Ending) {
  const folder = await mkdtemp(path.join(tmpdir(), 'gpu-semester-topology-'));
  ending.defer(() => rm(folder, { recursive: true, force: true }));
  const lab = await startLab({ name: `topology-${process.pid}`, hosts: ['asahi'], busy: false, progress });
  ending.defer(() => lab.down());
  const shared = await makeCheckout(folder, lab);
  // With mutual TLS: the services find each other by name, and the overlay changes nothing else.
  const written = await readCompose(folder, 'compose/tls.yml');
  // Lab numbers end at 99, so 127.(100 + number) is free.
  const address = (at: number) => `127.${100 + lab.number}.0.${10 + at}`;
  const addresses = Object.fromEntries(Object.keys(written.services).map((name, at) => [name, address(at)]));
  const compose = onOwnAddress(written, 'worker', addresses['worker']!);
  const ground = { folder, compose, addresses, shared };
  await prepareSandbox(ground);
  const built = await images(compose, folder, progress);
  const ours = built[WORKER_IMAGE]!;
  const topology = createTopology(ground, built);
  const install = async (image: Image | null) => {
    await topology.kill('worker');
    built[WORKER_IMAGE] = image ?? ours;
  };
  for (const name of Object.keys(addresses)) ending.defer(() => topology.kill(name));
  const env = {
    PATH: process.env['PATH'],
    TEMPORAL_ADDRESS: `${addresses['temporal']}:7233`,
    TEMPORAL_NAMESPACE: 'semester',
    TEMPORAL_TLS_SERVER_CA_CERT_PATH: path.join(folder, 'certs/ca.pem'),
    TEMPORAL_TLS_SERVER_NAME: 'temporal',
    TEMPORAL_TLS_CLIENT_CERT_PATH: path.join(folder, 'certs/alice.pem'),
    TEMPORAL_TLS_CLIENT_KEY_PATH: path.join(folder, 'certs/alice.key'),
    SEMESTER_SITE: path.join(folder, 'site/site.yaml'),
    SEMESTER_PAYLOAD_KEYS_FILE: path.join(folder, 'secrets/semester_payload_keys'),
  };
  const without = { ...env, TEMPORAL_TLS_CLIENT_CERT_PATH: undefined, TEMPORAL_TLS_CLIENT_KEY_PATH: undefined };
  return { folder, lab, topology, install, semester: semesterCommand(env), stranger: semesterCommand(without) };
}

/** A service that listens on all addresses listens on its own: unlike containers, these share the machine with other programs. */
function onOwnAddress(compose: Compose, name: string, address: string): Compose {
  const { environment = {}, healthcheck, ...service } = compose.services[name]!;
  const own = Object.entries(environment).map(([key, value]) => [key, String(value).replace('0.0.0.0', address)]);
  const test = healthcheck?.test.map((word) => word.replace('127.0.0.1', address));
  const changed = { ...service, environment: Object.fromEntries(own), ...(test && { healthcheck: { test } }) };
  return { ...compose, services: { ...compose.services, [name]: changed } };
}

/** Fingerprint of a host's key, read on the host. */
async function fingerprintOn(lab: Lab, host: string): Promise<string> {
  const [, fingerprint = ''] = (await lab.exec(host, 'ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub')).split(' ');
  return fingerprint;
}

async function started(topology: Topology, name: string): Promise<void> {
  const since = Date.now();
  await topology.up(name);
  say(`${name} is up, with what it depends on (${((Date.now() - since) / 1000).toFixed(0)} s)`);
}

/** The drills, in their order: `months` wipes the homes. */
const DRILLS = ['power-cut', 'recovery', 'months'] as const;
type Drill = (typeof DRILLS)[number];

/** Runs all services of the compose file except the UI, and the drills on them. */
async function main(ending: Ending, drills: readonly Drill[]): Promise<void> {
  await setUp();
  const { folder, lab, topology, install, semester, stranger } = await build(ending);
  heading('The services of docker-compose.yml, in its order');
  for (const name of ['postgres', 'schema', 'temporal', 'namespace', 'worker', 'codec', 'watch'])
    await started(topology, name);
  const refused = await stranger.run('status');
  if (refused.code !== 4) throw new Error(`a client without a certificate was not refused: ${refused.text}`);
  say('a client without a certificate is refused');

  heading('The site on them');
  for (const host of lab.hosts) {
    const fingerprint = await fingerprintOn(lab, host.name);
    say(
      expectSuccess(
        await onceAWorkerPolls(() => semester.run('hosts', 'trust', host.name, '--fingerprint', fingerprint)),
      ),
    );
  }
  say(expectSuccess(await semester.run('doctor')));

  const stage = {
    folder,
    lab,
    topology,
    semester,
    expectSuccess,
    waitUntilWaitingFor: (name: string, waited: string | null) => waitUntilWaitingFor(semester, waited, name),
    install,
  };
  const run: Readonly<Record<Drill, (stage: DrillStage) => Promise<void>>> = {
    'power-cut': drillPowerCut,
    recovery: drillRecovery,
    months: drillMonths,
  };
  for (const drill of DRILLS) if (drills.includes(drill)) await run[drill](stage);

  const logs = await Promise.all(['schema', 'namespace', 'temporal', 'worker'].map((name) => topology.log(name)));
  const password = await readFile(path.join(folder, 'secrets/temporal_database_password'), 'utf8');
  if (logs.some((log) => log.includes(password))) throw new Error('a log names the database password');
}

/** A semester survives that all services are killed and start again. */
async function drillPowerCut(stage: DrillStage): Promise<void> {
  const { folder, lab, topology, semester, expectSuccess: demand, waitUntilWaitingFor: untilWaiting } = stage;
  heading('A semester on them');
  const file = await writeExampleAhead(folder);
  const dates = ['--semester', file, '--name', NAME];
  demand(await semester.run('check', '--site', path.join(folder, 'site/site.yaml'), ...dates, '--by', 'alice'));
  say(demand(await semester.run('start', ...dates, '--by', 'alice', '--key', approverKey(lab.dir, 'alice'))));
  await untilWaiting(NAME, 'gate:notice');

  heading('A power cut; then all services start again, also schema and namespace');
  for (const name of ['worker', 'temporal', 'namespace', 'schema']) await topology.kill(name);
  for (const name of ['schema', 'temporal', 'namespace', 'worker']) await started(topology, name);
  await untilWaiting(NAME, 'gate:notice');
  const key = approverKey(lab.dir, 'bob');
  say(
    demand(
      await semester.run('approve', NAME, 'notice', '--by', 'bob', '--key', key, '--waive', 'nari,rupert', '--yes'),
    ),
  );
  demand(await semester.run('abort', NAME, '--by', 'bob', '--reason', 'only a trial'));
  await untilWaiting(NAME, null);
}

/** Repeats a command while no worker answers. The worker's health check passes before it polls. */
async function onceAWorkerPolls(run: () => Promise<CommandResult>): Promise<CommandResult> {
  const giveUp = Date.now() + 60_000;
  for (;;) {
    const result = await run();
    if (result.code !== EXIT.notFound || Date.now() > giveUp) return result;
  }
}

/** Waits until the semester waits for `key`; null: until it is closed. @throws Error after three minutes */
async function waitUntilWaitingFor(
  semester: ReturnType<typeof semesterCommand>,
  key: string | null,
  name = NAME,
): Promise<void> {
  let result: CommandResult = { code: 1, text: '' };
  for (const giveUp = Date.now() + 180_000; Date.now() < giveUp;) {
    result = await semester.run('status', name, '--json');
    const { result: report } = JSON.parse(result.text || '{}') as {
      result?: { closedAt: string | null; status: { waitingFor: { key: string }[] } | null } | null;
    };
    if (key === null ? report?.closedAt : report?.status?.waitingFor.some((one) => one.key === key)) return;
  }
  throw new Error(
    `the semester ${key === null ? 'is not closed' : `does not wait for ${key}`}: ${result.text.slice(-2000)}`,
  );
}

async function act({ only }: { readonly only: readonly Drill[] }): Promise<void> {
  const ending = createEnding();
  let code = 0;
  try {
    await main(ending, only);
    say(green(`docker-compose.yml works, as far as it can be tested without Docker; ${elapsedTime()} in total.`));
  } catch (error) {
    code = 1;
    if (!ending.begun) say(`${red('✗')} ${error instanceof Error ? error.message : String(error)}`);
  } finally {
    await ending.end();
  }
  process.exit(code);
}

await new Command('npm run topology --')
  .description('runs the services of docker-compose.yml without Docker, and drills on them')
  .addOption(new Option('--only <drill...>', 'these drills').choices(DRILLS).default(DRILLS, 'all'))
  .addHelpText('after', '\nExample:  npm run topology -- --only months')
  .action(act)
  .parseAsync();
