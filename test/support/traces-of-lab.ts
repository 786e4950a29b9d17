import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import pg from 'pg';
import type { Lab } from '../../lab/lab.ts';

/** What can be seen of every system of a lab: lines by the system's name. What was written anywhere changes one of them. */
export type LabState = Readonly<Record<string, string>>;

/**
 * Every file of every subvolume with inode, mode, owner, size and times of change, what is mounted, volatile locks, jobs. In
 * a mount namespace of its own, so that looking leaves no mount behind. `relatime` may touch access times: not compared.
 * Inode 2 is what a snapshot shows where a subvolume was nested: its time is that of the inspection.
 */
const HOST = `unshare --mount --propagation private bash -c '
  set -e
  mountpoint -q /root/btrfs-toplevel || mount /root/btrfs-toplevel
  find /root/btrfs-toplevel -not -inum 2 -printf "%p %i %m %U:%G %s %T@ %C@ %l\\n" | sort
  for s in root old-root snapshots/base; do [ ! -d /root/btrfs-toplevel/$s ] || btrfs property get -ts /root/btrfs-toplevel/$s ro; done'
  cut -d" " -f 5,6 /proc/1/mountinfo | grep -Ev "^/run/(user|credentials)" | sort
  ls -d /run/semester* /run/lock/* 2>/dev/null
  systemctl list-units --all --plain --no-legend "semester-*"
  cat /etc/passwd /etc/subuid | sha256sum
  loginctl list-users --no-legend | while read -r _ user rest; do [ "$user" = bacchus ] || echo "$user"; done`;

/** Reads it afresh, not through the product. `storeUrl`: the product's own store, a PostgreSQL. */
export async function stateOfLab(lab: Lab, storeUrl: string): Promise<LabState> {
  const state: Record<string, string> = {};
  const hosts = await Promise.all(lab.hosts.map(async ({ name }) => [name, await lab.exec(name, HOST)] as const));
  for (const [name, text] of hosts) state[name] = text;
  const mails = await lab.services.smtp.mails();
  state['mail'] = mails.map(({ messageId }) => messageId).join(' ');
  state['ID server'] = await tables(lab.services.idServer.adminUrl);
  state['store'] = await tables(storeUrl);
  const repository = fileURLToPath(lab.services.git.url);
  const refs = await execa('git', ['-C', repository, 'for-each-ref']);
  state['git'] = `${refs.stdout}\n${(await execa('git', ['-C', repository, 'count-objects', '-v'])).stdout}`;
  const stateDir = await readdir(path.join(lab.dir, 'state'), { recursive: true }).catch(() => []);
  state['worker'] = stateDir.toSorted((a, b) => a.localeCompare(b)).join(' ');
  const files = ['known_hosts', 'site.yaml', path.relative(lab.dir, lab.services.survey.file)];
  for (const file of files) state[file] = await readFile(path.join(lab.dir, file), 'utf8');
  return state;
}

/** The lines that differ, `oloroso + /csehome/…`. */
export function changesBetween(before: LabState, after: LabState): readonly string[] {
  return Object.keys({ ...before, ...after }).flatMap((name) => {
    const [old, now] = [before, after].map((state) => new Set((state[name] ?? '').split('\n')));
    const gone = [...(old ?? [])].filter((line) => !now?.has(line)).map((line) => `${name} - ${line}`);
    const come = [...(now ?? [])].filter((line) => !old?.has(line)).map((line) => `${name} + ${line}`);
    return [...gone, ...come];
  });
}

/** Every row of every table, with the transaction that wrote it. */
async function tables(url: string): Promise<string> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query<{ name: string }>(
      `select format('%I.%I', schemaname, tablename) as name from pg_tables
       where schemaname not in ('pg_catalog', 'information_schema') order by 1`,
    );
    const hash = createHash('sha256');
    for (const { name } of rows) {
      const all = await client.query(`select xmin::text as xmin, t::text as row from ${name} t order by 2, 1`);
      hash.update(JSON.stringify([name, all.rows]));
    }
    return hash.digest('hex');
  } finally {
    await client.end();
  }
}
