# R4, before old backups are deleted. By hand: btrfs subvolume list -s /root/btrfs-toplevel; ls /root/btrfs-toplevel/backups/gpu
#
#   list-backups TOPLEVEL BACKUPS
#
# Prints base64 of NUL-terminated fields, four for each subvolume there: name, UUID, read-only, nested snapshots.
mount_toplevel "$1"
[[ -d $1/$2 ]] || exit 0
cd -P -- "$1/$2"
while IFS= read -r -d '' name; do
  count=0
  for path in "./$name".nested/*; do
    if [[ -d $path && $(stat -c %i -- "$path") == 256 ]]; then count=$((count + 1)); fi
  done
  uuid=$(btrfs subvolume show -- "./$name" | sed -n 's/^[[:space:]]*UUID:[[:space:]]*//p' | head -n 1)
  is_read_only "./$name" && ro=true || ro=false
  printf '%s\0%s\0%s\0%s\0' "$name" "$uuid" "$ro" "$count"
done < <(find . -mindepth 1 -maxdepth 1 -type d -inum 256 -printf '%f\0' | sort -z) | base64 -w 0
