# R4. By hand: btrfs subvolume delete /root/btrfs-toplevel/backups/gpu/OLD      # only those older than two quarters
#
#   prune TOPLEVEL BACKUPS COUNT < NUL-terminated pairs of name and UUID
#
# Deletes exactly the named snapshots with their nested ones and the last snapshots of their wipes (NAME.last), and only if they
# still have the approved UUID. NAME may be a last snapshot whose backup a person deleted by hand.
top=$1 folder=$1/$2 count=$3
mount_toplevel "$top"
cd -P -- "$folder" || fail "$folder cannot be entered"
mapfile -d '' -t fields
((${#fields[@]} == 2 * count)) || fail "standard input holds $((${#fields[@]} / 2)) backups instead of $count: nothing was deleted"
remaining=$(find . -mindepth 1 -maxdepth 1 -type d -inum 256 ! -regex '.*\.last\(-[0-9]+\)?' -printf x)
backups=0
for ((n = 0; n < ${#fields[@]}; n += 2)); do
  if [[ ${fields[n]} =~ ^(.+)\.last(-[0-9]+)?$ ]]; then
    [[ ! -e ./${BASH_REMATCH[1]} ]] || fail "${fields[n]} belongs to the backup ${BASH_REMATCH[1]}: nothing was deleted"
  elif [[ -d ./${fields[n]} ]]; then
    backups=$((backups + 1))
  fi
done
((backups == 0 || ${#remaining} > backups)) || fail "that would delete every backup of $folder: nothing was deleted"

drop() { # SNAPSHOT
  local path
  for path in "$1".nested/* "$1".short/*; do
    if [[ -d $path && $(stat -c %i -- "$path") == 256 ]]; then btrfs -q subvolume delete -- "$path"; fi
  done
  if [[ -d $1 ]]; then btrfs -q subvolume delete -- "$1"; fi
  rm -rf --one-file-system -- "$1.nested" "$1.short"
}

for ((n = 0; n < ${#fields[@]}; n += 2)); do
  name=${fields[n]} uuid=${fields[n + 1]}
  [[ $name =~ ^[0-9]{4}-[0-9]{2}-[0-9]{2}[A-Za-z0-9._-]*$ ]] || fail "$(printf %q "$name") is not a backup with a date"
  # Checked before any part of it is deleted. If the snapshot is gone, only leftovers of an interrupted attempt remain.
  [[ ! -d ./$name || $(subvolume_field "./$name" UUID) == "$uuid" ]] ||
    fail "$name is not the approved snapshot ($uuid), so it stays: check $folder"
  # The backup itself is last, so that an interrupted attempt leaves no last snapshot without its backup.
  for path in "./$name".last "./$name".last-[0-9]*; do
    if [[ $path =~ \.last(-[0-9]+)?$ ]]; then drop "$path"; fi
  done
  drop "./$name"
  progress "$((n / 2 + 1))/$count backups"
done
btrfs filesystem sync . >/dev/null
