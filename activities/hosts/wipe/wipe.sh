# R5. By hand, on the storage host: delete everything inside /csehome except the homes of protected and kept accounts;
#     on every GPU server: delete everything inside /local/.docker/ except the same names.
#
#   wipe DIR SUBVOLUME-OR-EMPTY TOPLEVEL COUNT PROTECTED… -- KEPT… < NUL-terminated names
#
# Deletes exactly the COUNT names on standard input that are still there; what is not named stays. PROTECTED and KEPT are
# checked here, in the same command that deletes, and proven intact afterwards. Works from one fixed directory with `rm`,
# `find` and names after `--`, which never follow a symbolic link; never leaves the file system, and sees no mount that is
# made meanwhile. What cannot be deleted is said in lines `left: NAME: WHY`; the rest goes on. Safe to run again: it looks
# at what is there.
if [[ ${WIPE_ALONE-} != yes ]]; then
  if [[ -n $2 ]]; then mount_toplevel "$3"; fi
  # In a mount namespace of its own: what somebody mounts from now on is not seen, and so not entered.
  WIPE_ALONE=yes exec unshare --mount --propagation private -- bash "$0" "$@"
fi
dir=$1 subvolume=$2 top=$3 count=$4
shift 4
until hold_lock 8 wipe 10; do progress "$(holder_of wipe) wipes on this host"; done

[[ $dir == /?* && $dir != */ && $dir != *..* ]] || fail "'$dir' is no directory to wipe"
cd -P -- "$dir" || fail "$dir cannot be entered"
[[ $PWD == "$dir" ]] || fail "$dir leads to $PWD by a symbolic link: write the real path to \`layout\` in site.yaml"
if [[ -n $subvolume ]]; then
  mount_toplevel "$top"
  [[ $(stat -c '%d %i' .) == "$(stat -c '%d %i' -- "$top/$subvolume")" ]] ||
    fail "$dir is not the subvolume $top/$subvolume, of which the backup was made: look at \`layout\` in site.yaml and at findmnt $dir"
fi

declare -A exempt=() approved=()
kind=protected
for name in "$@"; do
  [[ -n $name ]] || fail 'an empty name cannot be exempt'
  if [[ $name == -- ]]; then kind=kept; else exempt[$name]=$kind; fi
done
[[ $kind == kept ]] || fail 'the list of protected names has no end: nothing was deleted'
[[ ${exempt[*]} == *protected* ]] || fail 'no name is protected: nothing was deleted'
mapfile -d '' -t names
((${#names[@]} == count)) || fail "${#names[@]} names came of $count: nothing was deleted"
for name in "${names[@]}"; do
  [[ -n $name && $name != . && $name != .. && $name != */* ]] || fail "$(printf %q "$name") is no name inside $dir: nothing was deleted"
  [[ ! ${exempt[$name]+x} ]] || fail "$name is protected or kept, and was to be deleted: nothing was deleted"
  approved[$name]=1
done

# What is mounted in a home is somebody else's data, and rm would take a bind mount of the same file system for a directory.
mounted=()
while read -r _ _ _ _ target _; do
  printf -v target '%b' "$target"
  name=${target#"$dir"/}
  if [[ $target == "$dir"/* && ${approved[${name%%/*}]+x} ]]; then mounted+=("$target"); fi
done </proc/self/mountinfo
((${#mounted[@]} == 0)) ||
  fail "a file system is mounted at $(printf '%q ' "${mounted[@]}"): nothing was deleted; findmnt, umount, then retry"

# Of protected names the whole tree; of kept accounts, whose owners may be working, the first level. Change times and link counts
# are left out: deleting another name of a file changes both. STRICT also leaves out what work in the tree changes.
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

# Everything below works by `find -execdir` and `rm`: both go down by open directories and never through a symbolic link,
# also where a directory is swapped for one while they are on their way.

# They do go into subvolumes. Mounts are none: there was none in an approved name, and in this namespace none can come.
# A read-only subvolume lets go of nothing, so the outer ones are made writable first; then the inner ones go first.
# `btrfs` itself follows links: by its path it would delete a backup for whose link a subvolume was swapped meanwhile. So each is
# entered, and where that led down by this one name and to a subvolume, it is `.` and its id from then on. `-f`: one that was
# received refuses without.
delete_subvolumes() { # NAME
  # shellcheck disable=SC2016 # the inner bash expands it
  local enter='cd -P . && above=${PWD%/} && cd -P -- "$1" && [[ $PWD == "$above/${1#./}" && $(stat -c %i .) == 256 ]]'
  find "./$1" -type d -inum 256 -execdir bash -c "$enter"' && btrfs property set -f -ts . ro false' subvolume {} \; || true
  find "./$1" -depth -type d -inum 256 -execdir bash -c "$enter"' &&
    btrfs -q subvolume delete --subvolid "$(btrfs inspect-internal rootid .)" .' subvolume {} \; || true
}

# chattr -ia on directories, and on files that have no other name; all that stand in one directory at a time.
unflag() { # NAME, TEST of find…
  find "./$1" "${@:2}" -execdir chattr -f -ia -- {} + || true
}

# A flag belongs to the file, not to its name. Where the file has another name that was not approved, it stays as it is.
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
  # A subvolume in an immutable directory could not be unlinked before.
  delete_subvolumes "$1" 2>/dev/null
  there "$1" || return 0
  rm -rf --one-file-system -- "./$1" 2>/dev/null && return
  unflag "$1" -type f -links 1
  shared=$(unflag_shared "$1")
  rm -rf --one-file-system -- "./$1" && return
  [[ -z $shared ]] || printf '%s\n' "$shared"
  return 1
}

done=0 gone=0 left=0
for name in "${names[@]}"; do
  if ! there "$name"; then
    gone=$((gone + 1))
  elif ! why=$(delete "$name" 2>&1) || there "$name"; then
    printf 'left: %q: %s\n' "$name" "$(tail -n 1 <<<"$why" | tr -c '[:print:]\n' '?')"
    left=$((left + 1))
  fi
  done=$((done + 1))
  progress "$done/${#names[@]} of $dir"
done
sync -f .

missing=$(lost)
[[ -z $missing ]] || fail "what is protected or kept in $dir has changed while others were wiped; missing or another (inode, type, mode, owner, path): $(printf '%q ' "$missing"). Compare with the backup"
[[ $whole == "$(listing WHOLE | sha256sum)" ]] || echo "changed: something in ${!exempt[*]} was written to meanwhile"
echo "wiped: $((${#names[@]} - gone - left)) gone before: $gone left: $left"
