import { spawn } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { STORAGE } from './addresses.ts';

/** Folder of the files of all running labs. Not below a home: the lab's database runs under another account. */
export const LABS = '/var/tmp/gpu-semester-labs';

/** Maximum number of labs on one machine. */
const MOST = 99;
/** Exit code of keeper.sh if the lab number is taken. */
const TAKEN = 75;

/**
 * What the hosts of a lab are. `containers` share this machine's kernel. `machines` have firmware, loader and kernel of their own, and each its
 * own homes; their storage host stays off until it is powered on.
 */
export type LabKind = 'containers' | 'machines';

export type Power = 'starting' | 'on' | 'off' | 'crashed';

/** The process that holds a lab's hosts (power/keeper.sh); it removes everything when this process ends. */
export interface Keeper {
  readonly number: number;
  readonly dir: string;
  /** Process id of the first process in the lab's namespaces. */
  readonly init: number;
  /** The storage host first. */
  readonly hosts: readonly string[];
  power(host: string): Power;
  /** Sends a command to power/lab.sh; resolves when the command is done. */
  command(verb: 'on' | 'cut' | 'link-down' | 'link-up', host: string): Promise<void>;
  /** Resolves when `host` is in the state `power`. */
  reaches(host: string, power: Power): Promise<void>;
  /** Resolves when the hosts have ended, for any reason. */
  readonly ended: Promise<void>;
  /** Ends every host; resolves when everything is removed. */
  end(): Promise<void>;
}

/**
 * Clones the disks and powers on `hosts`, under the first free lab number; resolves when they boot.
 * @throws Error if no number is free or the disks cannot be created.
 */
export async function startKeeper(a: {
  images: string;
  hosts: readonly string[];
  kind: LabKind;
  firmwareSeconds: number;
}): Promise<Keeper> {
  await mkdir(LABS, { recursive: true, mode: 0o711 });
  for (let number = 1; number <= MOST; number++) {
    const keeper = await tryNumber(number, a);
    if (keeper) return keeper;
  }
  throw new Error(`${MOST} labs run already. Stop those that are not needed: npm run lab -- down`);
}

async function tryNumber(
  number: number,
  a: { images: string; hosts: readonly string[]; kind: LabKind; firmwareSeconds: number },
): Promise<Keeper | null> {
  const script = path.join(import.meta.dirname, 'power', 'keeper.sh');
  const args = [String(number), LABS, a.images, String(a.firmwareSeconds), a.kind, STORAGE, ...a.hosts];
  // Its own session: the owner handles Ctrl-C. The keeper ends when its standard input closes.
  const child = spawn(script, args, { stdio: ['pipe', 'pipe', 'pipe'], detached: true });
  child.stdin.on('error', () => {});
  const ended = once(child, 'close').then(() => undefined);
  let output = '';
  child.stderr.on('data', (data: Buffer) => (output = (output + data.toString()).slice(-2000)));

  const states = new Map<string, Power>([STORAGE, ...a.hosts].map((host) => [host, 'starting']));
  const events = new EventEmitter().setMaxListeners(0);
  let init = 0;
  createInterface({ input: child.stdout }).on('line', (line) => {
    const [event = '', host = ''] = line.split(' ');
    if (event === 'init') init = Number(host);
    if (event === 'boot') states.set(host, 'on');
    if (event === 'reboot') states.set(host, 'starting');
    if (event === 'off') states.set(host, 'off');
    if (event === 'crash') states.set(host, 'crashed');
    events.emit(line);
    events.emit('change');
  });
  const failed = ended.then(() => Promise.reject(new Error(`lab ${number} has ended: ${output.trim()}`)));
  failed.catch(() => {});
  const until = (event: string) => Promise.race([once(events, event), failed]);

  await Promise.race([once(events, 'ready'), ended]);
  if (child.exitCode === TAKEN) return null;
  if (child.exitCode !== null) await failed;
  return {
    number,
    dir: path.join(LABS, String(number)),
    init,
    hosts: [STORAGE, ...a.hosts],
    ended,
    power: (host) => states.get(host) ?? 'off',
    async command(verb, host) {
      if (verb === 'on') states.set(host, 'starting');
      const done = until(`done ${verb} ${host}`);
      child.stdin.write(`${verb} ${host}\n`);
      await done;
    },
    async reaches(host, power) {
      while (states.get(host) !== power) await until('change');
    },
    async end() {
      child.stdin.end();
      await ended;
    },
  };
}
