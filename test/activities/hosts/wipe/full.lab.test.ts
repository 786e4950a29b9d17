import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { listTrash } from '../../../../activities/hosts/trash/trash.ts';
import { refOf } from '../fleet.ts';
import { startHostile } from './hostile.ts';

/** A file system or a quota that becomes full in the middle of a wipe, right before each command that needs room. */
let site: Awaited<ReturnType<typeof startHostile>>;
let before: string;
const KEEPERS = 'bacchus\nprof';
const TOP = '/root/btrfs-toplevel';
const FULL =
  /: (\d+ of \d+ are still in|.* ended with exit status).*(is full: make room|is used up: raise it).*, then retry/s;

/** Takes the space of data first, then that of metadata, where the targets of links lie. */
const FILL = `
import os
os.makedirs('${TOP}/filler', exist_ok=True); os.chdir('${TOP}/filler')
def until_full(make):
    n = 0
    try:
        while True: make(n); n += 1
    except OSError: pass
def file(size):
    def make(n):
        with open(f'{size}.{n}', 'wb') as f: os.posix_fallocate(f.fileno(), 0, size)
    return make
for size in (512 << 20, 64 << 20, 8 << 20, 1 << 20, 1 << 16, 1 << 12): until_full(file(size))
for size in (3900, 1000, 10): until_full(lambda n: os.symlink('x' * size, f'link{size}.{n}'))
`;
const FILLS = {
  disk: 'python3 /run/fill.py',
  // Less than what is there: from now on nothing may be added.
  quota: `btrfs quota enable ${TOP}; btrfs quota rescan -w ${TOP}; btrfs qgroup limit 1M ${TOP}/csehome`,
};
/** Stands before the command, and fills before the one whose beginning /run/full holds. */
const HELD = `#!/bin/bash
name=\${0##*/}
if [[ -e /run/full && "$name $*" == $(</run/full)* ]]; then mv /run/full /run/filled; bash /run/fill >/run/fill.log 2>&1; fi
exec /usr/bin/$name "$@"
`;
const install = (host: string) =>
  site.lab.exec(
    host,
    `set -e; mountpoint -q ${TOP} || mount ${TOP}; btrfs property set -ts / ro false
    cat >/usr/local/bin/btrfs <<'HELD'\n${HELD}HELD
    chmod 755 /usr/local/bin/btrfs; cd /usr/local/bin; for name in mkdir mv rm sync; do cp -p btrfs $name; done
    /usr/bin/btrfs property set -ts / ro true
    cat >/run/fill.py <<'FILL'\n${FILL}FILL`,
  );
const fillBefore = (host: string, what: keyof typeof FILLS, command: string) =>
  site.lab.exec(host, `echo '${FILLS[what]}' >/run/fill; echo '${command}' >/run/full`);
const makeRoom = (host: string) =>
  site.lab.exec(
    host,
    `rm -rf ${TOP}/filler /run/full /run/filled; btrfs quota disable ${TOP} 2>/dev/null; sync -f ${TOP}`,
  );
const filled = async (host: string) => (await site.lab.exec(host, 'ls /run')).split('\n').includes('filled');

beforeAll(async () => {
  site = await startHostile();
  await site.wipe('the-first');
  await Promise.all(['oloroso', 'asahi'].map(install));
  await site.lab.exec(
    'asahi',
    'cd /local/.docker && find . -mindepth 1 -maxdepth 1 ! -name bacchus ! -name root -exec rm -rf {} +',
  );
});
afterAll(async () => {
  await site?.stop();
});
beforeEach(async () => {
  await site.clear();
  before = await site.untouched();
});
afterEach(async () => {
  await Promise.all(['oloroso', 'asahi'].map(makeRoom));
  if ((await site.untouched()) !== before) throw new Error('something that is kept, or outside, was touched');
});

const inHomes = (commands: string) => site.exec(`set -e; cd /csehome; ${commands}`);
/** What parks the step, or null. */
const failureOf = (step: Promise<unknown>): Promise<string | null> =>
  step.then(
    () => null,
    (error: unknown) => String(error),
  );

describe('the wipe of homes loses nothing, goes on in place or says what is full, and finishes once there is room', () => {
  it.each<[keyof typeof FILLS, string, string]>([
    ['disk', 'the last snapshot', 'btrfs -q subvolume snapshot'],
    ['disk', 'the trash is made', 'mkdir -m 700'],
    ['disk', 'a record is written', 'sync -- .semester-trash'],
    ['disk', 'a home is moved', 'mv -nT'],
    ['disk', 'a moved home is marked', 'mv -T'],
    ['disk', 'a home is deleted', 'rm -rf --one-file-system'],
    ['quota', 'the last snapshot', 'btrfs -q subvolume snapshot'],
    ['quota', 'a home is moved', 'mv -nT'],
    ['quota', 'a moved home is marked', 'mv -T'],
  ])('a %s that is full before %s', async (what, when, command) => {
    await inHomes(
      `mkdir eve fay; for n in {1..500}; do head -c 1900 /dev/zero >eve/$n; done; head -c 5M /dev/urandom >eve/big
      btrfs -q subvolume create fay/sub; echo s >fay/sub/file; btrfs -q subvolume snapshot -r fay/sub fay/ro
      echo f >fay/file; mkdir fay/dir; echo d >fay/dir/file; chattr +i fay/dir/file fay/dir fay`,
    );
    const plan = await site.plan();
    await fillBefore('oloroso', what, command);
    const failure = await failureOf(site.approved(`${what} ${when}`, plan));
    expect(await filled('oloroso')).toBe(true);
    if (failure !== null) expect(failure).toMatch(FULL);
    await makeRoom('oloroso');
    const proof = await site.approved(`${what} ${when}`, plan, 2);
    expect(proof.how).toBe(failure === null ? 'found' : 'service');
    expect(await site.homes()).toBe(KEEPERS);
  });
});

describe('the wipe of Docker data keeps every file in its place or in the trash, says what is full, and goes on', () => {
  const DOCKER = '/local/.docker';
  const files = () =>
    site.lab.exec('asahi', `cd ${DOCKER}; find . -name 'mine*' -type f -exec sha256sum {} + | cut -c 1-64 | sort`);

  it.each([
    ['the trash is made', 'mkdir -m 700'],
    ['a record is written', 'sync -- .semester-trash'],
    ['an entry is moved', 'mv -nT'],
  ])('a disk that is full before %s', async (when, command) => {
    await site.lab.exec(
      'asahi',
      `set -e; cd ${DOCKER}; for name in eve fay; do mkdir $name; echo $name >$name/mine; head -c 5000 /dev/urandom >$name/mine2; done; chattr +i fay`,
    );
    const plan = await site.plan();
    const was = await files();
    await fillBefore('asahi', 'disk', command);
    const wipe = (round: number) =>
      site.hosts.wipeDocker({
        ref: refOf(`docker ${when}`, round),
        plan: plan.digest,
        host: 'asahi',
        proofs: site.proofs(plan.waivable),
      });
    const failure = await failureOf(wipe(1));
    expect(await filled('asahi')).toBe(true);
    if (failure !== null) expect(failure).toMatch(FULL);
    expect(await files()).toBe(was);
    await makeRoom('asahi');
    await wipe(2);
    expect(await files()).toBe(was);
    const [trash] = await listTrash(site.remote, 'asahi', [DOCKER]);
    expect(trash?.entries.map(({ name, state }) => `${name} ${state}`).toSorted()).toEqual(['eve kept', 'fay kept']);
    await site.lab.exec('asahi', `rm -rf ${DOCKER}/.semester-trash`);
  });
});
