# Restore. By hand, on oloroso: cp -a --reflink=auto -T BACKUP/USER /root/btrfs-toplevel/csehome/USER
#
#   restore TOPLEVEL BACKUPS BACKUP UUID TARGET RECORD COUNT < NUL-terminated triples of name, name in TARGET, owner's uid
#
# Copies each home, with owner, rights, times and links, and puts what was nested in it (BACKUP.nested/manifest) back to its place as
# an ordinary directory. Works in a directory of TARGET that only root can enter, compares the copy with the backup, and moves
# it to its name at once and only if nothing has that name: nothing that is there is ever touched. Says what it could not do in lines
# `left: NAME: WHY`, and goes on. RECORD, below TOPLEVEL, remembers which of the homes in TARGET it has put there.
top=$1 folder=$1/$2 backup=$1/$2/$3 uuid=$4 target=$5 record=$1/$6 count=$7
mount_toplevel "$top"
check_restore_target "$target" "$folder"
is_read_only "$backup" || fail "$backup is not read-only"
[[ $(btrfs subvolume show -- "$backup" | sed -n 's/^[[:space:]]*UUID:[[:space:]]*//p' | head -n 1) == "$uuid" ]] ||
  fail "$backup is another snapshot than the approved one ($uuid)"
mapfile -d '' -t words
((${#words[@]} == 3 * count)) || fail "$((${#words[@]} / 3)) homes came of $count: nothing was restored"
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

# Everything of one subvolume by kind, rights, owner, size, time and name. The empty places of nested ones have inode 2.
listing() { # DIR
  cd -P -- "$1" || return 1
  find . -xdev ! -inum 2 \( -type d -printf 'd %m %U %G %T@ %P\0' -o -type l -printf 'l %U %G %l %P\0' \
    -o -printf '%y %m %U %G %s %T@ %P\0' \) | sort -z
}
same() { # BACKUP'S, COPY: the first thing that differs
  local differing path
  differing=$(comm -z -23 <(listing "$1") <(listing "$2") | head -z -n 1 | tr -d '\0')
  [[ -z $differing ]] || { printf 'the copy differs: %q' "$differing" && return 1; }
  # And the content of some, chosen by the backup's UUID.
  while IFS= read -r -d '' path; do
    cmp -s -- "$1/$path" "$2/$path" || { printf 'the copy differs in its content: %q' "$path" && return 1; }
  done < <(cd -P -- "$1" && find . -xdev -type f -print0 | sort -zR --random-source=<(yes "$uuid") | head -z -n 20)
}
# Every directory on the way is one, and none is a symbolic link.
straight() { # PATH, TOP
  local path=$1
  while :; do
    [[ -d $path && ! -L $path ]] || return 1
    [[ $path != "$2" ]] || return 0
    path=${path%/*}
  done
}

copy() { # NAME
  local n rest place
  cp -a --reflink=auto -T -- "$backup/$1" "$stage/home" || return 1
  for n in "${!ids[@]}"; do
    [[ ${places[n]} == "$1" || ${places[n]} == "$1"/* ]] || continue
    rest=${places[n]#"$1"}
    place=$stage/home$rest
    straight "$place" "$stage/home" || { printf 'there is no directory for the nested %q' "${places[n]}" && return 1; }
    cp -a --reflink=auto -T -- "$backup.nested/${ids[n]}" "$place" || return 1
  done
  same "$backup/$1" "$stage/home" || return 1
  for n in "${!ids[@]}"; do
    [[ ${places[n]} == "$1" || ${places[n]} == "$1"/* ]] || continue
    same "$backup.nested/${ids[n]}" "$stage/home${places[n]#"$1"}" || return 1
  done
}

for ((n = 0; n < ${#words[@]}; n += 3)); do
  name=${words[n]} to=${words[n + 1]} uid=${words[n + 2]}
  [[ -n $name && $name != . && $name != .. && $name != */* && -n $to && $to != . && $to != .. && $to != */* ]] ||
    fail "$(printf %q "$name") is no name of a home"
  mine=$record/$((n / 3))
  if [[ -e $target/$to || -L $target/$to ]]; then
    [[ -e $mine && $(<"$mine") == "$(stat -c '%d %i' -- "$target/$to")" ]] ||
      printf 'left: %q: %q is there already, and is not touched\n' "$name" "$to"
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
      [[ ! -e $stage/home ]] || printf 'left: %q: %q is there already, and is not touched\n' "$name" "$to"
    fi
  fi
  progress "$((n / 3 + 1))/$count homes"
done
sync -f -- "$target"
