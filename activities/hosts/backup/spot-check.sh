# R4, after the snapshot, and again before anything is deleted: whether it holds what is in /csehome. By hand: compare some files
# with sha256sum; find HOME -newerct @WHEN-IT-WAS-TAKEN
#
#   spot-check TOPLEVEL SUBVOLUME BACKUP UUID SPARED… < NUL-terminated names of homes, or nothing: all but the SPARED, who may be working
#
# Each home that is there must be in the backup, with every subvolume in it and every file that has changed since. Of 16 homes and 8
# nested subvolumes, chosen by the backup's UUID, up to 3 files each are compared by content as well; what has been deleted since is no
# fault of the backup. Prints checked=N, and a line `differs: PATH` for each that is another one, at most 20 for each home.
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
# Whole seconds: what was written in the second of the snapshot is looked at, too.
taken=$(date -d "$(btrfs subvolume show -- "$backup" | sed -n 's/^[[:space:]]*Creation time:[[:space:]]*//p')" +%s)

declare -A id_of=()
if [[ -e $backup.nested/manifest ]]; then
  while IFS= read -r -d '' id && IFS= read -r -d '' place; do id_of[$place]=$id; done <"$backup.nested/manifest"
fi

# Who has written since can be told by no time that they may set: of what has changed its inode since, only what is in the backup with
# its size and time was not written to. Links that went, flags that were taken off and the like change it as well.
unsaved() { # IN-BACKUP LIVE LABEL
  local path state n=0
  while ((n < 20)) && IFS= read -r -d '' path && IFS= read -r -d '' state; do
    [[ $(find "$1${path:+/$path}" -maxdepth 0 -printf '%y %s %T@ %l' 2>/dev/null) != "$state" ]] || continue
    printf 'differs: %q\n' "$3${path:+/$path}"
    n=$((n + 1))
  done < <(find "$2" -xdev ! -type d -newerct "@$taken" -printf '%P\0%y %s %T@ %l\0')
}

checked=0
compare() { # IN-BACKUP LIVE LABEL
  local path ours theirs
  while IFS= read -r -d '' path; do
    [[ -f $2/$path && ! -L $2/$path ]] || continue
    { ours=$(timeout 300 sha256sum <"$1/$path") && theirs=$(timeout 300 sha256sum <"$2/$path"); } || continue
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
