import pg from 'pg';
import { TASK_QUEUE } from '../../domain/names.ts';
import type { Proof } from '../../domain/proof.ts';
import type { SemesterInput } from '../../domain/semester.ts';
import { REPLICA, STORAGE } from '../../lab/addresses.ts';
import type { Lab } from '../../lab/lab.ts';
import { approvedToTheEnd } from '../support/approve.ts';
import { TOP } from './held.ts';
import { jobsLeft } from './jobs-left.ts';
import type { EndState, Scenario } from './scenario.ts';
import { HOSTS } from './stage.ts';

const BACKUPS = `${TOP}/backups/gpu`;
const LOCK = '/etc/ssh/sshd_config.d/10-semester-lock.conf';

/** Which of them asks first depends on the age of the backups. */
const AFTER = ['prune', 'form'] as const;

/** Each run wipes all homes and Docker data but the exempt ones: from the drain to the question after the wipe, which ends it. */
export const wipe: Scenario = {
  name: 'wipe',
  async begin({ lab, client }, nth) {
    await prepare(lab);
    const name = `chaos-${nth}`;
    const workflowId = `semester/${name}`;
    let proofs: readonly Proof[] = [];
    return {
      async run() {
        const handle = await client.workflow.start('semester', {
          workflowId,
          taskQueue: TASK_QUEUE,
          args: [inputOf(name)],
        });
        ({ proofs } = await approvedToTheEnd<{ proofs: readonly Proof[] }>(client, handle, ['wipe'], AFTER));
      },
      missing: () => missingIn(lab),
      endState: (rebooted) => leftBehind(lab, { workflow: workflowId, proofs, rebooted }),
    };
  },
};

function inputOf(name: string): SemesterInput {
  const after = (hours: number) => new Date(Date.now() + hours * 3600_000).toISOString();
  return {
    site: 'lab',
    startedBy: 'alice',
    from: 'drain',
    semester: {
      name,
      title: 'GPU 서버 계정 신청 안내',
      deadline: after(1),
      notices: ['PT30M'],
      noticeGateLead: 'PT0S',
      minimumNotice: 'PT0S',
      period: { from: after(2), until: after(9) },
      mode: 'update',
      // The update is before the drain then, and so it is left out.
      order: 'update-first',
      applications: { until: after(8), every: 'PT1H', grace: 'PT1H', nudges: [] },
      keep: [],
    },
  };
}

/**
 * Prints each file and each link below a folder: its hash or what it leads to, then its path. Without the administrators' home,
 * where images lie. What is deleted meanwhile is not printed.
 */
const LIST = `
  list() { # FOLDER PLACE
    (cd "$1" 2>/dev/null || exit 0
     find . -path ./bacchus -prune -o -type f -print0 2>/dev/null | xargs -0r sha256sum -- 2>/dev/null | sed "s|  \\./|  ./$2|"
     find . -path ./bacchus -prune -o -type l -printf "%l  ./$2%P\\n" 2>/dev/null)
  }
  list_backup() { # BACKUP
    list "$1" ''
    [ ! -e "$1.nested/manifest" ] || while IFS= read -r -d '' n && IFS= read -r -d '' place; do
      list "$1.nested/$n" "$place/"
    done <"$1.nested/manifest"
  }
  new_backups() { find ${BACKUPS} -mindepth 1 -maxdepth 1 -name '*-wipe*' ! -name '*.nested' -printf '%f\\n' | grep -vxFf ${TOP}/chaos/backups; }
  list_docker() { list local/.docker | cut -d' ' -f1; }
  list_backups() { for name in $(new_backups); do list_backup ${BACKUPS}/$name; done; }
  few() { head -n 5 | tr -dc '[:print:]\\n'; }
  export LC_ALL=C`;

/** What the scenario needs on the storage host: once a copy of all homes; then, before each run, what the last one took away. */
const HOMES = `
  set -e; shopt -s dotglob; cd ${TOP}
  if [ ! -e chaos/homes.list ]; then
    mkdir -p chaos/homes.nested
    /usr/bin/btrfs -q subvolume snapshot -r csehome chaos/homes; n=0
    find csehome -mindepth 1 -type d -inum 256 -printf '%P\\0' | while IFS= read -r -d '' place; do
      n=$((n + 1)); /usr/bin/btrfs -q subvolume snapshot -r "csehome/$place" chaos/homes.nested/$n; printf '%s\\0%s\\0' $n "$place"
    done >chaos/homes.nested/manifest
    list_backup chaos/homes | sort -u >chaos/homes.list
  fi
  for home in chaos/homes/*; do
    name=\${home##*/}
    [ -e "csehome/$name" ] || cp -a --reflink=always -- "$home" "csehome/$name"
  done
  while IFS= read -r -d '' n && IFS= read -r -d '' place; do
    [ "$(stat -c %i "csehome/$place")" != 256 ] || continue
    rmdir "csehome/$place"; btrfs subvolume snapshot chaos/homes.nested/$n "csehome/$place"
  done <chaos/homes.nested/manifest`;

/** Deletes the backups of the last run. */
const OLD_BACKUPS = `
  set -e; mkdir -p ${BACKUPS} ${TOP}/chaos; [ -e ${TOP}/chaos/backups ] || ls -A ${BACKUPS} >${TOP}/chaos/backups
  for name in $(new_backups); do
    for part in ${BACKUPS}/$name.nested/[0-9]* ${BACKUPS}/$name; do [ ! -d $part ] || btrfs subvolume delete $part; done
    rm -rf ${BACKUPS}/$name.nested
  done`;

