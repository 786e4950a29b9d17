import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'ssh2';
import { ADMINISTRATOR } from '../lab/people.ts';
import type { Lab } from '../lab/lab.ts';

/** Between two logins: there are as many as a watched host and this machine bear. */
const PAUSE_MS = 50;
const BOOT_ID = 'cat /proc/sys/kernel/random/boot_id';

/** A whole login: key exchange, authentication, a command. Returns the boot's id, or null where it does not work. */
async function login(lab: Lab, host: string, command = BOOT_ID): Promise<string | null> {
  const found = lab.hosts.find(({ name }) => name === host);
  if (!found) throw new Error(`the lab has no host ${host}`);
  const client = new Client();
  try {
    return await new Promise<string | null>((resolve) => {
      let said = '';
      client.on('error', () => resolve(null)).on('close', () => resolve(null));
      client.on('ready', () =>
        client.exec(command, (error, channel) => {
          if (error) return resolve(null);
          // What was said may come after the exit status.
          channel.on('data', (data: Buffer) => (said += data.toString()));
          channel.on('close', () => resolve(said.trim() || null));
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

/** Who logs in to one host again and again, until another boot lets them in. */
export interface Watch {
  /** Ends; returns the seconds from the last login of one boot to the first of another. @throws Error where there was one boot only */
  stop(): Promise<number>;
}

/** Resolves at the first login. */
export async function watchLogins(lab: Lab, host: string): Promise<Watch> {
  let watching = true;
  let last: { boot: string; at: number } | null = null;
  let down: number | null = null;
  const once = async () => {
    const boot = await login(lab, host);
    const at = performance.now();
    if (boot === null) return;
    if (last !== null && last.boot !== boot) {
      down = (at - last.at) / 1000;
      // All is known. Whoever logs in all the time takes from what else is measured, which the other sides have for themselves.
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

/** Reboots hosts at once, as by hand; resolves when a login works on each again, with the seconds that the slowest took. */
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
