# R8, on a follower: zstd -d -c -T0 IMAGE | btrfs receive …/snapshots/
# Arguments: TOPLEVEL SNAPSHOTS NAME UUID IMAGE SHA256 BYTES ACCOUNT
toplevel=$1 snapshots=$1/$2 name=$3 uuid=$4 image=$5 sha256=$6 bytes=$7 account=$8
mount_toplevel "$toplevel"
mkdir -p "$snapshots"
target=$snapshots/$name
hold_lock 9 receive 600 || fail "$(holder_of receive) has been receiving an image for 10 minutes: end it, then retry"

is_subvolume() { [ -d "$1" ] && [ "$(stat -c %i "$1")" = 256 ]; }
is_image() { is_read_only "$1" && { [ "$(subvolume_field "$1" 'Received UUID')" = "$uuid" ] || [ "$(subvolume_field "$1" UUID)" = "$uuid" ]; }; }

if [ -e "$target" ]; then
  is_subvolume "$target" || fail "$target is not a subvolume: move it away"
  if is_image "$target"; then
    echo "already received"
    exit 0
  fi
  # An interrupted receive leaves a writable subvolume without a Received UUID.
  if is_read_only "$target" || [ "$(subvolume_field "$target" 'Received UUID')" != - ]; then
    fail "$target is another snapshot of the same name: rename it, then retry"
  fi
  progress "deleting a partial $name"
  btrfs subvolume delete -c "$target"
fi

reader=()
head -c 1 "$image" >/dev/null 2>&1 || reader=(setpriv --reuid="$account" --regid="$(id -g "$account")" --init-groups --)
# NFS clients see a new file late, and for a while with a smaller size.
for ((waited = 0; ; waited += 2)); do
  [ "$("${reader[@]}" stat -c %s "$image" 2>/dev/null || echo 0)" = "$bytes" ] &&
    [ "$("${reader[@]}" sha256sum "$image" | cut -d' ' -f1)" = "$sha256" ] && break
  [ "$waited" -lt 120 ] || fail "$image does not match its manifest ($bytes bytes, sha256 $sha256)"
  progress "waiting until $name is complete on this host"
  sleep 2
done

drop_partial() { ! is_subvolume "$target" || is_image "$target" || btrfs subvolume delete -c "$target" >&2; }
# The read position of the image comes from the reader's own file descriptor.
# shellcheck disable=SC2016 # $1 is for the inner shell
exec 3< <(exec "${reader[@]}" bash -c 'exec cat <"$1"' _ "$image")
cat=$!
(
  while at=$(sed -n 's/^pos:[[:space:]]*//p' "/proc/$cat/fdinfo/0" 2>/dev/null); do
    progress "received ${at:-0} of $bytes bytes of $name"
    sleep 1
  done
) 3<&- 9>&- &
trap drop_partial EXIT
zstd -q -d -c -T0 <&3 | btrfs receive -q "$snapshots/"
wait "$cat" || fail "$image could not be read to its end"
sync -f "$toplevel"
is_image "$target" || fail "$target is not read-only with Received UUID $uuid"
echo received
