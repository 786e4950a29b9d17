import type { Proof } from '../../../../domain/proof.ts';
import { encodeName } from '../../../../activities/hosts/remote/names.ts';
import type { Remote } from '../../../../activities/hosts/remote/remote.ts';
import { inputOf, listTree } from '../../../../activities/hosts/wipe/tree.ts';
import type { WipeEntry } from '../../../../domain/gates/wipe.ts';
import { entryOf } from '../../../support/plans.ts';
import { lockedOut, refOf, semester, startFleet } from '../fleet.ts';

export const keep = [{ user: 'prof', reason: 'professor' }];

/** Starts all at once, for about the time that a program takes to start: between the check of a path and its use. */
const SWAPPER = `
import os, random, time
def each(*steps):
    for s, v in links.items():
        try:
            for step in steps: step(s, v)
        except OSError: pass
    time.sleep(random.uniform(0.001, 0.006))
while True:
    each(lambda s, v: os.rename(s, s + '.real'), lambda s, v: os.symlink(v, s))
    each(lambda s, v: os.unlink(s), lambda s, v: os.rename(s + '.real', s))
`;
import type { WipeProofs } from '../../../../domain/proof.ts';

/** The entries of a directory that have these names now, in this order; invented ones for other names. */
export async function entriesNamed(
  remote: Remote,
  host: string,
  names: readonly string[],
  dir = '/csehome',
): Promise<WipeEntry[]> {
  const { entries } = await listTree(remote, host, dir, 'names');
  return names.map((name) => {
    const encoded = encodeName(Buffer.from(name));
    return entries.find((entry) => entry.name === encoded) ?? entryOf(encoded);
  });
}

/** Twice as deep as PATH_MAX: a file, a subvolume there, and another below it. */
const DEEP = `
import os, subprocess, sys
os.chdir(sys.argv[1])
def down(levels):
    for _ in range(levels):
        os.mkdir('d' * 200); os.chdir('d' * 200)
def put(name, text):
    with open(name, 'w') as file: print(text, file=file)
def subvolume():
    subprocess.run(['btrfs', '-q', 'subvolume', 'create', './nested'], check=True); os.chdir('nested')
down(10); put('shallow', 'a'); down(35); put('deep', 'b'); subvolume(); put('inside', 'c'); down(25); subvolume(); put('innermost', 'd')
`;
const python = (program: string, ...args: readonly string[]) =>
  `echo ${Buffer.from(program).toString('base64')} | base64 -d | python3 - ${args.join(' ')}`;

/** A command that makes a tree in a folder, with paths and subvolumes deeper than PATH_MAX. */
export const deepTree = (folder: string): string => python(DEEP, folder);
/** A command that prints the content of all files of such a tree, in order. */
export const deepFile = (folder: string): string => `find ${folder} -type f -execdir cat {} \\; | sort`;

const DOCKER = '/local/.docker';

/** Runs the script of the wipe on Docker data of asahi: into the trash for so many seconds; 0: deletes it. */
export async function trashDocker(
  fleet: Pick<Awaited<ReturnType<typeof startFleet>>, 'remote'>,
  step: string,
  names: readonly string[],
  seconds = 3600,
): Promise<string> {
  const input = inputOf(await entriesNamed(fleet.remote, 'asahi', names, DOCKER));
  const trash = [String(seconds), semester.name, PLAN];
  const args = [
    DOCKER,
    '',
    '/root/btrfs-toplevel',
    '',
    '',
    String(names.length),
    ...trash,
    'bacchus',
    'root',
    '--',
    'prof',
    '--',
    '--',
    'root',
  ];
  return (await fleet.remote.job('asahi', refOf(step), { name: 'wipe', args, input })).tail;
}
/** The digest of the plan that `trashDocker` records. */
export const PLAN = `sha256:${'0'.repeat(64)}`;

/**
 * A lab whose homes have been wiped once, so that each case has /csehome to itself. It also holds `bacchus`, `prof` and
 * `outside` (on the file system but not below /csehome), and what a case creates after its plan.
 */