/** The same with the Docker data of a GPU host. */
const DOCKER = `
  set -e; shopt -s dotglob; cd ${TOP}; rm -rf local/.docker/.semester-trash
  if [ ! -e chaos/docker.list ]; then
    mkdir -p chaos; cp -a --reflink=always local/.docker chaos/docker
    list_docker | sort -u >chaos/docker.list
  fi
  for data in chaos/docker/*; do
    [ -e "local/.docker/\${data##*/}" ] || cp -a --reflink=always -- "$data" local/.docker/
  done`;

const OPEN = `
  if [ -e ${LOCK} ]; then
    btrfs property set -f -ts / ro false; rm ${LOCK}; btrfs property set -ts / ro true; systemctl reload ssh
  fi`;

async function prepare(lab: Lab): Promise<void> {
  const exec = (host: string, ...scripts: string[]) =>
    lab.exec(host, [LIST, ...scripts].map((one) => `${one}\n`).join(''));
  await removeMembers(lab);
  await Promise.all([
    exec(STORAGE, OLD_BACKUPS, HOMES, OPEN),
    exec(REPLICA, OLD_BACKUPS),
    ...HOSTS.map((host) => exec(host, DOCKER, OPEN)),
  ]);
  // So that there is something to end.
  await lab.login(HOSTS[0]!, 'erin');
}

/** As after the phase lockout, in each run. */
async function removeMembers({ services: { idServer } }: Lab): Promise<void> {
  const admin = new pg.Client({ connectionString: idServer.adminUrl });
  await admin.connect();
  try {
    const { group } = idServer;
    await admin.query(
      `delete from user_memberships m using users u, groups g
       where u.idx = m.user_idx and g.idx = m.group_idx and g.identifier = $1 and u.username <> 'prof'`,
      [group],
    );
  } finally {
    await admin.end();
  }
}

/** Files that are neither in a home nor in a backup, and Docker data that are neither in place nor in the trash. */
async function missingIn(lab: Lab): Promise<readonly string[]> {
  const ask = async (host: string, command: string) => {
    const lines = (await lab.exec(host, `${LIST}\n cd ${TOP}; ${command} | few`)).split('\n');
    return lines.filter((line) => line !== '').map((line) => `${host}: ${line}`);
  };
  const looks = [
    // First where files leave, then where they arrive: what moves meanwhile is in one of them.
    ask(STORAGE, '{ list csehome; list_backups; } | sort -u | comm -23 chaos/homes.list -'),
    ...HOSTS.map((host) => ask(host, `{ list_docker; list_docker; } | sort -u | comm -23 chaos/docker.list -`)),
  ];
  return (await Promise.all(looks)).flat();
}

const LOGINS = `
  echo "logins: $(grep -c DenyUsers ${LOCK}) lock, erin $(sshd -T -C user=erin,host=localhost,addr=127.0.0.1,laddr=127.0.0.1,lport=22 | grep -Fix 'denyusers *')"
  echo "/ $(btrfs property get -ts / ro)"`;

const BACKED_UP = `
  for name in $(new_backups | grep -v '\\.last'); do
    echo "backup \${name#????-??-??-}: $(btrfs property get -ts ${BACKUPS}/$name ro), $(list_backup ${BACKUPS}/$name | sort -u | sha256sum)"
  done`;

const STORED = `
  echo "homes: $(ls -A csehome | paste -sd' ')"
  echo "exempt: $(find csehome/prof csehome/bacchus -path csehome/bacchus/images -prune -o -type f -print0 | sort -z | xargs -0 sha256sum | sha256sum)"
  echo "not in the backup: $(list_backups | sort -u | comm -23 chaos/homes.list - | few)"`;

const DATA = `
  echo "docker: $(ls -A --ignore=.semester-trash local/.docker | paste -sd' ')"
  echo "not in the trash: $(list_docker | sort -u | comm -23 chaos/docker.list - | few)"`;

/** What is left on each host, and the proofs by their kind. */
async function leftBehind(
  lab: Lab,
  { workflow, proofs, rebooted }: { workflow: string; proofs: readonly Proof[]; rebooted: boolean },
): Promise<EndState> {
  const ask = async (host: string, ...scripts: string[]) => {
    const all = [LIST, `cd ${TOP}`, ...scripts, jobsLeft(workflow, rebooted && host === STORAGE)];
    const lines = (await lab.exec(host, all.join('\n'))).split('\n');
    // Each try of the wipe takes a last snapshot of its own, and each of these has jobs of its own on its way to the replica.
    return [host, lines.filter((line, at) => !line.startsWith('job ') || lines.indexOf(line) === at)] as const;
  };
  const hosts = await Promise.all([
    ask(STORAGE, STORED, BACKED_UP, LOGINS),
    ask(REPLICA, BACKED_UP),
    ...HOSTS.map((host) => ask(host, DATA, LOGINS)),
  ]);
  return { ...Object.fromEntries(hosts), proofs: proofs.map(told).toSorted() };
}

/** What a proof says that is the same for each run. */
function told(proof: Proof): string {
  const about = 'host' in proof.facts ? ` on ${proof.facts.host}` : '';
  return proof.what === 'homes-wiped' || proof.what === 'docker-wiped'
    ? `${proof.what}${about}: ${proof.facts.approved} approved, ${proof.facts.appeared} appeared`
    : `${proof.what}${about}`;
}
