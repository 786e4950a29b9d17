# R8: the read-only snapshots that can be an image's parent. A snapshot's identity is its Received UUID, else its UUID.
# Arguments: TOPLEVEL SNAPSHOTS. Prints "generation identity uuid name", oldest first.
toplevel=$1 snapshots=$1/$2
mount_toplevel "$toplevel"
mkdir -p "$snapshots"
for path in "$snapshots"/*; do
  [ -d "$path" ] && [ "$(stat -c %i "$path")" = 256 ] || continue
  [ "$(btrfs property get -ts "$path" ro)" = ro=true ] || continue
  shown=$(btrfs subvolume show "$path")
  field() { sed -n "s/^[[:space:]]*$1:[[:space:]]*//p" <<<"$shown" | head -n 1; }
  uuid=$(field UUID) received=$(field 'Received UUID')
  [ "$received" = - ] && received=
  name=${path##*/}
  [[ $name =~ ^[A-Za-z0-9._-]+$ ]] && echo "$(field 'Gen at creation') ${received:-$uuid} $uuid $name"
done | sort -n
