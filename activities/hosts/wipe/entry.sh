# The library of list-tree, exempt-uids and wipe: what a name in the working folder stands for, and accounts.

# Reads owner, object and birth time of NAME into `uid`, `object` and `born`. What is deleted and made again under the
# same name is another object. `born` is 0.000000000 where the file system knows none. Fails if nothing has the name.
read_entry() { # NAME
  local inode id
  read -r uid inode born < <(stat -c '%u %i %.9W' -- "./$1" 2>/dev/null) || return 1
  object="inode $inode"
  # The root of every btrfs subvolume has inode 256. On other file systems 256 is an inode like any other.
  if [[ $inode == 256 ]] && id=$(btrfs inspect-internal rootid "./$1" 2>/dev/null); then object="subvolume $id"; fi
}

# Prints the uid of an account. Fails if this host does not know it.
uid_of() { # ACCOUNT
  local entry uid
  entry=$(getent passwd -- "$1") || return 1
  IFS=: read -r _ _ uid _ <<<"$entry"
  printf '%s\n' "$uid"
}
