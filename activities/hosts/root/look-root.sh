# Needs roots.sh. Needs boot.sh. Needs back.sh. Needs obstacles.sh. Needs trial.sh.
# R2, R8: the running root, the next root to boot, and their images. Changes nothing, but mounts the top level.
# Also the images of the roots below the top level that may boot. Arguments: TOPLEVEL JOBS. Prints key=value lines.
use_roots "$1" "$2"
esp='' jobs=$2
use_trial
subvolume_path() { btrfs inspect-internal subvolid-resolve "$1" "$toplevel" 2>/dev/null || true; }

running=$(btrfs inspect-internal rootid /)
default=$(btrfs subvolume get-default / | awk '{print $2}')
echo "boot_id=$(cat /proc/sys/kernel/random/boot_id)"
echo "running=$(subvolume_path "$running")"
echo "default=$(subvolume_path "$default")"
echo "read_only=$(btrfs property get -ts / ro | sed 's/^ro=//')"
echo "uuid=$(subvolume_field / UUID)"
echo "received_uuid=$(subvolume_field / 'Received UUID')"
echo "free=$(df --output=avail -B1 "$toplevel" | tail -n 1 | tr -d ' ')"
for failed in "$toplevel"/failed-*; do
  # A person's subvolume may have such a name. Only a root that the service recorded is a failed image.
  [ -d "$failed" ] || continue
  uuid=$(subvolume_field "$failed" UUID 2>/dev/null || true)
  if grep -qsxF "${uuid:-none}" "$toplevel/$jobs/failed-roots"; then echo "failed_${failed##*/failed-}=yes"; fi
done
for next in root root.new; do
  if [ -d "$toplevel/$next" ]; then
    echo "$next.read_only=$(btrfs property get -ts "$toplevel/$next" ro | sed 's/^ro=//')"
    sed "s/^/$next./" "$toplevel/$next/etc/semester-image" 2>/dev/null || true
  fi
done
sed 's/^/went_back_/' "$went_back" 2>/dev/null || true
# The root of a failed trial keeps its name until the next image is prepared.
failed=$(sed -n 's/^image=//p' "$went_back" 2>/dev/null || true)
if [[ -n $failed ]] && ! runs "$new" && grep -qsxF "image=$failed" "$new/etc/semester-image"; then echo "failed_$failed=yes"; fi
if is_trial; then
  sed -En 's/^(image|boot|committing)=/trial_\1=/p' "$armed"
  ! leads_to_trial || echo trial_next=yes
fi
# A leader is not made from the image that it produced. A record that names its root's UUID identifies it.
made=$toplevel/$jobs/leader-image
if [ -e "$made" ] && grep -qx "root_uuid=$(subvolume_field / UUID)" "$made"; then
  grep '^image' "$made"
elif [ -e /etc/semester-image ]; then
  grep '^image' /etc/semester-image
fi
