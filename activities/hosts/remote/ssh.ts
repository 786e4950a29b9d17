import PQueue from 'p-queue';
import type { Client } from 'ssh2';
import type { HostAddress, Site } from '../../../domain/site.ts';
import { refuse, tryAgain } from '../../failures.ts';
import { connect, type LoginSecrets } from './connect.ts';
import { beat, cancellation } from './activity-context.ts';
import { execute, type Outcome } from './execute.ts';
import { runJob } from '../jobs/jobs.ts';
import { ifFull } from './full.ts';
import type { Remote, RunOptions, Script } from './remote.ts';
import { rawText, scriptText } from './scripts.ts';

export interface RemoteDependencies {
  readonly site: () => Promise<Site>;
  readonly secrets: LoginSecrets;
  /** Returns the text of a script; default: `scriptText`. */
  readonly textOf?: (name: string) => Promise<string>;
  readonly log?: { debug(fields: object, message: string): void };
}

/** sshd allows 10 sessions on a connection (MaxSessions); the rest stays free for others. */
const CHANNELS = 6;
const DEADLINE_MS = 60_000;
const BEAT_MS = 5_000;
/** Exit status EX_TEMPFAIL of sysexits.h: the script asks for a retry. */
const TRY_AGAIN = 75;

interface Pooled {
  readonly address: string;
  readonly client: Promise<Client>;
  readonly queue: PQueue;
}

/** The fleet over SSH: one pooled connection for each host, opened when it is needed. See `Remote`. */
export function createRemote({ site, secrets, log, textOf = scriptText }: RemoteDependencies): Remote {
  const pool = new Map<string, Pooled>();

  function pooled(current: Site, host: HostAddress, once = false): Pooled {
    const address = `${current.ssh.user}@${host.address}:${host.port}`;
    const open = pool.get(host.name);
    if (open?.address === address) return open;
    if (open) forget(host.name);
    const client = connect(current, host, secrets, { once });
    const entry = { address, client, queue: open?.queue ?? new PQueue({ concurrency: CHANNELS }) };
    const drop = () => {
      if (pool.get(host.name) === entry) pool.delete(host.name);
    };
    client.then((connection) => connection.once('close', drop), drop);
    pool.set(host.name, entry);
    return entry;
  }

  function forget(name: string): void {
    const entry = pool.get(name);
    pool.delete(name);
    entry?.client.then(
      (client) => client.end(),
      () => undefined,
    );
  }

  async function run(name: string, script: Script, options: RunOptions = {}): Promise<string> {
    const current = await site();
    const host = findHost(current, name);
    const [text, wrapper] = await Promise.all([textOf(script.name), rawText('wrapper')]);
    const entry = pooled(current, host, options.once);
    const signal = options.signal ?? cancellation();
    const deadlineMs = options.deadlineMs ?? DEADLINE_MS;
    const sudo = script.sudo === false ? 'none' : host.sudo;
    const password = secrets.sshPassword;
    const started = performance.now();
    const onChannel = async (): Promise<Outcome> => {
      const client = await entry.client;
      signal?.throwIfAborted();
      return await execute(client, { script, text, wrapper, sudo, password, deadlineMs, signal }).catch(
        (error: unknown) => {
          // The connection stays, because other calls use it. A lost connection leaves the pool by itself.
          throw tryAgain('Unreachable', `${name}: ${String(error)}`, error);
        },
      );
    };
    // The heartbeat also delivers a cancellation: Temporal answers heartbeats with it.
    const pulse = setInterval(() => beat({ host: name, script: script.name }), BEAT_MS);
    const outcome = await entry.queue.add(onChannel).finally(() => clearInterval(pulse));
    const ms = Math.round(performance.now() - started);
    log?.debug({ host: name, script: script.name, status: outcome.status, ended: outcome.ended, ms }, 'ran a script');
    signal?.throwIfAborted();
    if (outcome.started) options.began?.();
    return judge(name, script, outcome, deadlineMs);
  }

  return {
    run,
    forget,
    job: async (host, ref, script, options) => await runJob({ run, site, textOf }, host, ref, script, options?.signal),
    async reachable(name) {
      const current = await site();
      return await pooled(current, findHost(current, name)).client.then(
        () => true,
        () => false,
      );
    },
    async close() {
      const entries = [...pool.values()];
      pool.clear();
      await Promise.allSettled(entries.map(async ({ client }) => (await client).end()));
    },
  };
}

/** @throws ApplicationFailure `ConfigInvalid` if the site has no such host */
export function findHost(site: Site, name: string): HostAddress {
  const host = [site.storage, ...site.hosts, ...(site.excluded ?? []), ...(site.replica ? [site.replica] : [])].find(
    (known) => known.name === name,
  );
  if (!host) throw refuse('ConfigInvalid', `site.yaml of ${site.name} has no host ${JSON.stringify(name)}`);
  return host;
}

function judge(host: string, script: Script, outcome: Outcome, deadlineMs: number): string {
  const { status, stdout, stderr, started, ended } = outcome;
  const what = `${host}: ${script.name}`;
  if (ended === 'deadline') {
    throw tryAgain('Unreachable', `${what} did not end within ${deadlineMs / 1000} s and was ended`);
  }
  if (status === 0) return stdout;
  if (status === null) throw tryAgain('Unreachable', `${what}: the connection was lost before the exit status`);
  if (!started) {
    throw refuse(
      'ConfigInvalid',
      `${host}: sudo or the shell did not start ${script.name} (${stderr.trim()}): check this host's \`sudo:\` in site.yaml and SEMESTER_SSH_PASSWORD`,
    );
  }
  const failure = `${what} ended with exit status ${status}: ${stderr.trim() || stdout.trim().slice(-2000)}${ifFull(stderr, host)}`;
  throw status === TRY_AGAIN ? tryAgain('CommandFailed', failure) : refuse('CommandFailed', failure);
}
