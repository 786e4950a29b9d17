# R4, on the replica. By hand: … | btrfs receive FOLDER
#
#   replica-receive TOPLEVEL SPOOL ATTEMPT FOLDER NAME UUID
#
# Receives the pieces that replica-put stores. An interrupted receive leaves a writable subvolume without a Received
# UUID under the final name. It is deleted at its end, or by the next attempt. A whole one is never touched.
top=$1 spool=$1/$2 attempt=$3 folder=$1/$4 name=$5 uuid=$6
mount_toplevel "$top"
private_folder "$folder" "$spool"
printf '%s\n' "${PWD##*/}" >"$spool/unit"
target=$folder/$name dir=$spool/$attempt

received() { subvolume_field "$target" 'Received UUID'; }
is_subvolume() { [[ -d $target && $(stat -c %i -- "$target") == 256 ]]; }
is_whole() { is_subvolume && is_read_only "$target" && [[ $(received) == "$uuid" ]]; }
is_partial() { is_subvolume && ! is_read_only "$target" && [[ $(received) == - ]]; }
drop_partial() { ! is_partial || btrfs -q subvolume delete -c -- "$target"; }

if is_whole; then
  echo 'the replica exists and is whole'
  exit 0
fi
# Deletes only a subvolume of such an attempt. A person's own subvolume of this name stays.
if [[ -e $spool/begun ]]; then drop_partial; fi
[[ ! -e $target && ! -L $target ]] || fail "$target exists and is not the replica of UUID $uuid: rename it, then retry"
if ! mkdir -m 700 -- "$dir"; then
  echo "the host went down in the middle of attempt $attempt"
  exit 75
fi
touch "$spool/begun"
sync -- "$spool/begun"
trap drop_partial EXIT
echo 0 >"$dir/wanted"

pieces() {
  local n=0 bytes=0
  while :; do
    until [[ -e $dir/$n.chunk ]]; do
      if [[ -e $dir/end && $(<"$dir/end") == "$n" ]]; then return 0; fi
      pause 0.1
    done
    bytes=$((bytes + $(stat -c %s -- "$dir/$n.chunk")))
    cat -- "$dir/$n.chunk"
    rm -f -- "$dir/$n.chunk"
    n=$((n + 1))
    progress "$bytes compressed bytes of $name received" >&2
  done
}
pieces | zstd -q -d -c | btrfs receive -q "$folder"
btrfs filesystem sync "$folder" >/dev/null
is_whole || fail "$target is not read-only with Received UUID $uuid"
rm -rf -- "$spool"
