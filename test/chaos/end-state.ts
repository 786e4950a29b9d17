import type { Lab } from '../../lab/lab.ts';
import { FOLLOWERS, LEADER, TOP } from './stage.ts';

/** What a roll-out leaves behind, in words that are the same for each roll-out: lines by host. */
export type EndState = Readonly<Record<string, readonly string[]>>;

/** Root, its identity, the image's snapshot, the finished records of jobs with what they ran, what zstd and pacman ran, and each boot. */
const LOOK = `
  cd ${TOP}
  echo "packages $(pacman -Q | cut -d' ' -f2 | sort -u | grep '^1\\.' | paste -sd' ')"
  # The leader's is of the day that the lab was made.
  [ "$(uname -n)" = $3 ] || echo "old-root $(cat old-root/usr/share/fleet/linux/version)"
  echo "/ $(btrfs property get -ts / ro), boots$(btrfs subvolume get-default / | sed 's/.* path / /')"
  echo "runs $(btrfs inspect-internal subvolid-resolve "$(btrfs inspect-internal rootid /)" ${TOP})"
  echo "top level: $(ls | grep -v '^ran-' | paste -sd' ')"
  echo "own: $(cat /etc/hostname /etc/machine-id /etc/ssh/ssh_host_*.pub | sha256sum)"
  echo "image: $(btrfs property get -ts snapshots/$1 ro)"
  echo "docker: $(cat /etc/subuid | sha256sum)"
  for job in $(grep -lsr "^$2" */semester-*/workflow .*/semester-*/workflow | sort -u); do
    job=\${job%/workflow}
    echo "job $(sha256sum <$job/script.sh | cut -c 1-8) ended $(cut -d' ' -f1 $job/finished), ran again $(grep -c 'runs again' $job/output)"
  done | sort
  for ran in ran-*; do [ ! -e $ran ] || sed "s/^/$ran /" $ran | sort; done
  ls hold-* 2>/dev/null
  systemctl list-units --all --plain --no-legend 'semester-*' | awk '{print "unit", $1}'
  true`;

/** @param image its name, and `workflow`, the id of the roll-out, are left out of the result */
export async function endState(
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
    const said = await lab.exec(host, `set -- '${a.image}' '${a.workflow}' ${LEADER}\n${LOOK}`);
    return [host, told(said).split('\n')] as const;
  });
  const files = await lab.exec('oloroso', `ls -A /csehome/bacchus/images | grep -F '${a.image}'`);
  return { ...Object.fromEntries(await Promise.all(hosts)), images: told(files).split('\n') };
}
