import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { approverKey } from '../approvers.ts';
import { semesterCommand, type Said } from '../demo/command.ts';
import { createEnding, type Ending } from '../demo/ending.ts';
import { green, heading, red, say, soFar } from '../demo/ui.ts';
import { startLab, type Lab } from '../lab.ts';
import { aptInstall } from '../setup/apt.ts';
import { labPrerequisites, testPrerequisites } from '../setup/prerequisites.ts';
import { readCompose } from './compose.ts';
import { images } from './images.ts';
import { prepareGround } from './sandbox.ts';
import { makeCheckout } from './site.ts';
import { createTopology, type Topology } from './up.ts';

const NAME = 'topology';

/** The last line, where the command went well. @throws Error with all that it said */
function well({ code, text }: Said): string {
  if (code !== 0) throw new Error(`it ended with ${code}: ${text.slice(-2000)}`);
  return text.split('\n').at(-1) ?? '';
}

let told = '';
/** A line for each thing that is done, not for each second of it. */
function progress(line: string): void {
  const [what = ''] = line.split(':');
  if (what !== told) say(line);
  told = what;
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
  const compose = await readCompose(folder);
  // Above the labs' own networks, one for each lab.
  const address = (at: number) => `127.${100 + lab.number}.0.${10 + at}`;
  const addresses = Object.fromEntries(Object.keys(compose.services).map((name, at) => [name, address(at)]));
  const ground = { folder, compose, addresses, shared };
  await prepareGround(ground);
  const topology = createTopology(ground, await images(compose, folder, progress));
  for (const name of Object.keys(addresses)) ending.defer(() => topology.kill(name));
  const env = {
    PATH: process.env['PATH'],
    TEMPORAL_ADDRESS: `${addresses['temporal']}:7233`,
    TEMPORAL_NAMESPACE: 'semester',
    SEMESTER_SITE: path.join(folder, 'site/site.yaml'),
    SEMESTER_PAYLOAD_KEYS_FILE: path.join(folder, 'secrets/semester_payload_keys'),
  };
  return { folder, lab, topology, semester: semesterCommand(env) };
}

/** As a person reads it on the host's console. */
async function fingerprintOn(lab: Lab, host: string): Promise<string> {
  const [, fingerprint = ''] = (await lab.exec(host, 'ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub')).split(' ');
  return fingerprint;
}

async function started(topology: Topology, name: string): Promise<void> {
  const since = Date.now();
  await topology.up(name);
  say(`${name} is up, with what it depends on (${((Date.now() - since) / 1000).toFixed(0)} s)`);
}

/** Everything of the compose file but the UI, on this machine, with a semester that outlives a power cut. */
async function main(ending: Ending): Promise<void> {
  await setUp();
  const { folder, lab, topology, semester } = await build(ending);
  heading('The services of docker-compose.yml, in its order');
  for (const name of ['postgres', 'schema', 'temporal', 'namespace', 'worker', 'codec']) await started(topology, name);

  heading('A semester on them');
  const file = path.join(import.meta.dirname, '../../config/semester.example.yaml');
  const dates = ['--semester', file, '--name', NAME];
  well(await semester.quietly('check', '--site', path.join(folder, 'site/site.yaml'), ...dates, '--by', 'alice'));
  for (const host of lab.hosts) {
    const fingerprint = await fingerprintOn(lab, host.name);
    say(well(await semester.quietly('hosts', 'trust', host.name, '--fingerprint', fingerprint)));
  }
  say(well(await semester.quietly('doctor')));
  say(well(await semester.quietly('start', ...dates, '--by', 'alice')));
  await waits(semester, 'gate:notice');

  heading('A power cut; then the schema and the namespace are made again, as at each start');
  for (const name of ['worker', 'temporal', 'namespace', 'schema']) await topology.kill(name);
  for (const name of ['schema', 'temporal', 'namespace', 'worker']) await started(topology, name);
  await waits(semester, 'gate:notice');
  const key = approverKey(lab.dir, 'bob');
  say(
    well(
      await semester.quietly('approve', NAME, 'notice', '--by', 'bob', '--key', key, '--waive', 'nari,rupert', '--yes'),
    ),
  );
  well(await semester.quietly('abort', NAME, '--by', 'bob', '--reason', 'only a trial'));
  await waits(semester, null);

  const logs = await Promise.all(['schema', 'namespace', 'temporal', 'worker'].map((name) => topology.log(name)));
  const password = await readFile(path.join(folder, 'secrets/temporal_database_password'), 'utf8');
  if (logs.some((log) => log.includes(password))) throw new Error('a log names the database password');
}

/** Until the semester waits for `key`, or for nobody any more. @throws Error after a minute */
async function waits(semester: ReturnType<typeof semesterCommand>, key: string | null): Promise<void> {
  let said: Said = { code: 1, text: '' };
  for (const giveUp = Date.now() + 60_000; Date.now() < giveUp;) {
    said = await semester.quietly('status', NAME, '--json');
    const report = JSON.parse(said.text || '{}') as {
      closedAt?: string | null;
      status?: { waitingFor: { key: string }[] } | null;
    };
    if (key === null ? report.closedAt : report.status?.waitingFor.some((one) => one.key === key)) return;
  }
  throw new Error(`the semester does not wait for ${key ?? 'nobody'}: ${said.text.slice(-2000)}`);
}

const ending = createEnding();
let code = 0;
try {
  await main(ending);
  say(green(`docker-compose.yml works, as far as it can without Docker; ${soFar()} in all.`));
} catch (error) {
  code = 1;
  if (!ending.begun) say(`${red('✗')} ${error instanceof Error ? error.message : String(error)}`);
} finally {
  await ending.end();
}
process.exit(code);
