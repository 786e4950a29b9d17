import { setTimeout as sleep } from 'node:timers/promises';
import type { Lab } from '../../lab/lab.ts';

export const TOP = '/root/btrfs-toplevel';

/**
 * Commands in which a host can be held: what `pacman` and `zstd` do in a roll-out, the beginning and the end of each remote
 * job, and each snapshot, deletion and move into the trash. A held one waits at its beginning. Each is written down.
 */
const HELD = `#!/bin/bash
name=\${0##*/} top=${TOP}
case "$name $*" in
  zstd\\ * | pacman\\ -Syu* | systemd-run\\ *--unit=semester-* | tail\\ -c\\ 16384\\ * | \\
    btrfs\\ -q\\ subvolume\\ snapshot\\ -r\\ * | rm\\ -rf\\ --one-file-system\\ * | mv\\ -nT\\ *)
    { flock 7; echo "$*" >>$top/ran-$name; nth=$(wc -l <$top/ran-$name); } 7>$top/ran.lock
    while [[ -e $top/hold-$name-$nth ]]; do sleep 0.05; done ;;
esac
exec /usr/bin/$name "$@"
`;
const COMMANDS = ['pacman', 'zstd', 'systemd-run', 'tail', 'btrfs', 'rm', 'mv'] as const;

const MOUNT = `mountpoint -q ${TOP} || mount ${TOP}`;

/** Each boot is written down as well. */
const BOOTS = `[Service]
Type=oneshot
ExecStart=/bin/sh -c "{ ${MOUNT}; } && echo boot >>${TOP}/ran-boots"
`;

/** Makes a host write down these commands, and wait in those that are held. */
export const installHolds = (lab: Lab, host: string) =>
  lab.exec(
    host,
    `set -e; ${MOUNT}; btrfs property set -ts / ro false
     cat >/usr/local/bin/zstd <<'HELD'\n${HELD}HELD
     cat >/etc/systemd/system/boots.service <<'BOOTS'\n${BOOTS}BOOTS
     ln -s ../boots.service /etc/systemd/system/multi-user.target.wants/boots.service
     chmod 755 /usr/local/bin/zstd
     for name in ${COMMANDS.join(' ')}; do [ $name = zstd ] || cp -p /usr/local/bin/zstd /usr/local/bin/$name; done
     /usr/bin/btrfs property set -ts / ro true`,
  );

/** Before a run: nothing is written down, nothing is held. */
export const forget = (lab: Lab, host: string) =>
  lab.exec(host, `set -e; ${MOUNT}; cd ${TOP}; /usr/bin/rm -f ran-* hold-* over`);

/** The nth such command of the run waits from now on. */
export const hold = (lab: Lab, host: string, command: string, nth: number) =>
  lab.exec(host, `touch ${TOP}/hold-${command}-${nth}`);

/** Lets it go on. After a power cut nothing of it is left but the mark. */
export const letGo = (lab: Lab, host: string, command: string, nth: number) =>
  lab.exec(host, `${MOUNT}; /usr/bin/rm -f ${TOP}/hold-${command}-${nth}`);

/** Resolves to whether the nth such command of the run has begun, or the run is over. */
export async function begins(lab: Lab, host: string, command: string, nth: number, over: AbortSignal) {
  // Without a process: it waits for most of a run.
  const count = `mapfile -t ran <${TOP}/ran-${command} && ((\${#ran[@]} >= ${nth}))`;
  while (!over.aborted) {
    const wait = `${MOUNT}; until { ${count}; } 2>/dev/null; do [ ! -e ${TOP}/over ] || exit 3; sleep 0.1; done`;
    const began = await lab.exec(host, wait).then(
      () => true,
      () => false,
    );
    if (began) return true;
    // The host boots.
    await sleep(200, undefined, { signal: over }).catch(() => undefined);
  }
  return false;
}

/** Ends the waits of `begins`. */
export const endWaits = (lab: Lab, host: string) => lab.exec(host, `touch ${TOP}/over`);

/** The commands of the run, as places name them: `rm oloroso 12`. */
export async function commandsOf(lab: Lab, host: string): Promise<readonly string[]> {
  const counts = await lab.exec(
    host,
    `cd ${TOP}; for ran in ran-*; do [ ! -e $ran ] || echo "$ran:$(wc -l <$ran)"; done`,
  );
  return counts.split('\n').flatMap((line) => {
    const [, command = '', count] = /^ran-(.+):(\d+)$/.exec(line) ?? [];
    if (!COMMANDS.some((one) => one === command)) return [];
    return Array.from({ length: Number(count) }, (_, at) => `${command} ${host} ${at + 1}`);
  });
}
