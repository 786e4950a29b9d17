# Needs roots.sh. Needs private.sh.
# R8, on a follower, before any downtime: btrfs subvolume snapshot …/snapshots/NAME …/root.new, with what is private to the
# host put in, then ro true. What neither runs nor boots any more is deleted: btrfs subvolume delete …/old-root
# Arguments: TOPLEVEL SNAPSHOTS NAME UUID PRIVATE-GLOB…
use_roots "$1"
snapshot=$1/$2/$3 name=$3 uuid=$4
shift 4
lock_window
scratch=$(mktemp -d /run/semester-root.XXXXXX)
trap 'rm -rf -- "$scratch"' EXIT

if is_finished "$root" "$uuid"; then
  echo "$root is of $name already"
  exit 0
fi
from=$(running_root)
is_read_only "$snapshot" || fail "$snapshot is not read-only: receive the image again"
if [[ -e $new ]] && ! is_finished "$new" "$uuid"; then delete_root "$new"; fi
if [[ ! -e $new ]]; then
  # Writable, so that it has no Received UUID and later windows need no force.
  btrfs subvolume snapshot "$snapshot" "$new" >&2
  printf 'image=%s\nimage_uuid=%s\n' "$name" "$uuid" >"$new/etc/semester-image"
fi
carry "$from" "$@"
is_finished "$new" "$uuid" || fail "$new could not be finished"
for gone in "$old" "$toplevel"/failed-*; do
  if [[ -e $gone && $gone != "$from" ]]; then delete_root "$gone"; fi
done
sync -f "$toplevel"
