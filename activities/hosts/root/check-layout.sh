# R2: checks the layout of a reinstalled host against the runbook. Prints each problem with its remedy, one per line,
# and hints.
# Arguments: TOPLEVEL SNAPSHOTS HOME ACCOUNT WIPED…, the directories on the local disk that a wipe empties
set +e
toplevel=$1 snapshots=$1/$2 home=$3 account=$4
shift 4
problem() { echo "problem: $*"; }
if ! awk -v at="$toplevel" '$1 !~ /^#/ && $2 == at { print $4 }' /etc/fstab | grep -Eq '(^|,)subvolid=5(,|$)'; then
  problem "/etc/fstab has no entry for $toplevel with subvolid=5: add one with noauto"
fi
mkdir -p "$toplevel" 2>/dev/null
mountpoint -q "$toplevel" || mount "$toplevel" 2>/dev/null || problem "$toplevel cannot be mounted: run 'mount $toplevel' and repair its fstab entry"
if mountpoint -q "$toplevel"; then
  if [ "$(stat -c %i "$toplevel/root" 2>/dev/null)" != 256 ]; then
    problem "$toplevel/root is not a subvolume: install into a subvolume of that name"
  else
    id=$(btrfs inspect-internal rootid "$toplevel/root")
    [ "$(btrfs inspect-internal rootid /)" = "$id" ] || problem "/ is not the subvolume root: boot from root"
    [ "$(btrfs subvolume get-default / | awk '{print $2}')" = "$id" ] || problem "the default subvolume is not root: btrfs subvolume set-default $toplevel/root"
  fi
  [ -d "$snapshots" ] || problem "$snapshots does not exist: mkdir $snapshots"
fi
[ "$(btrfs property get -ts / ro)" = ro=true ] || problem "/ is writable: btrfs property set -ts / ro true"
mountpoint -q "$home" || problem "$home is not mounted: add the NFS entry of the storage host to /etc/fstab"
for wiped in "$@"; do
  if [ ! -d "$wiped" ]; then
    problem "$wiped does not exist: create it on the data disk, or correct layout in site.yaml"
  elif real=$(realpath -e -- "$wiped") && [ "$real" != "$wiped" ]; then
    problem "$wiped leads to $real by a symbolic link: write the real path to layout in site.yaml"
  fi
done

getent passwd "$account" >/dev/null || problem "the account $account does not exist here: create it as on the other servers"
# Every home is named after its owner. If no owner has a name here, NSS does not know the ID server's users.
owners=$(find "$home" -mindepth 1 -maxdepth 1 -type d ! -name "$account" ! -name root -printf '%u\n' 2>/dev/null | head -n 200)
if [ -n "$owners" ] && ! grep -q '[^0-9]' <<<"$owners"; then
  problem "no owner of a home in $home has a name here: set up NSS for the ID server (nsswitch.conf), as on the other servers"
fi

sudoers=$(grep -rhs '^[^#].*NOPASSWD:.*/usr/local/sbin/add-me-to-docker-user' /etc/sudoers /etc/sudoers.d)
group=$(sed -n 's/^%\([^ \t]*\).*/\1/p' <<<"$sudoers" | head -n 1)
[ -n "$sudoers" ] || problem "sudoers has no NOPASSWD line for /usr/local/sbin/add-me-to-docker-user: add it with visudo"
[ -z "$group" ] || getent group "$group" >/dev/null || problem "the group $group of sudoers does not exist here: set up NSS for the ID server, as on the other servers"
visudo -c -q 2>/dev/null || problem "sudoers is not valid: visudo -c shows the line"
for script in add-docker-user add-me-to-docker-user; do
  [ -x "/usr/local/sbin/$script" ] || problem "/usr/local/sbin/$script is missing: copy it from another server"
done
for tool in btrfs zstd pacman flock setpriv; do
  command -v "$tool" >/dev/null || problem "the command $tool is missing: install its package"
done

grep -qs semester-window /usr/local/sbin/add-me-to-docker-user ||
  echo 'hint: add-me-to-docker-user may close / during an update: wrap it with docs/semester-window'
exit 0
