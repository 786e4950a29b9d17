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
taken=$(date -d "$(subvolume_field "$backup" 'Creation time')" +%s)

declare -A id_of=()
if [[ -e $backup.nested/manifest ]]; then
  while IFS= read -r -d '' id && IFS= read -r -d '' place; do id_of[$place]=$id; done <"$backup.nested/manifest"
fi

# Runs COMMAND ./NAME ARG… in the folder of the path, which may be longer than PATH_MAX.
at() ( # PATH COMMAND ARG…
  enter "${1%/*}" && "$2" "./${1##*/}" "${@:3}"
)
# Prints the checksum of a regular file, which `cd` and `[` do not follow a link to.
sum_of() { # NAME
  if [[ -f $1 && ! -L $1 ]]; then timeout 300 sha256sum <"$1"; else return 1; fi
}

# Users can set any timestamp except the inode change time. A file with a newer inode change is unchanged only if the
# backup has it with its size and time. Removed links, removed flags and the like also change the inode.
unsaved() { # IN-BACKUP LIVE LABEL
  local path state n=0
  while ((n < 20)) && IFS= read -r -d '' path && IFS= read -r -d '' state; do
    [[ $(at "$1${path:+/$path}" find -maxdepth 0 -printf '%y %s %T@ %l' 2>/dev/null) != "$state" ]] || continue
    printf 'differs: %q\n' "$3${path:+/$path}"
    n=$((n + 1))
  done < <(at "$2" find -xdev ! -type d -newerct "@$taken" -printf '%P\0%y %s %T@ %l\0')
}

checked=0
compare() { # IN-BACKUP LIVE LABEL
  local path ours theirs
  while IFS= read -r -d '' path; do
    { ours=$(at "$1/$path" sum_of) && theirs=$(at "$2/$path" sum_of); } || continue
    checked=$((checked + 1))
    [[ $ours == "$theirs" ]] || printf 'differs: %q\n' "$3/$path"
  done < <(cd -P -- "$1" && find . -xdev -type f -size -64M -printf '%P\0' | head -z -n 5000 | shuffled 3)
}

directories=() places=()
for name in "${homes[@]}"; do
  live=$source/$name
  [[ -e $live || -L $live ]] || continue
  if [[ ! -e $backup/$name && ! -L $backup/$name ]]; then
    printf 'differs: %q\n' "$name"
    continue
  fi
  [[ ${id_of[$name]+x} ]] || unsaved "$backup/$name" "$live" "$name"
  [[ ! -d $live || -L $live ]] || directories+=("$name")
  while IFS= read -r -d '' path; do
    place=${path#"$source"/}
    if [[ ! ${id_of[$place]+x} ]]; then
      printf 'differs: %q\n' "$place"
      continue
    fi
    places+=("$place")
    unsaved "$backup.nested/${id_of[$place]}" "$path" "$place"
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
