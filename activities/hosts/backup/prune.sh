# R4. By hand: btrfs subvolume delete /root/btrfs-toplevel/backups/gpu/OLD      # only those older than two quarters
#
#   prune TOPLEVEL BACKUPS COUNT < NUL-terminated pairs of name and UUID
#
# Deletes exactly the named snapshots with what is nested in them, and only if they still have the UUID that was approved.
top=$1 folder=$1/$2 count=$3
mount_toplevel "$top"
cd -P -- "$folder" || fail "$folder cannot be entered"
mapfile -d '' -t words
((${#words[@]} == 2 * count)) || fail "$((${#words[@]} / 2)) backups came of $count: nothing was deleted"
remaining=$(find . -mindepth 1 -maxdepth 1 -type d -inum 256 -printf x)
((${#remaining} > count)) || fail "that would delete every backup of $folder: nothing was deleted"

for ((n = 0; n < ${#words[@]}; n += 2)); do
  name=${words[n]} uuid=${words[n + 1]}
  [[ $name =~ ^[0-9]{4}-[0-9]{2}-[0-9]{2}[A-Za-z0-9._-]*$ ]] || fail "$(printf %q "$name") is no dated backup"
  # Before anything of it goes. Without it there is only what an attempt that was cut off has left beside it.
  [[ ! -d ./$name || $(btrfs subvolume show -- "./$name" | sed -n 's/^[[:space:]]*UUID:[[:space:]]*//p' | head -n 1) == "$uuid" ]] ||
    fail "$name is another snapshot than the approved one ($uuid), and stays: look at $folder"
  for path in "./$name".nested/*; do
    if [[ -d $path && $(stat -c %i -- "$path") == 256 ]]; then btrfs -q subvolume delete -- "$path"; fi
  done
  if [[ -d ./$name ]]; then btrfs -q subvolume delete -- "./$name"; fi
  rm -rf --one-file-system -- "./$name.nested"
  progress "$((n / 2 + 1))/$count backups"
done
btrfs filesystem sync . >/dev/null
