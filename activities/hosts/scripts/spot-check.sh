# R4, after the snapshot: whether it holds what is in /csehome. By hand: compare some files with sha256sum
#
#   spot-check TOPLEVEL SUBVOLUME BACKUP UUID SPARED…
#
# Every home but the SPARED, who may be working, must be in the backup. Of 16 homes and 8 nested subvolumes, chosen by the backup's
# UUID, up to 3 files each are compared by content; what has been deleted since is no fault of the backup. Prints checked=N, and
# a line `differs: PATH` for each that is another one.
top=$1 source=$1/$2 backup=$3 uuid=$4
shift 4
mount_toplevel "$top"
declare -A spared=()
for name in "$@"; do spared[$name]=1; done
shuffled() { sort -zR --random-source=<(yes "$uuid") | head -z -n "$1"; }

checked=0
compare() { # IN-BACKUP LIVE LABEL
  local path ours theirs
  while IFS= read -r -d '' path; do
    [[ -f $2/$path && ! -L $2/$path ]] || continue
    ours=$(timeout 300 sha256sum <"$1/$path") && theirs=$(timeout 300 sha256sum <"$2/$path") || continue
    checked=$((checked + 1))
    [[ $ours == "$theirs" ]] || printf 'differs: %q\n' "$3/$path"
  done < <(cd -P -- "$1" && find . -xdev -type f -size -64M -printf '%P\0' | head -z -n 5000 | shuffled 3)
}

homes=()
while IFS= read -r -d '' name; do
  [[ ! ${spared[$name]+x} ]] || continue
  if [[ -d $backup/$name && ! -L $backup/$name ]]; then homes+=("$name"); else printf 'differs: %q\n' "$name"; fi
done < <(find "$source" -mindepth 1 -maxdepth 1 -type d -printf '%f\0')
if ((${#homes[@]} > 0)); then
  while IFS= read -r -d '' name; do compare "$backup/$name" "$source/$name" "$name"; done < <(printf '%s\0' "${homes[@]}" | shuffled 16)
fi
if [[ -e $backup.nested/manifest ]]; then
  declare -A places=()
  while IFS= read -r -d '' id && IFS= read -r -d '' place; do
    [[ ${spared[${place%%/*}]+x} ]] || places[$id]=$place
  done <"$backup.nested/manifest"
  if ((${#places[@]} > 0)); then
    while IFS= read -r -d '' id; do
      if [[ -d $source/${places[$id]} ]]; then compare "$backup.nested/$id" "$source/${places[$id]}" "${places[$id]}"; fi
    done < <(printf '%s\0' "${!places[@]}" | shuffled 8)
  fi
fi
echo "checked=$checked"
