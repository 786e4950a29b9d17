# Needs entry.sh.
# R5. By hand, on the storage host: delete everything inside /csehome except the homes of protected and kept accounts;
#     on every GPU server: delete everything inside /local/.docker/ except the same names.
#
#   wipe DIR SUBVOLUME-OR-EMPTY TOPLEVEL COUNT PROTECTED… -- KEPT… -- UID… -- WAIVED… < NUL-terminated fields
#
# Standard input has four fields for each of the COUNT approved entries: name, owner's uid, object and birth time
# (entry.sh). Deletes exactly these, if they still exist. What has an approved name but is another object, or has another
# owner, stays; so do all other names. Refuses all if an exempt account owns one of them: the host's PROTECTED and KEPT
# accounts, and each UID, but not the accounts in WAIVED, which approvers named. Checks PROTECTED and KEPT in
# the same command that deletes, and proves afterwards that they are intact. Works from one fixed directory with `rm`,
# `find` and names after `--`, which never follow a symbolic link. Never leaves the file system, and sees no mount made
# meanwhile. Prints a line `left: NAME: WHY` for what stays, and continues with the rest. Can run
# again at any point.
if [[ ${WIPE_ALONE-} != yes ]]; then
  if [[ -n $2 ]]; then mount_toplevel "$3"; fi
  # Runs in its own mount namespace: mounts that are made from now on are not visible here, so they are never entered.
  WIPE_ALONE=yes exec unshare --mount --propagation private -- bash "$0" "$@"
fi
dir=$1 subvolume=$2 top=$3 count=$4
shift 4
until hold_lock 8 wipe 10; do progress "$(holder_of wipe) wipes on this host"; done

[[ $dir == /?* && $dir != */ && $dir != *..* ]] || fail "'$dir' is not a directory to wipe"
cd -P -- "$dir" || fail "$dir cannot be entered"
[[ $PWD == "$dir" ]] || fail "$dir leads to $PWD by a symbolic link: write the real path to \`layout\` in site.yaml"
if [[ -n $subvolume ]]; then
  mount_toplevel "$top"
  [[ $(stat -c '%d %i' .) == "$(stat -c '%d %i' -- "$top/$subvolume")" ]] ||
    fail "$dir is not the subvolume $top/$subvolume, from which the backup was made: check \`layout\` in site.yaml and findmnt $dir"
fi

# `approved` holds owner, object and birth time by name.
declare -A exempt=() approved=() exempt_uids=() waived=()
lists=0
for word in "$@"; do
  [[ -n $word ]] || fail 'an empty name cannot be exempt'
  if [[ $word == -- ]]; then
    lists=$((lists + 1))
    continue
  fi
  case $lists in
  0) exempt[$word]=protected ;;
  1) exempt[$word]=kept ;;
  2) exempt_uids[$word]=1 ;;
  3) waived[$word]=1 ;;
  esac
done
((lists == 3)) || fail 'the lists of exempt accounts are not complete: nothing was deleted'
for name in "${!exempt[@]}"; do
  if [[ ! ${waived[$name]+x} ]] && uid=$(uid_of "$name"); then exempt_uids[$uid]=1; fi
