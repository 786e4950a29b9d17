# The library of backup, spot-check and wipe: read-only snapshots of a subvolume with all subvolumes that are nested in it.
# A snapshot leaves out nested subvolumes, which any user can create. Each of them gets its own snapshot, NAME.nested/1,
# 2 …, and NAME.nested/manifest maps them to their paths.

# Unix time, in whole seconds.
created_at() { date -d "$(subvolume_field "$1" 'Creation time')" +%s; }

# Sets `nested`: the paths (bytes) of the subvolumes below SOURCE. The root of a snapshot and of a subvolume has inode
# 256.
nested=()
find_nested() { # SOURCE
  local path target
  nested=()
  while IFS= read -r -d '' path; do nested+=("$path"); done < <(find "$1" -mindepth 1 -type d -inum 256 -print0 | sort -z)
  # `find` does not see a subvolume below a mount.
  while read -r _ _ _ _ target _; do
    printf -v target '%b' "$target"
    [[ $target != "$1"/* ]] || fail "a file system is mounted at $(printf %q "$target"), so the snapshot may miss what lies below: findmnt, umount, then retry"
  done </proc/self/mountinfo
}

# Runs COMMAND ./NAME ARG… in the folder of the path, which may be longer than PATH_MAX.
at() ( # PATH COMMAND ARG…
  enter "${1%/*}" && "$2" "./${1##*/}" "${@:3}"
)

# Takes the snapshots of `nested`. The manifest comes last, so its existence means that all of them exist.
snapshot_nested() { # SNAPSHOT SOURCE
  local snapshot=$1 source=$2 path n=0
  ((${#nested[@]} > 0)) || return 0
  private_folder "$snapshot.nested" || return
  for path in "$snapshot".nested/[0-9]*; do
    # Left by an interrupted try.
    if [[ -d $path ]]; then btrfs -q subvolume delete -- "$path" || return; fi
  done
  for path in "${nested[@]}"; do
    n=$((n + 1))
    (enter "${path%/*}" && btrfs -q subvolume snapshot -r -- "./${path##*/}" "$snapshot.nested/$n") || return
    printf '%s\0%s\0' "$n" "${path#"$source"/}" || return
  done >"$snapshot.nested/manifest.new" || return
  sync -- "$snapshot.nested/manifest.new" && mv -- "$snapshot.nested/manifest.new" "$snapshot.nested/manifest"
}

# Sets `id_of`: the number of each nested snapshot by its place.
declare -A id_of=()
read_manifest() { # SNAPSHOT
  local id place
  id_of=()
  [[ -e $1.nested/manifest ]] || return 0
  while IFS= read -r -d '' id && IFS= read -r -d '' place; do id_of[$place]=$id; done <"$1.nested/manifest"
}

# After read_manifest: prints `differs: PATH` for what the home NAME, which lies at LIVE, holds and the snapshot does not, at
# most 20 for each of its subvolumes. SINCE is a Unix time at which the snapshot was as old as the home, or before. Users can
# set any timestamp except the inode change time, so a file with an older one is unchanged. A removed link, a removed flag
# and the like change it too: then kind, size, time and content decide. What was deleted since does not count.
differences() { # SNAPSHOT LIVE NAME SINCE
  local snapshot=$1 live=$2 name=$3 since=$4 path place
  if [[ ! -e $snapshot/$name && ! -L $snapshot/$name ]]; then
    printf 'differs: %q\n' "$name"
    return
  fi
  [[ ${id_of[$name]+x} ]] || unsaved "$snapshot/$name" "$live" "$name" "$since"
  while IFS= read -r -d '' path; do
    place=$name${path#"$live"}
    if [[ ${id_of[$place]+x} ]]; then
      unsaved "$snapshot.nested/${id_of[$place]}" "$path" "$place" "$since"
    else
      printf 'differs: %q\n' "$place"
    fi
  done < <(find "$live" -type d -inum 256 -print0)
}
unsaved() { # IN-SNAPSHOT LIVE LABEL SINCE
  local path state n=0
  while ((n < 20)) && IFS= read -r -d '' path && IFS= read -r -d '' state; do
    path=${path:+/$path}
    if [[ $(at "$1$path" find -maxdepth 0 -printf '%y %s %T@ %l' 2>/dev/null) == "$state" ]]; then
      [[ $state == f* ]] || continue
      ! cmp -s <(at "$1$path" content_of) <(at "$2$path" content_of) || continue
    fi
    printf 'differs: %q\n' "$3$path"
    n=$((n + 1))
  done < <(at "$2" find -xdev ! -type d -newerct "@$4" -printf '%P\0%y %s %T@ %l\0')
}
# A long time, for large files. A file that a fifo replaces at this moment would hold the comparison for ever.
content_of() { # NAME
  if [[ -f $1 && ! -L $1 ]]; then timeout 6h cat -- "$1"; fi
}

# Ends with 0 if both files have the same content, with 1 if not, and with another status if one of them is no regular file
# (a link to one is none), or cannot be read within 10 minutes. One process compares what it would take four to sum up.
have_same_content() ( # PATH PATH, from /
  is_file_at() {
    enter "${1%/*}" && [[ -f ./${1##*/} && ! -L ./${1##*/} ]]
  }
  { is_file_at "$1" && exec {one}<"./${1##*/}" && is_file_at "$2" && exec {two}<"./${2##*/}"; } 2>/dev/null || exit 2
  timeout 600 cmp -s "/dev/fd/$one" "/dev/fd/$two"
)
