# Needs snapshot.sh.
# R4, after the snapshot and again before a deletion: checks that the backup holds the contents of /csehome. By hand: compare
# some files with sha256sum; find HOME -newerct @TIME-OF-THE-SNAPSHOT
#
#   spot-check TOPLEVEL SUBVOLUME BACKUP UUID EXEMPT… < NUL-terminated names of homes; without names: all but the EXEMPT ones
#
# EXEMPT accounts may be working. Each existing home must be in the backup, with every subvolume in it and every file
# that changed since. The backup's UUID selects 16 homes and 8 nested subvolumes, of which up to 3 files each are
# compared by content. Files deleted since do not count. Prints checked=N, and a line `differs: PATH` per difference, at
# most 20 per home.
top=$1 source=$1/$2 backup=$3 uuid=$4
shift 4
mount_toplevel "$top"
mapfile -d '' -t homes
if ((${#homes[@]} == 0)); then
  declare -A exempt=()
  for name in "$@"; do exempt[$name]=1; done
  while IFS= read -r -d '' name; do [[ ${exempt[$name]+x} ]] || homes+=("$name"); done < <(find "$source" -mindepth 1 -maxdepth 1 -printf '%f\0')
fi
shuffled() { sort -zR --random-source=<(yes "$uuid") | head -z -n "$1"; }
# Whole seconds, so changes in the second of the snapshot are checked too.
taken=$(created_at "$backup")
read_manifest "$backup"

checked=0
compare() { # IN-BACKUP LIVE LABEL
  local path outcome
  while IFS= read -r -d '' path; do
    outcome=0
    have_same_content "$1/$path" "$2/$path" || outcome=$?
    ((outcome < 2)) || continue
    checked=$((checked + 1))
    ((outcome == 0)) || printf 'differs: %q\n' "$3/$path"
  done < <(cd -P -- "$1" && find . -xdev -type f -size -64M -printf '%P\0' | head -z -n 5000 | shuffled 3)
}

directories=() places=()
for name in "${homes[@]}"; do
  live=$source/$name
  [[ -e $live || -L $live ]] || continue
  differences "$backup" "$live" "$name" "$taken"
  [[ ! -d $live || -L $live || ! -d $backup/$name ]] || directories+=("$name")
  while IFS= read -r -d '' path; do
    place=${path#"$source"/}
    [[ ! ${id_of[$place]+x} ]] || places+=("$place")
  done < <(find "$live" -type d -inum 256 -print0)
done
if ((${#directories[@]} > 0)); then
  while IFS= read -r -d '' name; do compare "$backup/$name" "$source/$name" "$name"; done < <(printf '%s\0' "${directories[@]}" | shuffled 16)
fi
if ((${#places[@]} > 0)); then
  while IFS= read -r -d '' place; do
    compare "$backup.nested/${id_of[$place]}" "$source/$place" "$place"
  done < <(printf '%s\0' "${places[@]}" | shuffled 8)
fi
echo "checked=$checked"
