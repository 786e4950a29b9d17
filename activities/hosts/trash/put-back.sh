# Needs delete.sh. Needs entry.sh. Needs trash.sh.
# Moves entries from the trash back to their place. By hand: mv -nT DIR/.semester-trash/ID/data DIR/NAME
#
#   put-back DIR COUNT < NUL-terminated pairs of ID and name
#
# One rename for each, only if the name is free: nothing is overwritten. Sets again what kept the entry from being
# renamed: read-only, immutable, append-only. Prints a line `left: NAME: WHY` for what stays in the trash, and continues.
# Can run again at any point.
[[ ${SEMESTER_ALONE-} == yes ]] || run_alone "$@"
dir=$1 count=$2
hold_wipe_lock
enter_dir
is_trash || fail "$dir/$trash is not the trash of this service: nothing was moved"
mapfile -d '' -t fields
((${#fields[@]} == 2 * count)) || fail "standard input holds ${#fields[@]} fields instead of $((2 * count)): nothing was moved"

put_back() { # ID NAME
  local place=$trash/$1 name=$2 uid object born record
  [[ ! -e $place.gone ]] || { echo 'it has been deleted, or is being deleted' && return 1; }
  # An earlier run moved it, and removed the record last.
  if [[ ! -e $place ]] && there "$name"; then return 0; fi
  read_record "$1" || { echo 'it is no longer in the trash' && return 1; }
  [[ ${record[3]} == "$dir" && ${record[4]} == "$name" ]] || { echo 'the trash holds something else under this id' && return 1; }
  if there "$place/data"; then
    ! there "$name" || { echo 'the name is in use again, and is not touched' && return 1; }
    mv -nT -- "$place/data" "./$name" || return
    ! there "$place/data" || { echo 'the name is in use again, and is not touched' && return 1; }
    sync -f .
  fi
  if ! read_entry "$name" || [[ "$object $born" != "${record[7]} ${record[8]}" ]]; then echo 'another entry has its name' && return 1; fi
  if [[ ${record[9]} == *r* ]]; then within "$name" btrfs property set -ts . ro true || return; fi
  # The record goes last: with it, another run sets what this one could not.
  if [[ ${record[9]} == *i* ]]; then change_flags "$name" +i || return; fi
  if [[ ${record[9]} == *a* ]]; then change_flags "$name" +a || return; fi
  rm -rf --one-file-system -- "./$place"
}

for ((n = 0; n < ${#fields[@]}; n += 2)); do
  id=${fields[n]} name=${fields[n + 1]}
  [[ $id =~ ^[0-9a-f]{24}$ && -n $name && $name != . && $name != .. && $name != */* ]] || fail "$(printf %q "$name") is not an entry of the trash: nothing more was moved"
  if ! why=$(put_back "$id" "$name" 2>&1); then printf 'left: %q: %q\n' "$name" "$(tail -n 1 <<<"$why")"; fi
  progress "$((n / 2 + 1))/$count"
done
sync -f .
