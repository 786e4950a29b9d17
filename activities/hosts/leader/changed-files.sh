# R8, on the leader: lists the files that differ between an image's snapshot and its parent, by the metadata of btrfs
# send.
# Arguments: TOPLEVEL SNAPSHOTS NAME PARENT LEAVE-OUT-GLOB…. Prints at most 1000 paths.
toplevel=$1 snapshots=$1/$2 name=$3 parent=$4
shift 4
mount_toplevel "$toplevel"
btrfs send -q --no-data -p "$snapshots/$parent" "$snapshots/$name" |
  { btrfs receive --dump && cat >/dev/null; } |
  awk -v top="./$name/" '
    $1 == "utimes" || $1 == "snapshot" { next }
    { path = $2 }
    $1 == "rename" { path = $3; sub(/^dest=/, "", path) }
    index(path, top) == 1 { path = substr(path, length(top) + 1) }
    path !~ /^o[0-9]+-[0-9]+-[0-9]+(\/|$)/ && !seen[path]++ { print path }' |
  { count=0; while IFS= read -r path; do
    matches_any "$path" "$@" && continue
    ((++count > 1000)) || printf '%s\n' "$path"
  done; }
