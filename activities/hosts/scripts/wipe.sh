# R5. By hand, on oloroso: delete everything inside /csehome except /csehome/bacchus;
#     on every GPU server: delete everything inside /local/.docker/ except root and bacchus.
#
#   wipe DIR SUBVOLUME-OR-EMPTY TOPLEVEL COUNT SPARED… < NUL-terminated names
#
# Deletes exactly the COUNT names on standard input that are still there; what is not named stays. SPARED (protected and kept) is
# checked here, in the same command that deletes, and proven intact afterwards. Works from one fixed directory with `rm`,
# `find` and names after `--`, which never follow a symbolic link; never leaves the file system. What cannot be deleted is
# said in lines `left: NAME: WHY`; the rest goes on. Safe to run again: it looks at what is there.
dir=$1 subvolume=$2 top=$3 count=$4
shift 4
exec 8>/run/lock/semester-wipe
flock 8

[[ $dir == /?* && $dir != */ && $dir != *..* ]] || fail "'$dir' is no directory to wipe"
cd -P -- "$dir" || fail "$dir cannot be entered"
[[ $PWD == "$dir" ]] || fail "$dir leads to $PWD by a symbolic link: write the real path to \`layout\` in site.yaml"
if [[ -n $subvolume ]]; then
  mount_toplevel "$top"
  [[ $(stat -c '%d %i' .) == "$(stat -c '%d %i' -- "$top/$subvolume")" ]] ||
    fail "$dir is not the subvolume $top/$subvolume, of which the backup was made: look at \`layout\` in site.yaml and at findmnt $dir"
fi

declare -A spared=()
for name in "$@"; do
  [[ -n $name ]] || fail 'an empty name cannot be spared'
  spared[$name]=1
done
[[ ${spared[bacchus]+x} ]] || fail 'bacchus is not among the spared: nothing was deleted'
mapfile -d '' -t names
((${#names[@]} == count)) || fail "${#names[@]} names came of $count: nothing was deleted"
for name in "${names[@]}"; do
  [[ -n $name && $name != . && $name != .. && $name != */* ]] || fail "$(printf %q "$name") is no name inside $dir: nothing was deleted"
  [[ ! ${spared[$name]+x} ]] || fail "$name is protected or kept, and was to be deleted: nothing was deleted"
done

# Of `bacchus` and the like everything; of kept people, who may be working, the first level.
listing() {
  local name
  for name in "${!spared[@]}"; do
    [[ -e ./$name ]] || continue
    case $name in
    bacchus | root) find "./$name" -xdev -printf '%i %p\0' ;;
    *) find "./$name" -xdev -maxdepth 1 -printf '%i %p\0' ;;
    esac
  done | sort -z
}
lost() { comm -z -23 "$before" <(listing) | tr '\0' '\n' | sed -n 1,5p; }
before=$(mktemp /run/semester-wipe.XXXXXX)
trap 'rm -f -- "$before"' EXIT
listing >"$before"

mounts_below() { # NAME
  local target
  while read -r _ _ _ _ target _; do
    printf -v target '%b' "$target"
    if [[ $target == "$dir/$1" || $target == "$dir/$1"/* ]]; then return 0; fi
  done </proc/self/mountinfo
  return 1
}

# A read-only subvolume lets go of nothing, so the outer ones are made writable first; then the inner ones go first.
delete_subvolumes() { # NAME
  local subvolumes=() path n
  mapfile -d '' -t subvolumes < <(find "./$1" -type d -inum 256 -print0)
  for path in "${subvolumes[@]}"; do
    # One that was received refuses without -f.
    is_read_only "$path" && { btrfs property set -f -ts "$path" ro false || true; }
  done
  for ((n = ${#subvolumes[@]} - 1; n >= 0; n--)); do
    unflag_parents "${subvolumes[n]}"
    btrfs -q subvolume delete -- "${subvolumes[n]}" || true
  done
}

# chattr -ia on what has the flags, and only there: it would change a hard link's other names too.
unflag() { # PATH
  local flags other
  flags=$(lsattr -d -- "$1" 2>/dev/null) || return 0
  flags=${flags%% *}
  [[ $flags == *[ia]* ]] || return 0
  if [[ -f $1 ]] && (($(stat -c %h -- "$1") > 1)); then
    other=$(find . -xdev -samefile "$1" -not -path "./$current/*" -print -quit)
    if [[ -n $other ]]; then
      # Unlinked with the flags off, and the name that stays gets them back.
      chattr -ia -- "$1" && rm -f -- "$1"
      chattr "+$(tr -cd ia <<<"$flags")" -- "$other"
      return 0
    fi
  fi
  chattr -ia -- "$1" || true
}
unflag_parents() { # PATH
  local path=${1%/*}
  while [[ $path == ./?* ]]; do
    unflag "$path"
    path=${path%/*}
  done
}
unflag_all() { # NAME, KIND of `find -type`
  local path
  while IFS= read -r -d '' path; do unflag "$path"; done < <(find "./$1" -xdev -type "$2" -print0)
}

delete() { # NAME
  current=$1
  # A subvolume of a home whose directories are immutable cannot be unlinked before they are not.
  delete_subvolumes "$1"
  if [[ -e ./$1 || -L ./$1 ]]; then rm -rf --one-file-system -- "./$1" 2>/dev/null && return; fi
  [[ -e ./$1 || -L ./$1 ]] || return 0
  unflag_all "$1" d
  rm -rf --one-file-system -- "./$1" 2>/dev/null && return
  unflag_all "$1" f
  rm -rf --one-file-system -- "./$1"
}

done=0 gone=0 left=0
for name in "${names[@]}"; do
  if [[ ! -e ./$name && ! -L ./$name ]]; then
    gone=$((gone + 1))
  elif mounts_below "$name"; then
    printf 'left: %q: a file system is mounted in it: findmnt, umount, then retry\n' "$name"
    left=$((left + 1))
    continue
  elif ! why=$(delete "$name" 2>&1) || [[ -e ./$name || -L ./$name ]]; then
    printf 'left: %q: %q\n' "$name" "$(tail -n 1 <<<"$why")"
    left=$((left + 1))
  fi
  done=$((done + 1))
  progress "$done/${#names[@]} of $dir"
done
sync -f .

missing=$(lost)
[[ -z $missing ]] || fail "what is protected or kept in $dir has changed while others were wiped; missing (inode, path): $(printf '%q ' "$missing"). Compare with the backup"
echo "wiped: $((${#names[@]} - gone - left)) gone before: $gone left: $left"
