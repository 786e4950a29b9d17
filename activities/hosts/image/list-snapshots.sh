# R8: lists the read-only snapshots that can be an image's parent. Their identity is the Received UUID, else the UUID.
# By hand: btrfs subvolume list -r -c -u -R TOPLEVEL
# Arguments: TOPLEVEL SNAPSHOTS. Prints "generation identity uuid name", oldest first.
toplevel=$1 snapshots=$2
mount_toplevel "$toplevel"
mkdir -p "$toplevel/$snapshots"
btrfs subvolume list -r -c -u -R "$toplevel" | while IFS= read -r line; do
  [[ $line =~ ' cgen '([0-9]+)' '.*' received_uuid '([^ ]+)' '+uuid' '([^ ]+)' path '(.*)$ ]] || continue
  generation=${BASH_REMATCH[1]} received=${BASH_REMATCH[2]%-} uuid=${BASH_REMATCH[3]} path=${BASH_REMATCH[4]}
  name=${path#"$snapshots"/}
  if [[ $name != "$path" && $name =~ ^[A-Za-z0-9._-]+$ ]]; then echo "$generation ${received:-$uuid} $uuid $name"; fi
done | sort -n
