# R8, on a follower: root becomes old-root, the image becomes root, set-default, get-default. What is private to the host is
# put in before. Safe to find half done at any point: only a finished root.new is ever renamed, and set-default comes last.
# Arguments: TOPLEVEL SNAPSHOTS NAME UUID PRIVATE-GLOB…
shopt -s nullglob
toplevel=$1 snapshot=$1/$2/$3 name=$3 uuid=$4
shift 4
mount_toplevel "$toplevel"
root=$toplevel/root new=$toplevel/root.new old=$toplevel/old-root
lock_window

id_of() { btrfs inspect-internal rootid "$1"; }
default_id() { btrfs subvolume get-default "$toplevel" | awk '{print $2}'; }
is_of_image() { is_read_only "$1" && grep -qsxF "image_uuid=$uuid" "$1/etc/semester-image"; }
delete_subvolume() {
  # Neither what runs nor what boots is ever deleted, nor anything that lies in a subvolume of its own below it.
  local id nested
  id=$(id_of "$1")
  [ "$id" != "$(id_of /)" ] || fail "$1 is what runs: reboot this host first, then retry"
  [ "$id" != "$(default_id)" ] || fail "$1 is the default subvolume: set another one first, then retry"
  while IFS= read -r -d '' nested; do
    [ -z "$(find "$nested" -mindepth 1 -print -quit)" ] || fail "$nested is a subvolume that holds files: move them away, then retry"
    btrfs subvolume delete "$nested" >&2
  done < <(find "$1" -xdev -mindepth 1 -depth -type d -inum 256 -print0)
  btrfs subvolume delete -c "$1" >&2
}

make_new() {
  [ "$(id_of /)" = "$(id_of "$root")" ] || fail "$root is not what runs: reboot this host or rename what runs to root, then retry"
  is_read_only "$snapshot" || fail "$snapshot is not read-only: receive the image again"
  if [ -e "$new" ]; then
    is_of_image "$new" && return
    delete_subvolume "$new"
  fi
  # Writable, so that it has no Received UUID and later windows need no force.
  btrfs subvolume snapshot "$snapshot" "$new" >&2
  local pattern path
  for pattern in "$@"; do
    for path in "$new"/$pattern; do rm -rf --one-file-system -- "$path"; done
    for path in "$root"/$pattern; do
      [ -e "$path" ] || [ -L "$path" ] || continue
      mkdir -p -- "$(dirname -- "$new/${path#"$root"/}")"
      cp -a --reflink=auto -T -- "$path" "$new/${path#"$root"/}"
    done
  done
  printf 'image=%s\nimage_uuid=%s\n' "$name" "$uuid" >"$new/etc/semester-image"
  sync -f "$new"
  btrfs property set -ts "$new" ro true
  is_of_image "$new" || fail "$new could not be finished"
}

if [ -e "$root" ] && is_of_image "$root"; then
  echo 'renamed before'
elif [ ! -e "$root" ] && [ -e "$new" ] && is_of_image "$new"; then
  mv -T "$new" "$root"
else
  [ -e "$root" ] || fail "$root is missing and $new is not a finished root of $name: rename what should boot to root"
  make_new "$@"
  [ ! -e "$old" ] || delete_subvolume "$old"
  # It takes a moment from here, and whoever stops this job waits for its end: no host is left without a root.
  trap '' TERM INT HUP
  mv -T "$root" "$old"
  mv -T "$new" "$root"
fi
btrfs subvolume set-default "$root"
sync -f "$toplevel"
[ "$(default_id)" = "$(id_of "$root")" ] || fail "get-default is not $root"
echo "boot_id=$(cat /proc/sys/kernel/random/boot_id)"
