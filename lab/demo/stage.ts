import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Client, Connection } from '@temporalio/client';
import getPort from 'get-port';
import { clientConverter, createCodec } from '../../codec/data-converter.ts';
import { PAYLOAD_KEYS, loadKeys } from '../../codec/keys.ts';
import { serveCodec } from '../../codec/server.ts';
import { startLab, type Lab } from '../lab.ts';
import { startDevServer, type DevServer } from '../setup/dev-server.ts';
import { semesterCommand, type CommandResult, type SemesterCommand } from './command.ts';
import type { Ending } from './ending.ts';
import { serveForm } from './form.ts';
import { say } from './ui.ts';
import { startWorker, type DemoWorker } from './worker.ts';

/** Everything that a semester runs on, started by the demo. */
export interface Stage {
  readonly lab: Lab;
  readonly temporal: DevServer;
  /** The SQLite file of Temporal. */
  readonly temporalFile: string;
  readonly client: Client;
  /** Address of the codec server, for the UI and for exports of histories. */
  readonly codecEndpoint: string;
  readonly semester: SemesterCommand;
  /** Environment of the command line: addresses and file names, no secrets. */
  readonly clientEnv: Readonly<Record<string, string>>;
  readonly formUrl: string;
  /** Folder of semester.yaml, Temporal's database and the worker's log. */
  readonly dir: string;
  readonly worker: DemoWorker;
  /** Stops the worker, which has the embedded store open, runs a command on its machine, with its secrets, and starts it again. */
  readonly onWorkersMachine: (...args: string[]) => Promise<CommandResult>;
  readonly workerLog: string;
}

/** The caller's environment without TEMPORAL_* and SEMESTER_*: a demo must never connect to a production server. */
function environmentWithoutTemporal(): NodeJS.ProcessEnv {
  const ours = Object.entries(process.env).filter(([name]) => !/^(TEMPORAL|SEMESTER)_/.test(name));
  return Object.fromEntries(ours);
}

/** Starts lab, Temporal and worker, and registers their cleanup in `ending`. @throws Error with the part that failed */
export async function startStage(ending: Ending): Promise<Stage> {
  const dir = await mkdtemp(path.join(tmpdir(), 'gpu-semester-demo-'));
  ending.defer(() => rm(dir, { recursive: true, force: true }));

  say('starting seven hosts, an ID server, a mail server, a homepage; and Temporal');
  const codecPort = await getPort();
  const codecEndpoint = `http://127.0.0.1:${codecPort}`;
  const temporalFile = path.join(dir, 'temporal.db');
  const temporalStarts = startDevServer({ dbFile: temporalFile, codecEndpoint }).then((server) => {
    ending.defer(() => server.stop());
    return server;
  });
  let lastTitle = '';
  const progress = (line: string) => {
    const [what = ''] = line.split(':');
    if (what !== lastTitle) say(line);
    lastTitle = what;
  };
  const labStarts = startLab({ name: `demo-${process.pid}`, progress }).then((lab) => {
    ending.defer(() => lab.down());
    return lab;
  });
  const [temporal, lab] = await Promise.all([temporalStarts, labStarts]);
  say(`lab ${lab.number} is up: ${lab.hosts.map(({ name }) => name).join(', ')}`);

  const form = await serveForm();
  ending.defer(() => form.stop());
  const clientEnv = {
    TEMPORAL_ADDRESS: temporal.address,
    TEMPORAL_NAMESPACE: temporal.namespace,
    SEMESTER_SITE: lab.siteFile,
    [`${PAYLOAD_KEYS}_FILE`]: path.join(lab.dir, 'secrets', PAYLOAD_KEYS),
  };
  const keys = await loadKeys(lab.secrets);
  const origins = temporal.uiUrl === null ? [] : [temporal.uiUrl, temporal.uiUrl.replace('127.0.0.1', 'localhost')];
  const codec = await serveCodec({ codec: createCodec(keys), host: '127.0.0.1', port: codecPort, origins });
  ending.defer(() => codec.close());
  const env = { ...environmentWithoutTemporal(), ...clientEnv };
  const workerLog = path.join(dir, 'worker.log');
  const ownEnv = { ...env, ...lab.secrets, SEMESTER_STORE: 'embedded' };
  const start = async () => {
    const started = await startWorker({ env: ownEnv, port: await getPort(), log: workerLog });
    ending.defer(() => started.stop());
    return started;
  };
  const worker = await start();
  const connection = await Connection.connect({ address: temporal.address });
  ending.defer(() => connection.close());
  say(`the worker polls; the Temporal UI: ${temporal.uiUrl}`);
  return {
    lab,
    temporal,
    temporalFile,
    client: new Client({ connection, namespace: temporal.namespace, dataConverter: clientConverter(keys) }),
    codecEndpoint,
    semester: semesterCommand(env),
    clientEnv,
    formUrl: form.url,
    dir,
    worker,
    async onWorkersMachine(...args) {
      await worker.stop();
      try {
        return await semesterCommand(ownEnv).run(...args);
      } finally {
        await start();
      }
    },
    workerLog,
  };
}
