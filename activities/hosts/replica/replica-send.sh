# R4, on the storage host. By hand: btrfs send [-p PARENT] SOURCE | ssh REPLICA btrfs receive FOLDER
#
#   replica-send TOPLEVEL SPOOL ATTEMPT SOURCE PARENT-OR-EMPTY CHUNK-BYTES
#
# The hosts do not trust each other, and the worker between them may die. So the compressed stream is cut into numbered
# files. At most four exist at a time; replica-take hands them out while the sender waits. Only a reboot loses progress:
# a stream cannot resume in its middle, so exit status 75 requests another attempt.
top=$1 spool=$1/$2 attempt=$3 source=$4 parent=$5 size=$6
mount_toplevel "$top"
private_folder "$spool"
printf '%s\n' "${PWD##*/}" >"$spool/unit"
dir=$spool/$attempt
if ! mkdir -m 700 -- "$dir"; then
  echo "the host went down in the middle of attempt $attempt"
  exit 75
fi

in_chunks() {
  local n=0 bytes=0 got pieces
  while :; do
    # Without any piece, the pattern itself is the only one.
    while pieces=("$dir"/*.chunk) && ((${#pieces[@]} >= 4)); do pause 0.1; done
    head -c "$size" >"$dir/new"
    got=$(stat -c %s -- "$dir/new")
    ((got > 0)) || break
    mv -- "$dir/new" "$dir/$n.chunk"
    n=$((n + 1)) bytes=$((bytes + got))
    progress "$bytes compressed bytes of ${source##*/} sent"
  done
  rm -f -- "$dir/new"
  echo "$n" >"$dir/count"
}
base=()
if [[ -n $parent ]]; then base=(-p "$parent"); fi
btrfs send -q "${base[@]}" -- "$source" | zstd -q -T0 -c | in_chunks
# Only now: an earlier failure must not look like the end of the stream.
mv -- "$dir/count" "$dir/end"
