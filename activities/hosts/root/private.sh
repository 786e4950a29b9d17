# Library, after roots.sh. R8: copies a host's private files from the running root to another root.

# Fails if a path leads out of a root, by `..` or by a symbolic link.
demand_inside() { # PATH ROOT
  [[ $(realpath -m -- "${1%/*}")/ == "$(realpath -e -- "$2")"/* ]] ||
    fail "$1 leads out of $2 by a symbolic link: correct update.perHost in site.yaml, then retry"
}
# Prints the paths below ROOT that match the globs, NUL-terminated.
private_paths() { # ROOT GLOB…
  local base=$1 pattern path IFS=
  shift
  for pattern in "$@"; do
    for path in "$base"/$pattern; do
      [[ -e $path || -L $path ]] || continue
      [[ ${path#"$base"}/ != */../* && ${path#"$base"}/ != */./* ]] || continue
      demand_inside "$path" "$base"
      printf '%s\0' "${path#"$base"/}"
    done
  done
}
# Prints every file below those paths with its owner, mode, size, time and target.
private_state() { # ROOT GLOB…
  local format='%p %y %m %U:%G'
  (
    private_paths "$@" >"$scratch/paths"
    cd "$1"
    # shellcheck disable=SC2185 # the paths are in the file
    find -files0-from "$scratch/paths" \( -type d -printf "$format\n" -o -printf "$format %s %T@ %l\n" \) | sort
  )
}

# Prints the other name of an owner in subuid: an account's uid, or a uid's account.
other_name() {
  if [[ $1 =~ ^[0-9]+$ ]]; then id -nu -- "$1" 2>/dev/null; else id -u -- "$1" 2>/dev/null; fi || true
}
# Prints the lines of OWN unchanged, and those of FLEET for users without a line in OWN. No user is renumbered: Docker
# data belongs to these ids.
merge_ranges() { # OWN FLEET
  local owner start count other mine
  local -A own=() taken=()
  # Adds a missing newline, so the last line does not run into the fleet's first line.
  [[ ! -e $1 ]] || awk 1 "$1"
  while read -r owner start count; do
    own[$owner]+=" $start:$count "
    taken[$start]="$owner $count"
  done < <(valid_ranges "$1")
  while read -r owner start count; do
    mine=${own[$owner]-}
    if [[ -z $mine ]]; then
      other=$(other_name "$owner")
      mine=${own[${other:-$owner}]-}
    fi
    if [[ -n $mine ]]; then
      [[ $mine == *" $start:$count "* ]] ||
        fail "$owner has${mine}in ${1##*/} here, but $start:$count in the fleet: give the user one range on every host, then retry"
      continue
    fi
    demand_free "$owner" "$start" "$count"
    printf '%s\n' "$owner:$start:$count"
  done < <(valid_ranges "$2")
}
demand_free() { # OWNER START COUNT; reads taken
  local start whose many
  for start in "${!taken[@]}"; do
    read -r whose many <<<"${taken[$start]}"
    ((start + many <= $2 || $2 + $3 <= start)) || fail "the fleet's range of $1 ($2:$3) overlaps that of $whose here: give each user a separate range, then retry"
  done
}

# Makes the private files of TO equal to those of FROM: copies files that FROM has, deletes files that only TO has.
# Changes nothing if they are already equal. After a crash in between, it starts again from the beginning. TO also gets
# the lines of the fleet's subuid and subgid ($scratch/fleet.*, if they exist) that FROM lacks.
carry() { # FROM TO GLOB…
  local from=$1 to=$2 path file ranges=()
  shift 2
  private_state "$from" "$@" >"$scratch/from"
  private_state "$to" "$@" >"$scratch/to"
  for file in subuid subgid; do
    [[ -e $scratch/fleet.$file ]] || continue
    merge_ranges "$from/etc/$file" "$scratch/fleet.$file" >"$scratch/$file"
    ranges+=("$file")
  done
  if is_read_only "$to"; then
    ! { cmp -s "$scratch/from" "$scratch/to" && has_ranges "$to" "${ranges[@]}"; } || return 0
    make_writable "$to"
  fi
  private_paths "$to" "$@" >"$scratch/paths"
  while IFS= read -r -d '' path; do rm -rf --one-file-system -- "${to:?}/$path"; done <"$scratch/paths"
  private_paths "$from" "$@" >"$scratch/paths"
  while IFS= read -r -d '' path; do
    demand_inside "$to/$path" "$to"
    mkdir -p -- "$(dirname -- "$to/$path")"
    cp -a --reflink=auto -T -- "$from/$path" "$to/$path"
  done <"$scratch/paths"
  for file in "${ranges[@]}"; do install -m 644 -T "$scratch/$file" "$to/etc/$file"; done
  sync -f "$to"
  btrfs property set -ts "$to" ro true
}
has_ranges() { # ROOT FILE…
  local root=$1 file
  shift
  for file in "$@"; do cmp -s "$scratch/$file" "$root/etc/$file" || return 1; done
}
