# R8, on the leader: btrfs subvolume snapshot -r …/root …/snapshots/NAME. Takes an existing read-only snapshot of that
# name.
# Arguments: TOPLEVEL SNAPSHOTS NAME JOBS
toplevel=$1 snapshot=$1/$2/$3 name=$3 jobs=$1/$4
mount_toplevel "$toplevel"
mkdir -p "${snapshot%/*}" "$jobs"
[ "$(btrfs property get -ts "$toplevel/root" ro)" = ro=true ] || fail "$toplevel/root is writable: btrfs property set -ts / ro true, then retry"
if [ ! -e "$snapshot" ]; then
  sync -f "$toplevel"
  btrfs subvolume snapshot -r "$toplevel/root" "$snapshot" >&2
fi
[ "$(btrfs property get -ts "$snapshot" ro)" = ro=true ] || fail "$snapshot is writable, so it is not an image's snapshot: move it away, then retry"
received=$(subvolume_field "$snapshot" 'Received UUID')
[ "$received" = - ] && received=
identity=${received:-$(subvolume_field "$snapshot" UUID)}
printf 'root_uuid=%s\nimage=%s\nimage_uuid=%s\n' "$(subvolume_field "$toplevel/root" UUID)" "$name" "$identity" >"$jobs/leader-image.part"
mv -fT "$jobs/leader-image.part" "$jobs/leader-image"
echo "$identity"
