# R2: whether a reinstalled host is laid out as the runbook expects. Prints each problem with its remedy, one a line.
# Arguments: TOPLEVEL SNAPSHOTS HOME DOCKER
set +e
toplevel=$1 snapshots=$1/$2 home=$3 docker=$4
problem() { echo "problem: $*"; }
if ! awk -v at="$toplevel" '$1 !~ /^#/ && $2 == at { print $4 }' /etc/fstab | grep -Eq '(^|,)subvolid=5(,|$)'; then
  problem "/etc/fstab has no entry for $toplevel with subvolid=5: add one with noauto"
fi
mkdir -p "$toplevel" 2>/dev/null
mountpoint -q "$toplevel" || mount "$toplevel" 2>/dev/null || problem "$toplevel cannot be mounted: run 'mount $toplevel' and mend its fstab entry"
if mountpoint -q "$toplevel"; then
  if [ "$(stat -c %i "$toplevel/root" 2>/dev/null)" != 256 ]; then
    problem "there is no subvolume $toplevel/root: install into a subvolume of that name"
  else
    id=$(btrfs inspect-internal rootid "$toplevel/root")
    [ "$(btrfs inspect-internal rootid /)" = "$id" ] || problem "/ is not the subvolume root: boot from root"
    [ "$(btrfs subvolume get-default / | awk '{print $2}')" = "$id" ] || problem "the default subvolume is not root: btrfs subvolume set-default $toplevel/root"
  fi
  [ -d "$snapshots" ] || problem "there is no $snapshots: mkdir $snapshots"
fi
[ "$(btrfs property get -ts / ro)" = ro=true ] || problem "/ is writable: btrfs property set -ts / ro true"
mountpoint -q "$home" || problem "$home is not mounted: add the NFS entry of the storage host to /etc/fstab"
[ -d "$docker" ] || problem "there is no $docker: make it on the data disk"
for script in add-docker-user add-me-to-docker-user; do
  [ -x "/usr/local/sbin/$script" ] || problem "/usr/local/sbin/$script is missing: copy it from another server"
done
grep -rqs 'NOPASSWD:.*/usr/local/sbin/add-me-to-docker-user' /etc/sudoers /etc/sudoers.d ||
  problem "sudoers has no NOPASSWD line for /usr/local/sbin/add-me-to-docker-user: add it with visudo"
for tool in btrfs zstd pacman flock setpriv; do
  command -v "$tool" >/dev/null || problem "the command $tool is missing: install its package"
done
exit 0
