# R8: lists the read-only snapshots that can be an image's parent. Their identity is the Received UUID, else the UUID.
# By hand: btrfs subvolume show TOPLEVEL/SNAPSHOTS/NAME
# Arguments: TOPLEVEL SNAPSHOTS. Prints "generation identity uuid name", oldest first.
snapshots=$1/$2
mount_toplevel "$1"
mkdir -p "$snapshots"
# `btrfs subvolume list` fails for the whole file system if any subvolume lies deeper than PATH_MAX.
while IFS= read -r -d '' name; do
  snapshot=$snapshots/$name
  { [[ $name =~ ^[A-Za-z0-9._-]+$ ]] && is_read_only "$snapshot"; } || continue
  uuid=$(subvolume_field "$snapshot" UUID)
  received=$(subvolume_field "$snapshot" 'Received UUID')
  echo "$(subvolume_field "$snapshot" 'Gen at creation') $([[ $received == - ]] && echo "$uuid" || echo "$received") $uuid $name"
done < <(find "$snapshots" -mindepth 1 -maxdepth 1 -type d -inum 256 -printf '%f\0') | sort -n
