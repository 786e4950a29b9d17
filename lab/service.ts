import { writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import path from 'node:path';
import getPort from 'get-port';
import { build } from '../build/build.ts';
import { createCodec } from '../codec/data-converter.ts';
import { loadKeys, PAYLOAD_KEYS } from '../codec/keys.ts';
import { serveCodec } from '../codec/server.ts';
import { startWorker } from './demo/worker.ts';
import type { Lab } from './lab.ts';
import { startDevServer } from './setup/dev-server.ts';

/** The ports that people use, by the flag that changes each. */
export const SERVICE_PORTS = {
  temporalPort: { flag: '--temporal-port', usual: 7233 },
  uiPort: { flag: '--ui-port', usual: 8233 },
  codecPort: { flag: '--codec-port', usual: 8071 },
} as const;
export type ServicePorts = { readonly [K in keyof typeof SERVICE_PORTS]: number };

/** The file in a lab's folder that the environment of the command line comes from. */
export const SERVICE_ENV = 'service.env';

/** @throws Error that names the port and the flag if something listens there */
export async function demandFreePorts(ports: ServicePorts): Promise<void> {
  for (const [key, { flag }] of Object.entries(SERVICE_PORTS)) {
    const port = ports[key as keyof ServicePorts];
    if (await listens(port)) throw new Error(`Port ${port} is in use. Choose another one: ${flag} PORT`);
  }
}

const listens = (port: number) =>
  new Promise<boolean>((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' });
    const end = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.once('connect', () => end(true)).once('error', () => end(false));
  });

/**
 * Starts Temporal's development server with its UI, the codec endpoint and a worker against a lab, and writes the environment of the
 * command line. They end with this process. Returns what stops them.
 */
export async function startService(
  lab: Lab,
  ports: ServicePorts,
  progress: (line: string) => void,
): Promise<() => Promise<void>> {
  progress('Temporal, its UI and the worker');
  await build();
  const origins = ['127.0.0.1', 'localhost'].map((host) => `http://${host}:${ports.uiPort}`);
  const codec = await serveCodec({
    codec: createCodec(await loadKeys(lab.secrets)),
    host: '127.0.0.1',
    port: ports.codecPort,
    origins,
  });
  const temporal = await startDevServer({
    port: ports.temporalPort,
    uiPort: ports.uiPort,
    codecEndpoint: codec.url,
    dbFile: path.join(lab.dir, 'temporal.db'),
  });
  const client = {
    TEMPORAL_ADDRESS: temporal.address,
    TEMPORAL_NAMESPACE: temporal.namespace,
    SEMESTER_SITE: lab.siteFile,
    [`${PAYLOAD_KEYS}_FILE`]: path.join(lab.dir, 'secrets', PAYLOAD_KEYS),
  };
  const lines = Object.entries(client).map(([name, value]) => `${name}=${value}\n`);
  await writeFile(path.join(lab.dir, SERVICE_ENV), lines.join(''));
  const worker = await startWorker({
    env: { ...process.env, ...client, ...lab.secrets },
    port: await getPort(),
    log: path.join(lab.dir, 'worker.log'),
  });
  return async () => {
    await worker.stop();
    await Promise.all([temporal.stop(), codec.close()]);
  };
}
