# R4, on the storage host, before a transfer. By hand: find SOURCE -xdev -mindepth 15 -type d; then a snapshot without them
#
#   replica-short TOPLEVEL SOURCE COPY
#
# `btrfs send` refuses a path longer than PATH_MAX (4096 bytes) within one subvolume, which any user can make. Where SOURCE
# has one, makes COPY: a read-only snapshot of it without the directories whose paths are longer than 3800 bytes. Prints
# `uuid=UUID` of COPY, `count=N` of these directories, and `passed over: PATH`, shortened, for the first five. Prints nothing
# where SOURCE can be sent as it is. Can run again at any point.
top=$1 source=$2 copy=$3
mount_toplevel "$top"
is_read_only "$source" || fail "$source is not read-only"

# A name has at most 255 bytes, so only directories from this depth on can be that deep. `find` names a directory before
# what lies in it.
LC_ALL=C
deep=()
while IFS= read -r -d '' path; do
  if ((${#path} <= 3800)) || { ((${#deep[@]} > 0)) && [[ $path == "${deep[-1]}"/* ]]; }; then continue; fi
  deep+=("$path")
done < <(cd -P -- "$source" && find . -xdev -mindepth 15 -type d -printf '%P\0')
((${#deep[@]} > 0)) || exit 0

is_copy() {
  [[ $(stat -c %i -- "$copy" 2>/dev/null) == 256 ]] && [[ $(subvolume_field "$copy" 'Parent UUID') == "$(subvolume_field "$source" UUID)" ]]
}
if ! is_copy || ! is_read_only "$copy"; then
  # Left by an interrupted run: it becomes read-only last.
  if is_copy; then btrfs -q subvolume delete -- "$copy"; fi
  private_folder "${copy%/*}"
  btrfs -q subvolume snapshot -- "$source" "$copy"
  for path in "${deep[@]}"; do
    (
      enter "$copy/${path%/*}"
      chattr -f -ia . || true
      find "./${path##*/}" -xdev \( -type d -o -type f \) -execdir chattr -f -ia -- {} + || true
      rm -rf --one-file-system -- "./${path##*/}"
    )
  done
  btrfs property set -ts "$copy" ro true
  btrfs filesystem sync "$top" >/dev/null
fi
echo "uuid=$(subvolume_field "$copy" UUID)"
echo "count=${#deep[@]}"
for path in "${deep[@]:0:5}"; do printf 'passed over: %q\n' "${path:0:80}"; done
