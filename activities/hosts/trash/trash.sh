# Library, after entry.sh. The trash of the working folder: what the wipe took away and no backup holds. What is deleted at
# once goes through it too, so that a deletion that is cut off leaves no half under the name.
#
#   .semester-trash/ID/record   what it was (write_record)
#   .semester-trash/ID/data     the entry itself, moved by a rename. Without it, the rename has not happened
#   .semester-trash/ID.gone     is being deleted, and never comes back
#
# It lies in the same subvolume as the entries, because a rename does not leave a subvolume. Only root can enter it.
trash=.semester-trash

# Whether the working folder has a trash of this service, and not one that a user made: a directory of root, no link,
# which only root can enter, on the same file system and subvolume.
is_trash() {
  [[ ! -L $trash && -d $trash && $(stat -c '%u %a %d' -- "$trash") == 0\ ?(2)700\ $(stat -c %d .) ]]
}

# Creates the trash. A user who can rename in this folder could put another one in its place.
make_trash() {
  [[ $(stat -c %u .) == 0 && (-k . || -z $(find . -maxdepth 0 -perm /022)) ]] ||
    fail "users can rename entries of $PWD, and so its trash: nothing was moved. chown root $PWD; chmod +t $PWD; then retry"
  [[ -e $trash || -L $trash ]] || mkdir -m 700 -- "$trash" || fail "$PWD/$trash cannot be made: nothing was moved"
  is_trash || fail "$PWD/$trash is not the trash of this service, which is a directory of root with mode 700 on the same subvolume: nothing was moved. Find out who made it, move it away, then retry"
}

# NUL-terminated: version, semester, digest of the plan, directory, name, owner, uid, object, birth time, FLAGS that the
# entry had (r: read-only subvolume, i: immutable, a: append-only), time of the move and end of its time, Unix seconds.
# By hand: tr '\0' '\n' <record
write_record() { # ID, FIELD…
  # Callers run it where `set -e` is off, and a full disk fails any of these.
  (umask 077 && printf '%s\0' 1 "${@:2}" >"$trash/$1/record.new") &&
    sync -- "$trash/$1/record.new" &&
    mv -fT -- "$trash/$1/record.new" "$trash/$1/record" &&
    sync -- "$trash/$1"
}
# Reads the record of `.semester-trash/ID` into `record`. Fails if there is none that this script understands.
read_record() { # ID
  record=()
  [[ -f $trash/$1/record ]] || return 1
  mapfile -d '' -t record <"$trash/$1/record"
  [[ ${#record[@]} == 12 && ${record[0]} == 1 && ${record[11]} =~ ^[0-9]+$ ]]
}

# Runs the command with `.` for NAME, but only if NAME is a directory and no link.
within() { # NAME COMMAND…
  (cd -P . && above=${PWD%/} && cd -P -- "./$1" && [[ $PWD == "$above/$1" ]] && shift && "$@")
}
change_flags() { # NAME FLAGS: -ia, +i or +a; a file with another name keeps its own
  if [[ -d ./$1 && ! -L ./$1 ]]; then
    within "$1" chattr "$2" .
  else
    find "./$1" -maxdepth 0 -type f -links 1 -execdir chattr "$2" -- {} +
  fi
}
flags_of() { # NAME
  local flags='' attributes
  # shellcheck disable=SC2154 # read_entry sets it
  if [[ $object == subvolume\ * ]] && is_read_only "./$1"; then flags=r; fi
  attributes=$(lsattr -d -- "./$1" 2>/dev/null) || attributes=''
  attributes=${attributes%% *}
  printf '%s' "$flags${attributes//[^ia]/}"
}

# The same entry of the same plan has the same ID.
trash_id() { # PLAN NAME OBJECT BORN
  local sum
  sum=$(printf '%s\0' "$@" | sha256sum)
  printf '%s' "${sum:0:24}"
}

# Moves an approved entry into the trash: first its record, then one rename. Neither follows a link, and no copy is made.
# A run that was cut off goes on with its record.
move_to_trash() { # NAME SEMESTER PLAN SECONDS
  local name=$1 semester=$2 plan=$3 seconds=$4 id place owner flags was now devices
  local uid object born record
  read_entry "$name" || return 1
  was="$uid $object $born"
  id=$(trash_id "$plan" "$name" "$object" "$born")
  place=$trash/$id
  # mv would copy what cannot be renamed.
  [[ $object == subvolume\ * ]] || mapfile -t devices < <(stat -c %d -- . "./$name")
  [[ $object == subvolume\ * || ${devices[0]} == "${devices[1]-}" ]] || {
    echo 'it is on another file system or subvolume than the trash: findmnt, then retry'
    return 1
  }
  private_folder "$place" || return
  flags=$(flags_of "$name")
  if read_record "$id"; then flags+=${record[9]}; fi
  owner=$(stat -c %U -- "./$name") now=$EPOCHSECONDS
  write_record "$id" "$semester" "$plan" "$PWD" "$name" "$owner" "$uid" "$object" "$born" "$flags" "$now" "$((now + seconds))" || {
    # Without a record nobody can tell what it was for.
    [[ -e $place/record ]] || rm -rf --one-file-system -- "./$place"
    return 1
  }
  # A read-only subvolume and an immutable file cannot be renamed.
  if [[ $flags == *r* ]]; then within "$name" btrfs property set -f -ts . ro false || return; fi
  if [[ $flags == *[ia]* ]]; then change_flags "$name" -ia || return; fi
  mv -nT -- "./$name" "$place/data" || return 1
  read_entry "$place/data" && [[ "$uid $object $born" == "$was" ]] && return
  mv -nT -- "$place/data" "./$name"
  echo 'it was replaced at the moment of the move, and lies in its place again'
  return 1
}

# With delete.sh, whose `goes` must hold for ID.gone: deletes an entry of the trash for good. A rename comes first, so nothing
# half-deleted comes back.
delete_trashed() { # ID
  if [[ ! -e $trash/$1.gone ]]; then mv -T -- "$trash/$1" "$trash/$1.gone" || return; fi
  refuse_mounts
  if there "$trash/$1.gone/data"; then delete "$trash/$1.gone/data" || return; fi
  rm -rf --one-file-system -- "./$trash/$1.gone"
}
