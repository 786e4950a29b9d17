# R8 on the leader, as in the runbook: the update, the snapshot and the incremental image.
# Arguments: TOPLEVEL IMAGES NAME PARENT. Prints `UUID BYTES SHA256`.
set -euo pipefail
top=$1 images=$2 name=$3 parent=$4
btrfs property set -ts / ro false
pacman -Syu --noconfirm --noprogressbar >&2
btrfs property set -ts / ro true
mountpoint -q "$top" || mount "$top"
btrfs subvolume snapshot -r "$top/root" "$top/snapshots/$name" >&2
mkdir -p "$images"
btrfs send -q -p "$top/snapshots/$parent" "$top/snapshots/$name" | zstd -q -T0 >"$images/$name.zst"
sync -f "$images"
btrfs subvolume show "$top/snapshots/$name" | awk '$1 == "UUID:" { print $2 }'
stat -c %s "$images/$name.zst"
sha256sum "$images/$name.zst" | cut -d' ' -f1
