# Restore. By hand, on oloroso: cp -a --reflink=auto -T BACKUP/USER /root/btrfs-toplevel/csehome/USER
#
#   restore TOPLEVEL BACKUPS BACKUP UUID TARGET RECORD COUNT < NUL-terminated triples of name, name in TARGET, owner's uid
#
# Copies each home with owner, permissions, times and links. A nested subvolume (BACKUP.nested/manifest) returns to its
# place as an ordinary directory. Copies into a directory of TARGET that only root can enter, compares the copy with the
# backup, and renames it to its final name only if that name is free. Never touches existing files. Prints a line `left:
# NAME: WHY` for a home that it cannot restore, and continues. RECORD, below TOPLEVEL, holds which homes in TARGET this
# script restored.
top=$1 folder=$1/$2 backup=$1/$2/$3 uuid=$4 target=$5 record=$1/$6 count=$7
mount_toplevel "$top"
check_restore_target "$target" "$folder"
is_read_only "$backup" || fail "$backup is not read-only"
[[ $(subvolume_field "$backup" UUID) == "$uuid" ]] ||
  fail "$backup is not the approved snapshot ($uuid): abort, and request a new restore"
mapfile -d '' -t fields
((${#fields[@]} == 3 * count)) || fail "standard input holds $((${#fields[@]} / 3)) homes instead of $count: nothing was restored"
until hold_lock 8 restore 10; do progress "$(holder_of restore) restores homes"; done
private_folder "$record"
find "${record%/*}" -mindepth 1 -maxdepth 1 -name 'restore-*' -mtime +400 -exec rm -rf -- {} +
stage=$target/.${record##*/}
rm -rf --one-file-system -- "$stage"
mkdir -m 700 -- "$stage"
trap 'rm -rf --one-file-system -- "$stage"' EXIT

ids=() places=()
if [[ -e $backup.nested/manifest ]]; then
  while IFS= read -r -d '' id && IFS= read -r -d '' place; do
    ids+=("$id") places+=("$place")
  done <"$backup.nested/manifest"
fi

# Prints a file by a path of any length.
content() ( # PATH
  enter "${1%/*}" && cat -- "./${1##*/}"
)
# Lists all files of one subvolume by type, mode, owner, size, time and name. Placeholders of nested subvolumes have
# inode 2.
listing() { # DIR
  enter "$1" || return 1
  find . -xdev ! -inum 2 \( -type d -printf 'd %m %U %G %T@ %P\0' -o -type l -printf 'l %U %G %l %P\0' \
    -o -printf '%y %m %U %G %s %T@ %P\0' \) | sort -z
}
same() { # BACKUP COPY: prints the first difference
  local differing path
  differing=$(comm -z -23 <(listing "$1") <(listing "$2") | head -z -n 1 | tr -d '\0')
  [[ -z $differing ]] || { printf 'the copy differs: %q' "$differing" && return 1; }
  # Also compares the content of some files, which the backup's UUID selects.
  while IFS= read -r -d '' path; do
    cmp -s -- <(content "$1/$path") <(content "$2/$path") || { printf 'the copy differs in its content: %q' "$path" && return 1; }
  done < <(cd -P -- "$1" && find . -xdev -type f -print0 | sort -zR --random-source=<(yes "$uuid") | head -z -n 20)
}
# Whether every component of the path below TOP is a directory and none is a symbolic link. Leaves the script there.
straight() { # PATH, TOP
  local rest=${1#"$2"} part
  cd -P -- "$2" || return
  while [[ -n $rest ]]; do
    rest=${rest#/} part=${rest%%/*} rest=${rest#"$part"}
    [[ -d ./$part && ! -L ./$part ]] || return 1
    cd -P -- "./$part" || return
  done
}
# Copies FROM to TO. `cp` names each file by its whole path, so it leaves out what lies deeper than PATH_MAX. Such trees
# are copied again from a folder on the way, and so on. Prints what else `cp` says.
copy_tree() { # FROM TO
  local said path above='' from=$1 to=$2
  said=$(LC_ALL=C cp -a --reflink=auto -T -- "$from" "$to" 2>&1 | sed '/: File name too long$/d' | tail -n 1) && return
  if [[ -n $said ]]; then printf '%s' "$said" && return 1; fi
  while IFS= read -r -d '' path; do
    if ((${#path} <= 900)) || [[ -n $above && $path == "$above"/* ]]; then continue; fi
    above=$path
    (
      exec 5<"$from" 6<"$to"
      enter "/proc/self/fd/5/${path%/*}" && exec 7<. && enter "/proc/self/fd/6/${path%/*}" || exit
      rm -rf --one-file-system -- "./${path##*/}"
      copy_tree "/proc/self/fd/7/${path##*/}" "./${path##*/}" && touch -m -r /proc/self/fd/7/. .
    ) || return
  done < <(cd -P -- "$from" && find . -type d -printf '%P\0')
}

copy() { # NAME
  local n rest
  copy_tree "$backup/$1" "$stage/home" || return 1
  for n in "${!ids[@]}"; do
    [[ ${places[n]} == "$1" || ${places[n]} == "$1"/* ]] || continue
    rest=${places[n]#"$1"}
    (
      straight "$stage/home$rest" "$stage/home" || { printf 'there is no directory for the nested %q' "${places[n]}" && exit 1; }
      copy_tree "$backup.nested/${ids[n]}" .
    ) || return 1
  done
  same "$backup/$1" "$stage/home" || return 1
  for n in "${!ids[@]}"; do
    [[ ${places[n]} == "$1" || ${places[n]} == "$1"/* ]] || continue
    same "$backup.nested/${ids[n]}" "$stage/home${places[n]#"$1"}" || return 1
  done
}

for ((n = 0; n < ${#fields[@]}; n += 3)); do
  name=${fields[n]} to=${fields[n + 1]} uid=${fields[n + 2]}
  [[ -n $name && $name != . && $name != .. && $name != */* && -n $to && $to != . && $to != .. && $to != */* ]] ||
    fail "$(printf %q "$name") is not the name of a home"
  mine=$record/$((n / 3))
  if [[ -e $target/$to || -L $target/$to ]]; then
    [[ -e $mine && $(<"$mine") == "$(stat -c '%d %i' -- "$target/$to")" ]] ||
      printf 'left: %q: %q already exists, and is not touched\n' "$name" "$to"
  else
    rm -rf --one-file-system -- "${stage:?}/home"
    if [[ ! -d $backup/$name || -L $backup/$name || $(stat -c %u -- "$backup/$name") != "$uid" ]]; then
      printf 'left: %q: the backup has no such home of uid %s\n' "$name" "$uid"
    elif ! why=$(copy "$name" 2>&1); then
      printf 'left: %q: %q\n' "$name" "$(tail -n 1 <<<"$why")"
    else
      stat -c '%d %i' -- "$stage/home" >"$mine"
      sync -f -- "$stage" && sync -- "$mine"
      mv -nT -- "$stage/home" "$target/$to"
      [[ ! -e $stage/home ]] || printf 'left: %q: %q already exists, and is not touched\n' "$name" "$to"
    fi
  fi
  progress "$((n / 3 + 1))/$count homes"
done
sync -f -- "$target"