done
[[ ${exempt[*]} == *protected* ]] || fail 'no name is protected: nothing was deleted'
mapfile -d '' -t fields
((${#fields[@]} == 4 * count)) || fail "standard input holds ${#fields[@]} fields instead of $((4 * count)): nothing was deleted"
names=()
for ((n = 0; n < ${#fields[@]}; n += 4)); do
  name=${fields[n]}
  [[ -n $name && $name != . && $name != .. && $name != */* ]] || fail "$(printf %q "$name") is not a name inside $dir: nothing was deleted"
  [[ ! ${exempt[$name]+x} ]] || fail "$name is protected or kept, but is among the names to delete: nothing was deleted"
  uid=${fields[n + 1]}
  [[ $uid =~ ^[0-9]+$ ]] || fail "$(printf %q "$uid") is not the uid of an owner: nothing was deleted"
  [[ ! ${exempt_uids[$uid]+x} ]] ||
    fail "$(printf %q "$dir/$name") belongs to the exempt account of uid $uid, which no approval waived: nothing was deleted"
  names+=("$name")
  approved[$name]="$uid ${fields[n + 2]} ${fields[n + 3]}"
done

# A mount in a home holds other data, and rm would treat a bind mount of the same file system as a directory.
mounted=()
while read -r _ _ _ _ target _; do
  printf -v target '%b' "$target"
  name=${target#"$dir"/}
  if [[ $target == "$dir"/* && ${approved[${name%%/*}]+x} ]]; then mounted+=("$target"); fi
done </proc/self/mountinfo
((${#mounted[@]} == 0)) ||
  fail "a file system is mounted at $(printf '%q ' "${mounted[@]}"): nothing was deleted; findmnt, umount, then retry"

# Lists the whole tree of protected names, and the first level of kept accounts, whose owners may be working. Leaves out
# change times and link counts, which change when another name of a file is deleted. STRICT also leaves out attributes
# that work in the tree changes.
listing() { # STRICT|WHOLE
  local name format='%i %y %m %U:%G %l %p\0'
  [[ $1 == STRICT ]] || format='%i %y %m %U:%G %s %T@ %l %p\0'
  for name in "${!exempt[@]}"; do
    [[ -e ./$name ]] || continue
    case ${exempt[$name]} in
    protected) find "./$name" -xdev -printf "$format" ;;
    kept) find "./$name" -xdev -maxdepth 1 -printf "$format" ;;
    esac
  done | sort -z
}
lost() { comm -z -23 "$before" <(listing STRICT) | tr '\0' '\n' | sed -n 1,5p; }
before=$(mktemp /run/semester-wipe.XXXXXX)
trap 'rm -f -- "$before"' EXIT
listing STRICT >"$before"
whole=$(listing WHOLE | sha256sum)

# The functions below work by `find -execdir` and `rm`. Both descend by open directories and never follow a symbolic
# link, even if a directory is replaced by one meanwhile.

# They do enter subvolumes. There are no mounts: an approved name had none, and this namespace gets none.
# Nothing can be removed from a read-only subvolume, so first the outer ones become writable, then the inner ones go
# first. `btrfs` follows links: by path, it would delete a backup if a subvolume were replaced by a link to it. So the
# script enters each one, and only if that led down by this one name and to a subvolume, uses `.` and its id. `-f`: a
# received subvolume needs it.
delete_subvolumes() { # NAME
  # shellcheck disable=SC2016 # the inner bash expands it
  local enter='cd -P . && above=${PWD%/} && cd -P -- "$1" && [[ $PWD == "$above/${1#./}" && $(stat -c %i .) == 256 ]]'
  find "./$1" -type d -inum 256 -execdir bash -c "$enter"' && btrfs property set -f -ts . ro false' subvolume {} \; || true
  find "./$1" -depth -type d -inum 256 -execdir bash -c "$enter"' &&
    btrfs -q subvolume delete --subvolid "$(btrfs inspect-internal rootid .)" .' subvolume {} \; || true
}

# chattr -ia on directories, and on files without another name; one call per directory.
unflag() { # NAME, TEST of find…
  find "./$1" "${@:2}" -execdir chattr -f -ia -- {} + || true
}

# A flag belongs to the file, not to its name. If the file has another name that is not approved, the flag stays.
unflag_shared() { # NAME
  local inode path outside
  while IFS= read -r -d '' inode; do
    outside=''
    while IFS= read -r -d '' path; do
      [[ ${approved[${path%%/*}]+x} ]] || outside=$path
    done < <(find . -xdev -type f -inum "$inode" -printf '%P\0')
    if [[ -n $outside ]]; then
      echo "a file in it is immutable or append-only and is also $dir/$outside, which stays: chattr -ia it by hand, then retry"
    else
      find "./$1" -xdev -type f -inum "$inode" -execdir chattr -ia -- {} \;
    fi
  done < <(
    find "./$1" -xdev -type f -links +1 -execdir bash -c '
      for path; do
        flags=$(lsattr -d -- "$path" 2>/dev/null) && [[ ${flags%% *} == *[ia]* ]] && stat --printf="%i\0" -- "$path"
      done; true' flags {} + | sort -zu
  )
}

there() { [[ -e ./$1 || -L ./$1 ]]; }

delete() { # NAME
  delete_subvolumes "$1" 2>/dev/null
  there "$1" || return 0
  rm -rf --one-file-system -- "./$1" 2>/dev/null && return
  unflag "$1" -type d
  # Before, a subvolume in an immutable directory could not be unlinked.
  delete_subvolumes "$1" 2>/dev/null
  there "$1" || return 0
  rm -rf --one-file-system -- "./$1" 2>/dev/null && return
  unflag "$1" -type f -links 1
  shared=$(unflag_shared "$1")
  rm -rf --one-file-system -- "./$1" && return
  [[ -z $shared ]] || printf '%s\n' "$shared"
  return 1
}

is_approved() { # NAME
  local uid object born
  read_entry "$1" && [[ "$uid $object $born" == "${approved[$1]}" ]]
}

done=0 gone=0 left=0
for name in "${names[@]}"; do
  if ! there "$name"; then
    gone=$((gone + 1))
  elif ! is_approved "$name"; then
    printf 'left: %q: another one than the approved: made anew, or given to another owner\n' "$name"
    left=$((left + 1))
  elif ! why=$(delete "$name" 2>&1) || there "$name"; then
    printf 'left: %q: %s\n' "$name" "$(tail -n 1 <<<"$why" | tr -c '[:print:]\n' '?')"
    left=$((left + 1))
  fi
  done=$((done + 1))
  progress "$done/${#names[@]} of $dir"
done
sync -f .

missing=$(lost)
[[ -z $missing ]] || fail "protected or kept files in $dir changed during the wipe; missing or different (inode, type, mode, owner, path): $(printf '%q ' "$missing"). Compare with the backup"
[[ $whole == "$(listing WHOLE | sha256sum)" ]] || echo "changed: something in ${!exempt[*]} was written to meanwhile"
echo "wiped: $((${#names[@]} - gone - left)) gone before: $gone left: $left"
