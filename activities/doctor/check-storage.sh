# R4, R5: whether the storage host has the layout of the runbook. Prints each problem with its remedy, one per line.
# Arguments: TOPLEVEL SUBVOLUME HOME BACKUPS ADMINISTRATORS-HOME
set +e
top=$1 subvolume=$1/$2 home=$3 backups=$1/$4 administrators=$5
problem() { echo "problem: $*"; }
if ! awk -v at="$top" '$1 !~ /^#/ && $2 == at { print $4 }' /etc/fstab | grep -Eq '(^|,)subvolid=5(,|$)'; then
  problem "/etc/fstab has no entry for $top with subvolid=5: add one with noauto"
fi
said=$(mount_toplevel "$top" 2>&1) || problem "$said"
mountpoint -q -- "$top" || mount -- "$top" 2>/dev/null
if mountpoint -q -- "$top"; then
  [[ $(stat -c %i -- "$subvolume" 2>/dev/null) == 256 ]] || problem "there is no subvolume $subvolume: set layout.homeSubvolume in site.yaml"
  [[ -d $backups ]] || problem "there is no $backups: mkdir -p $backups"
fi
if [[ ! -d $home ]]; then
  problem "there is no $home: mount the subvolume $subvolume there"
elif [[ $(realpath -e -- "$home") != "$home" ]]; then
  problem "$home leads to $(realpath -e -- "$home") by a symbolic link: write the real path to layout in site.yaml"
elif [[ $(stat -c '%d %i' -- "$home") != "$(stat -c '%d %i' -- "$subvolume" 2>/dev/null)" ]]; then
  problem "$home is not the subvolume $subvolume: check findmnt $home and \`layout\` in site.yaml"
fi
[[ -d $administrators ]] || problem "there is no $administrators: it holds the images and is never wiped; make it for the administrators' account"
for tool in btrfs flock lsattr systemd-run; do
  command -v "$tool" >/dev/null || problem "the command $tool is missing: install its package"
done
exit 0
