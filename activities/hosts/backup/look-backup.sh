# R5, before a deletion: whether the backup still exists. By hand: btrfs subvolume show PATH
#
#   look-backup TOPLEVEL PATH NESTED
#
# Prints uuid=, read_only= and nested=; nothing if the subvolume does not exist.
mount_toplevel "$1"
[[ $(stat -c %i -- "$2" 2>/dev/null) == 256 ]] || exit 0
echo "uuid=$(subvolume_field "$2" UUID)"
is_read_only "$2" && echo read_only=true || echo read_only=false
count=0
for path in "$2".nested/[0-9]*; do
  if [[ -d $path ]] && is_read_only "$path"; then count=$((count + 1)); fi
done
echo "nested=$count"
