import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Client, Connection } from '@temporalio/client';
import getPort from 'get-port';
import { parse, stringify } from 'yaml';
import { clientConverter } from '../../codec/data-converter.ts';
import { loadKeys } from '../../codec/keys.ts';
import { startLab, type Lab } from '../../lab/lab.ts';
import { startDevServer } from '../../lab/setup/dev-server.ts';
import { copyEmptyStore } from '../../lab/setup/empty-store.ts';
import { buildWorkflows } from '../../worker/bundle.ts';
import { standBy, type Boundary, type KillableWorker } from './killable.ts';

export const [LEADER, ...FOLLOWERS] = ['asahi', 'bernini', 'cojito'];
export const TOP = '/root/btrfs-toplevel';

/** Three hosts, a Temporal that can be restarted and workers that can be killed. */
export interface Stage extends AsyncDisposable {
  readonly lab: Lab;
  readonly client: Client;
  /** Has the worker that stands by take work, and another one stand by for it. */
  startWorker(passes: (boundary: Boundary) => boolean): Promise<KillableWorker>;
  /** Ends Temporal's server and starts it again with what it had written down. */
  restartTemporal(meanwhile: () => Promise<void>): Promise<void>;
}

/** Each run is written down, and can be held: `send` and `receive` go through zstd. */
const HELD = `#!/bin/bash
name=\${0##*/} top=${TOP}
if [[ $name == zstd || $* == -Syu* ]]; then
  echo "$*" >>$top/ran-$name
  while [[ -e $top/hold-$name ]]; do sleep 0.05; done
fi
exec /usr/bin/$name "$@"
`;

/** Each boot is written down as well. */
const BOOTS = `[Service]
Type=oneshot
ExecStart=/bin/sh -c "{ mountpoint -q ${TOP} || mount ${TOP}; } && echo boot >>${TOP}/ran-boots"
`;

export async function setStage(): Promise<Stage> {
  const ends: (() => Promise<unknown>)[] = [];
  const end = async () => {
    for (let undo = ends.pop(); undo; undo = ends.pop()) await undo();
  };
  try {
    const dir = await mkdtemp(path.join(tmpdir(), 'gpu-semester-chaos-'));
    ends.push(() => rm(dir, { recursive: true, force: true }));
    const server = { uiPort: false, port: await getPort(), dbFile: path.join(dir, 'temporal.db') } as const;
    let temporal = await startDevServer(server);
    ends.push(() => temporal.stop());
    const lab = await startLab({ name: `chaos-${process.pid}`, hosts: [LEADER, ...FOLLOWERS], busy: false });
    ends.push(() => lab.down());
    await Promise.all([changeSite(lab.siteFile), ...[LEADER, ...FOLLOWERS].map((host) => installHolds(lab, host))]);
    const { address } = temporal;
    const connection = await Connection.connect({ address });
    ends.push(() => connection.close());
    const client = new Client({ connection, dataConverter: clientConverter(await loadKeys(lab.secrets)) });
    const bundle = await buildWorkflows('required');
    await copyEmptyStore(path.join(lab.dir, 'state'));
    const env = { ...process.env, ...lab.secrets };
    const another = () => {
      const worker = standBy({ client, address, siteFile: lab.siteFile, bundle, env });
      ends.push(() => worker.kill());
      return worker;
    };
    let next = another();
    return {
      lab,
      client,
      async startWorker(passes) {
        const worker = next;
        next = another();
        await worker.work(passes);
        return worker;
      },
      async restartTemporal(meanwhile) {
        await temporal.stop();
        await meanwhile();
        temporal = await startDevServer(server);
      },
      [Symbol.asyncDispose]: end,
    };
  } catch (error) {
    await end();
    throw error;
  }
}

async function changeSite(file: string): Promise<void> {
  const site = parse(await readFile(file, 'utf8')) as { update: object };
  const between = { announce: 'PT0S', waitForJobs: 'PT0S' };
  // No image of an earlier roll-out goes: each leaves the same behind.
  const update = { ...site.update, waves: ['100%'], keepImages: 99, between };
  await writeFile(file, stringify({ ...site, approvals: { signed: false }, update }));
}

const installHolds = (lab: Lab, host: string) =>
  lab.exec(
    host,
    `set -e; mountpoint -q ${TOP} || mount ${TOP}; btrfs property set -ts / ro false
     cat >/usr/local/bin/zstd <<'HELD'\n${HELD}HELD
     cat >/etc/systemd/system/boots.service <<'BOOTS'\n${BOOTS}BOOTS
     ln -s ../boots.service /etc/systemd/system/multi-user.target.wants/boots.service
     chmod 755 /usr/local/bin/zstd; cp -p /usr/local/bin/zstd /usr/local/bin/pacman
     btrfs property set -ts / ro true`,
  );
