# Library, after common.sh. R8: the roots below the top level. Call `use_roots` first.
#   root       the root that runs and boots
#   root.new   made from an image before any downtime; read-only once finished
#   old-root   the root that ran before
#   failed-X   the root of image X, from which this host reverted
# and, outside of every root: the guard's state, the image of the last revert, the root that the last switch put aside,
# and the UUIDs of failed roots that the service made.
use_roots() { # TOPLEVEL JOBS
  toplevel=$1 root=$1/root new=$1/root.new old=$1/old-root
  armed=$1/$2/guard went_back=$1/$2/went-back put_aside=$1/$2/put-aside failed_roots=$1/$2/failed-roots
  mount_toplevel "$1"
}
is_subvolume() { [[ -d $1 && $(stat -c %i -- "$1") == 256 ]]; }
id_of() { btrfs inspect-internal rootid "$1"; }
default_id() { btrfs subvolume get-default "$toplevel" | awk '{print $2}'; }
runs() { [[ -e $1 && $(id_of "$1") == $(id_of /) ]]; }
uuid_of() { subvolume_field "$1" UUID; }
# A file in each root names its image.
is_marked() { grep -qsxF "image_uuid=$2" "$1/etc/semester-image"; } # ROOT UUID
is_finished() { is_marked "$1" "$2" && is_read_only "$1"; }         # ROOT UUID
boot_next() { # ROOT
  btrfs subvolume set-default "$1"
  sync -f "$toplevel"
  [[ $(default_id) == $(id_of "$1") ]] || fail "get-default is not $1"
}

# Never deletes the running root, the default root, or a root with a nested subvolume that holds files.
delete_root() {
  local id nested
  is_subvolume "$1" || fail "$1 is not a subvolume: move it away, then retry"
  id=$(id_of "$1")
  [[ $id != "$(id_of /)" ]] || fail "$1 is the running root: reboot this host first, then retry"
  [[ $id != "$(default_id)" ]] || fail "$1 is the default subvolume: set another default first, then retry"
  # Only if nested subvolumes exist: walking every file of a root takes long. The list fails if any subvolume of the
  # file system lies deeper than PATH_MAX.
  if ! nested=$(btrfs subvolume list -o "$1" 2>/dev/null) || [[ -n $nested ]]; then
    while IFS= read -r -d '' nested; do
      (enter "$nested" && [[ -z $(find . -mindepth 1 -print -quit) ]]) || fail "$nested is a subvolume that holds files: move them away, then retry"
      (enter "${nested%/*}" && btrfs subvolume delete "./${nested##*/}" >&2) || fail "$nested is a subvolume that cannot be deleted: move it to $toplevel and delete it there, then retry"
    done < <(find "$1" -xdev -mindepth 1 -depth -type d -inum 256 -print0)
  fi
  btrfs subvolume delete -c "$1" >&2
}

# Whether old-root ran here until an update of the service put it aside. A root that a person made may never have
# booted.
is_ours() { is_subvolume "$old" && grep -qsxF "uuid=$(uuid_of "$old")" "$put_aside"; }

# Whether it is a failed root that the service made. A person's subvolume of such a name is never deleted.
is_our_failed_root() { is_subvolume "$1" && grep -qsxF "$(uuid_of "$1")" "$failed_roots"; }

# Prints the running root: `root`, or `old-root` if a power cut came between the two renames of a swap.
running_root() {
  if runs "$root"; then
    echo "$root"
  elif [[ ! -e $root ]] && runs "$old"; then
    echo "$old"
  else
    fail "$root is not the running root: reboot this host or rename the running root to root, then retry"
  fi
}
