# Put before the scripts that say so, after roots.sh. R8: what is private to a host goes from the root that runs into root.new.

# Nothing leads out of a root, neither by `..` nor by a symbolic link.
demand_inside() { # PATH ROOT
  [[ $(realpath -m -- "${1%/*}")/ == "$(realpath -e -- "$2")"/* ]] ||
    fail "$1 leads out of $2 by a symbolic link: mend update.perHost in site.yaml, then retry"
}
# The paths below ROOT that the globs name, NUL-terminated.
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
# Every file below those paths with its owner, mode, size, time and target.
private_state() { # ROOT GLOB…
  local format='%p %y %m %U:%G'
  (
    private_paths "$@" >"$scratch/paths"
    cd "$1"
    find -files0-from "$scratch/paths" \( -type d -printf "$format\n" -o -printf "$format %s %T@ %l\n" \) | sort
  )
}

# Makes root.new as this host needs it: what it has to itself goes in, what only the image has of it goes out. A root.new that
# is so already stays as it is; one that was being changed when the host went down is changed again.
carry() { # FROM GLOB…
  local from=$1 path
  shift
  private_state "$from" "$@" >"$scratch/from"
  private_state "$new" "$@" >"$scratch/new"
  if is_read_only "$new" && cmp -s "$scratch/from" "$scratch/new"; then return; fi
  if is_read_only "$new"; then btrfs property set -ts "$new" ro false; fi
  private_paths "$new" "$@" >"$scratch/paths"
  while IFS= read -r -d '' path; do rm -rf --one-file-system -- "${new:?}/$path"; done <"$scratch/paths"
  private_paths "$from" "$@" >"$scratch/paths"
  while IFS= read -r -d '' path; do
    demand_inside "$new/$path" "$new"
    mkdir -p -- "$(dirname -- "$new/$path")"
    cp -a --reflink=auto -T -- "$from/$path" "$new/$path"
  done <"$scratch/paths"
  sync -f "$new"
  btrfs property set -ts "$new" ro true
}