export async function startHostile() {
  const fleet = await startFleet({ name: 'hostile', hosts: ['asahi'] });
  const { lab, hosts } = fleet;
  const exec = (command: string) => lab.exec('oloroso', command);
  await exec(
    `set -e; cd /csehome; mkdir bacchus/deep; echo deep >bacchus/deep/file; echo flagged >bacchus/flagged; chattr +i bacchus/flagged
    mount /root/btrfs-toplevel 2>/dev/null || true; mkdir /root/btrfs-toplevel/outside; echo out >/root/btrfs-toplevel/outside/file`,
  );
  const absence = await Promise.all(
    ['oloroso', 'asahi'].map((host) => hosts.drainHost({ ref: refOf(`drain-${host}`), host, keep })),
  );
  const since =
    absence
      .map(({ at }) => at)
      .toSorted()
      .at(-1) ?? '';
  let backup: Proof<'backup'> = await hosts.takeBackup({ ref: refOf('backup'), since });
  const proofs = (waived: readonly string[]): WipeProofs => ({ keep, lockout: lockedOut, absence, backup, waived });

  /** Backs up what a case has created, and plans its wipe. */
  const plan = async () => {
    backup = await hosts.takeBackup({ ref: refOf('backup'), since: new Date().toISOString(), keep });
    return await hosts.planWipe({ semester, edition: 1, keep, backup });
  };
  const approved = (step: string, made: Awaited<ReturnType<typeof plan>>, round = 1): Promise<Proof> =>
    hosts.wipeHomes({ ref: refOf(step, round), plan: made.digest, proofs: proofs(made.waivable) });
  return {
    ...fleet,
    exec,
    plan,
    proofs,
    /** Runs the step that carries out an approved plan. */
    approved,
    wipe: async (step: string) => await approved(step, await plan()),
    /** Runs the deleting script without the checks before it: for changes during its run. */
    script: async (step: string, names: readonly string[]) => {
      const args = [
        '/csehome',
        'csehome',
        '/root/btrfs-toplevel',
        '',
        '',
        String(names.length),
        '0',
        '',
        '',
        'bacchus',
        '--',
        'prof',
        '--',
        '--',
        'root',
      ];
      const input = inputOf(await entriesNamed(fleet.remote, 'oloroso', names));
      return (await fleet.remote.job('oloroso', refOf(step), { name: 'wipe', args, input })).tail;
    },
    /** Swaps directories below /csehome for links and back, until it is stopped. */
    swap: async (links: Readonly<Record<string, string>>) => {
      const program = Buffer.from(`links = ${JSON.stringify(links)}\n${SWAPPER}`).toString('base64');
      await exec(
        `echo ${program} | base64 -d >/run/swapper.py
        systemd-run -qG --unit=swapper --working-directory=/csehome python3 /run/swapper.py`,
      );
      return () => exec('systemctl stop swapper 2>/dev/null || true');
    },
    /** A checksum of everything that may not change: names, inodes, owners, modes, sizes, times, flags and contents. */
    untouched: () =>
      exec(
        `cd /root/btrfs-toplevel; set -- csehome/bacchus csehome/prof outside
        { find "$@" -printf '%p|%i|%y|%m|%U|%G|%s|%T@|%l\\0'; lsattr -dR "$@"; find "$@" -type f -print0 | sort -z | xargs -0 sha256sum
          find / -xdev -maxdepth 2 -not -path '/tmp*' -printf '%p|%i|%y|%m\\0'; } | sort -z | sha256sum`,
      ),
    /** Removes what an earlier case left, with its backup. */
    clear: () =>
      exec(
        `cd /root/btrfs-toplevel/backups/gpu; find . -mindepth 1 -depth -maxdepth 2 -inum 256 -exec btrfs -q subvolume delete {} \\; ; rm -rf ./*.nested
        rm -rf /root/btrfs-toplevel/filler; cd /csehome; shopt -s extglob dotglob nullglob; systemctl stop swapper listener 2>/dev/null
        for home in ./!(bacchus|prof); do umount -R "$home" "$home"/mnt 2>/dev/null; chattr -Rf -ia -- "$home"; rm -rf -- "$home"; done; chattr +i bacchus/flagged`,
      ),
    homes: () => exec('ls -A /csehome'),
  };
}
