# Needs entry.sh. Needs trash.sh.
# Lists the trash of directories. By hand: ls -la DIR/.semester-trash; tr '\0' '\n' <DIR/.semester-trash/ID/record
#
#   list-trash names|sizes DIR…
#
# Prints base64 of NUL-terminated fields. Six for each DIR: DIR, `none`, `ours` or `foreign` (a user made it), free
# bytes and size of its file system, the bytes of the trash (empty if not measured), the time (Unix seconds). Then
# eleven for each entry: ID, `kept`, `moving` (the wipe was cut off), `deleting` or `unreadable`; semester, digest of the
# plan, name, owner, object, birth time, time of the move, end of its time, and `taken` if the name is in use again. Then an
# empty ID.
shopt -s nullglob
mode=$1
shift
bytes_in_trash() {
  local bytes
  if [[ $mode == sizes ]] && bytes=$(timeout 30 du -s -B1 -- "$trash" 2>/dev/null); then printf '%s' "${bytes%%[^0-9]*}"; fi
}
list() { # DIR
  local state=none place id entry
  if [[ -e $trash || -L $trash ]]; then state=foreign; fi
  if is_trash; then state=ours; fi
  read -r free size < <(df --output=avail,size -B1 . | tail -n 1)
  printf '%s\0' "$1" "$state" "$free" "$size"
  if [[ $state == ours ]]; then bytes_in_trash; fi
  printf '\0%s\0' "$EPOCHSECONDS"
  if [[ $state == ours ]]; then
    for place in "$trash"/*; do
      id=${place##*/} entry=kept
      # All that a deletion left when it was cut off at its very end.
      if [[ $id == *.gone && -z $(find "$place" -maxdepth 1 ! -path "$place" -print -quit) ]]; then continue; fi
      if ! read_record "$id"; then entry=unreadable record=('' '' '' '' '' '' '' '' '' '' 0 0); fi
      if [[ $id == *.gone ]]; then
        entry=deleting
      elif [[ $entry == kept && ! -e $place/data && ! -L $place/data ]]; then
        entry=moving
      fi
      printf '%s\0' "${id%.gone}" "$entry" "${record[1]}" "${record[2]}" "${record[4]}" "${record[5]}" "${record[7]}" "${record[8]}" "${record[10]}" "${record[11]}"
      if [[ -n ${record[4]} && (-e ./${record[4]} || -L ./${record[4]}) ]]; then printf 'taken'; fi
      printf '\0'
    done
  fi
  printf '\0'
}
for dir in "$@"; do
  if cd -P -- "$dir" 2>/dev/null; then list "$dir"; fi
done | base64 -w 0
