import { TASK_QUEUE } from '../../domain/names.ts';
import type { FleetUpdateInput } from '../../domain/semester.ts';
import type { Lab } from '../../lab/lab.ts';
import { approvedToTheEnd } from '../support/approve.ts';
import { TOP } from './held.ts';
import { jobsLeft } from './jobs-left.ts';
import type { EndState, Scenario } from './scenario.ts';
import { FOLLOWERS, LEADER } from './stage.ts';

/** Root, its identity, the image's snapshot, what zstd and pacman ran, and each boot. */
const LOOK = `
  cd ${TOP}
  echo "packages $(pacman -Q | cut -d' ' -f2 | sort -u | grep '^1\\.' | paste -sd' ')"
  # The leader's is of the day that the lab was made.
  [ "$(uname -n)" = $2 ] || echo "old-root $(cat old-root/usr/share/fleet/linux/version)"
  echo "/ $(btrfs property get -ts / ro), boots$(btrfs subvolume get-default / | sed 's/.* path / /')"
  echo "runs $(btrfs inspect-internal subvolid-resolve "$(btrfs inspect-internal rootid /)" ${TOP})"
  echo "top level: $(ls | grep -v -e '^ran[-.]' -e '^over$' | paste -sd' ')"
  echo "own: $(cat /etc/hostname /etc/machine-id /etc/ssh/ssh_host_*.pub | sha256sum)"
  echo "image: $(btrfs property get -ts snapshots/$1 ro)"
  echo "docker: $(cat /etc/subuid | sha256sum)"
  for ran in ran-pacman ran-zstd ran-boots; do [ ! -e $ran ] || sed "s/^/$ran /" $ran | sort; done`;

let version = '1.1-1';

/** Each run rolls the next release out on all hosts. */
export const rollout: Scenario = {
  name: 'rollout',
  async begin({ lab, client }, nth) {
    const workflowId = `update/chaos-${nth}`;
    const before = version;
    version = before === '1.1-1' ? '1.2-1' : await lab.publishPackages();
    let image = '';
    return {
      async run() {
        const input: FleetUpdateInput = {
          site: 'lab',
          name: workflowId,
          startedBy: 'alice',
          mode: 'update',
          leader: LEADER,
          keep: [],
        };
        const handle = await client.workflow.start('fleetUpdate', { workflowId, taskQueue: TASK_QUEUE, args: [input] });
        const ended = await approvedToTheEnd<{ image: { facts: { name: string } } }>(client, handle, ['rollout']);
        image = ended.image.facts.name;
      },
      missing: () => Promise.resolve([]),
      endState: () => leftBehind(lab, { image, workflow: workflowId, version, before }),
    };
  },
};

/** @param image its name, and `workflow`, the id of the roll-out, are left out of the result */
async function leftBehind(
  lab: Lab,
  a: { image: string; workflow: string; version: string; before: string },
): Promise<EndState> {
  const told = (text: string) =>
    text
      .replaceAll(a.image, 'IMAGE')
      .replaceAll(a.version, 'NEW')
      .replaceAll(a.version.replace(/-1$/, ''), 'NEW')
      .replaceAll(a.before, 'OLD')
      .replaceAll(a.before.replace(/-1$/, ''), 'OLD');
  const hosts = [LEADER, ...FOLLOWERS].map(async (host) => {
    const said = await lab.exec(host, `set -- '${a.image}' ${LEADER}\n${LOOK}\n${jobsLeft(a.workflow)}`);
    return [host, told(said).split('\n')] as const;
  });
  const files = await lab.exec('oloroso', `ls -A /csehome/bacchus/images | grep -F '${a.image}'`);
  return { ...Object.fromEntries(await Promise.all(hosts)), images: told(files).split('\n') };
}
