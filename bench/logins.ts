import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'ssh2';
import { ADMINISTRATOR } from '../lab/people.ts';
import type { Lab } from '../lab/lab.ts';

/** Pause between two logins. */
const PAUSE_MS = 50;
const BOOT_ID = 'cat /proc/sys/kernel/random/boot_id';

/** A whole login: key exchange, authentication, one command. Returns the boot id, or null if the login fails. */
async function login(lab: Lab, host: string, command = BOOT_ID): Promise<string | null> {
  const found = lab.hosts.find(({ name }) => name === host);
  if (!found) throw new Error(`the lab has no host ${host}`);
  const client = new Client();
  try {
    return await new Promise<string | null>((resolve) => {
      let output = '';
      client.on('error', () => resolve(null)).on('close', () => resolve(null));
      client.on('ready', () =>
        client.exec(command, (error, channel) => {
          if (error) return resolve(null);
          // Output may arrive after the exit status.
          channel.on('data', (data: Buffer) => (output += data.toString()));
          channel.on('close', () => resolve(output.trim() || null));
          channel.stderr.resume();
          return channel.end(`${lab.secrets['SEMESTER_SSH_PASSWORD']}\n`);
        }),
      );
      client.connect({
        host: found.address,
        port: found.port,
        username: ADMINISTRATOR.user,
        readyTimeout: 2e3,
        ...(lab.secrets['SEMESTER_SSH_KEY'] && { privateKey: lab.secrets['SEMESTER_SSH_KEY'] }),
        hostVerifier: () => true,
      });
    });
  } finally {
    client.end();
  }
}

/** Repeated logins to one host, until one succeeds after a reboot. */
export interface LoginWatch {
  /** Stops; returns the seconds between the last login before the reboot and the first after. @throws Error if none */
  stop(): Promise<number>;
}

/** Starts logins to a host; resolves at the first that succeeds. */
export async function watchLogins(lab: Lab, host: string): Promise<LoginWatch> {
  let watching = true;
  let last: { boot: string; at: number } | null = null;
  let down: number | null = null;
  const once = async () => {
    const boot = await login(lab, host);
    const at = performance.now();
    if (boot === null) return;
    if (last !== null && last.boot !== boot) {
      down = (at - last.at) / 1000;
      // Stop now: further logins would slow down the other measurements.
      watching = false;
    }
    last = { boot, at };
  };
  while (last === null) await once();
  const loop = (async () => {
    while (watching) {
      await once();
      await sleep(PAUSE_MS);
    }
  })();
  return {
    async stop() {
      watching = false;
      await loop;
      if (down === null) throw new Error(`${host} was not rebooted`);
      return down;
    },
  };
}

/** Reboots hosts in parallel; resolves when a login works on each, with the seconds of the slowest. */
export async function bareReboot(lab: Lab, hosts: readonly string[]): Promise<number> {
  const seconds = await Promise.all(
    hosts.map(async (host) => {
      const before = await login(lab, host);
      const began = performance.now();
      await login(lab, host, "sudo -S -p '' reboot");
      for (;;) {
        const boot = await login(lab, host);
        if (boot !== null && boot !== before) return (performance.now() - began) / 1000;
        await sleep(PAUSE_MS);
      }
    }),
  );
  return Math.max(...seconds);
}
