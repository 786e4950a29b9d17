# Library. Deletes trees that people made, below the directory $dir, which the script has entered. The script defines
# `goes PATH`: whether a path below $dir is to be deleted.

hold_wipe_lock() {
  until hold_lock 8 wipe 10; do progress "$(holder_of wipe) wipes on this host"; done
}

# Enters $dir, which must be the real path of a directory.
enter_dir() {
  [[ $dir == /?* && $dir != */ && $dir != *..* ]] || fail "'$dir' is not a directory to wipe"
  cd -P -- "$dir" || fail "$dir cannot be entered"
  [[ $PWD == "$dir" ]] || fail "$dir leads to $PWD by a symbolic link: write the real path to \`layout\` in site.yaml"
}

# Runs the script again in a mount namespace of its own: mounts that are made from now on are not visible there, so they
# are never entered.
run_alone() { # ARG…
  SEMESTER_ALONE=yes exec unshare --mount --propagation private -- bash "$0" "$@"
}

# A mount in a tree holds other data, and rm would treat a bind mount of the same file system as a directory.
refuse_mounts() {
  local target mounted=()
  while read -r _ _ _ _ target _; do
    printf -v target '%b' "$target"
    if [[ $target == "$dir"/* ]] && goes "${target#"$dir"/}"; then mounted+=("$target"); fi
  done </proc/self/mountinfo
  ((${#mounted[@]} == 0)) ||
    fail "a file system is mounted at $(printf '%q ' "${mounted[@]}"): nothing was deleted; findmnt, umount, then retry"
}

# The functions below work by `find -execdir` and `rm`. Both descend by open directories and never follow a symbolic
# link, even if a directory is replaced by one meanwhile.

# They do enter subvolumes. There are no mounts: an approved name had none, and this namespace gets none.
# Nothing can be removed from a read-only subvolume, so first the outer ones become writable, then the inner ones go
# first. `btrfs` follows links: by path, it would delete a backup if a subvolume were replaced by a link to it. So the
# script enters each one, and only if that led down by this one name and to a subvolume, uses `.` and its id. `-f`: a
# received subvolume needs it. The kernel does not find an id deeper than PATH_MAX (4096 bytes): such a subvolume is first
# moved to $deep, a folder below $dir that only root can enter.
deep=.semester-deep
delete_subvolumes() { # NAME
  local up=$dir/$deep
  # shellcheck disable=SC2016 # the inner bash expands it
  local enter='cd -P . && above=${PWD%/} && cd -P -- "$1" && [[ $PWD == "$above/${1#./}" && $(stat -c %i .) == 256 ]]'
  find "./$1" -type d -inum 256 -execdir bash -c "$enter"' && btrfs property set -f -ts . ro false' subvolume {} \; || true
  find "./$1" -depth -type d -inum 256 -execdir bash -c "$enter"' &&
    id=$(btrfs inspect-internal rootid .) && { btrfs -q subvolume delete --subvolid "$id" . || {
      LC_ALL=C; ((${#PWD} > 3900)) && cd -P .. && { mkdir -m 700 -- "$2" 2>/dev/null || [[ $(stat -c "%F %u %a" -- "$2") == "directory 0 700" ]]; } && mv -nT -- "$1" "$2/$id" && cd -P -- "$2/$id" &&
      [[ $PWD == "$2/$id" && $(btrfs inspect-internal rootid .) == "$id" ]] && btrfs -q subvolume delete --subvolid "$id" .; }; }' subvolume {} "$up" \; || true
  if [[ -d $up ]]; then rmdir -- "$up" 2>/dev/null || true; fi
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
      [[ $path == "$deep"/* ]] || goes "$path" || outside=$path
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

# Whether an error says that a file system is full, or a quota used up.
is_full() { [[ $1 == *'No space left'* || $1 == *'quota exceeded'* ]]; } # TEXT

there() { [[ -e ./$1 || -L ./$1 ]]; }

delete() { # NAME
  delete_tree "$1" && delete_deep
}
# What lay deeper than PATH_MAX, and could not be deleted at once: an immutable directory in it, or a cut-off run.
delete_deep() {
  [[ -d $deep && ! -L $deep && $(stat -c '%u %a' -- "$deep") == '0 700' ]] || return 0
  delete_tree "$deep"
}
delete_tree() { # NAME
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
