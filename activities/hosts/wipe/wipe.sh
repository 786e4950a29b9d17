# Needs entry.sh. Needs delete.sh. Needs trash.sh. Needs snapshot.sh.
# R5. By hand, on the storage host: delete everything inside /csehome except the homes of protected and kept accounts;
#     on every GPU server: delete everything inside /local/.docker/ except the same names.
#
#   wipe DIR SUBVOLUME-OR-EMPTY TOPLEVEL BACKUP-OR-EMPTY UUID-OR-EMPTY COUNT SECONDS SEMESTER PLAN
#     PROTECTED… -- KEPT… -- UID… -- WAIVED… < NUL-terminated fields
#
# It moves the entries into the trash of DIR (trash.sh), with a record that names SEMESTER and PLAN; with SECONDS above 0 that
# counts as deleted. Otherwise it deletes each one there at once, and first what an earlier run of PLAN left there. The trash
# itself is not an entry.
#
# Standard input has four fields for each of the COUNT approved entries: name, owner's uid, object and birth time
# (entry.sh). Deletes exactly these, if they still exist. What has an approved name but is another object, or has another
# owner, stays; so do all other names. Refuses all if an exempt account owns one of them: the host's PROTECTED and KEPT
# accounts, and each UID, but not the accounts in WAIVED, which approvers named.
#
# With BACKUP, takes a last read-only snapshot of SUBVOLUME (BACKUP.last, or BACKUP.last-2 … of a next try) and compares
# the entries with BACKUP. If one differs, deletes nothing and ends with exit status 65. An entry that changes after the
# last snapshot stays. Checks PROTECTED and KEPT in
# the same command that deletes, and proves afterwards that they are intact. Works from one fixed directory with `rm`,
# `find` and names after `--`, which never follow a symbolic link. Never leaves the file system, and sees no mount made
# meanwhile. Prints a line `left: NAME: WHY` for what stays, and continues with the rest. Can run
# again at any point.
if [[ ${SEMESTER_ALONE-} != yes ]]; then
  if [[ -n $2 ]]; then mount_toplevel "$3"; fi
  run_alone "$@"
fi
dir=$1 subvolume=$2 top=$3 backup=$4 uuid=$5 count=$6 seconds=$7 semester=$8 plan=$9
shift 9
hold_wipe_lock
enter_dir
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
  [[ $name != "$trash" ]] || ! is_trash || fail "$dir/$trash is the trash itself: nothing was deleted"
  [[ ! ${exempt[$name]+x} ]] || fail "$name is protected or kept, but is among the names to delete: nothing was deleted"
  uid=${fields[n + 1]}
  [[ $uid =~ ^[0-9]+$ ]] || fail "$(printf %q "$uid") is not the uid of an owner: nothing was deleted"
  [[ ! ${exempt_uids[$uid]+x} ]] ||
    fail "$(printf %q "$dir/$name") belongs to the exempt account of uid $uid, which no approval waived: nothing was deleted"
  names+=("$name")
  approved[$name]="$uid ${fields[n + 2]} ${fields[n + 3]}"
done

# For delete.sh: whether the path below $dir goes.
goes() { [[ ${approved[${1%%/*}]+x} || $1 == "$trash"/*.gone/* ]]; }
refuse_mounts
if ((seconds > 0 && count > 0)); then make_trash; fi

# Lists the whole tree of protected names, and the first level of kept accounts, whose owners may be working. Leaves out
# change times and link counts, which change when another name of a file is deleted. PATHS has only the paths: an editor
# that saves by a rename puts another inode there.
listing() { # PATHS|WHOLE
  local name format='%p\0'
  [[ $1 == PATHS ]] || format='%i %y %m %U:%G %s %T@ %l %p\0'
  for name in "${!exempt[@]}"; do
    [[ -e ./$name ]] || continue
    case ${exempt[$name]} in
    protected) find "./$name" -xdev -printf "$format" ;;
    kept) find "./$name" -xdev -maxdepth 1 -printf "$format" ;;
    esac
  done | sort -z
}
lost() { comm -z -23 "$before" <(listing PATHS) | tr '\0' '\n' | sed -n 1,5p; }
before=$(mktemp /run/semester-wipe.XXXXXX)
trap 'rm -f -- "$before"' EXIT
listing PATHS >"$before"
whole=$(listing WHOLE | sha256sum)

is_approved() { # NAME
  local uid object born
  read_entry "$1" && [[ "$uid $object $born" == "${approved[$1]}" ]]
}

take() { # NAME
  if ((seconds > 0)); then move_to_trash "$1" "$semester" "$plan" "$seconds"; else delete_away "$1"; fi
}
# One rename takes the entry out of its name before any of it is deleted. So a backup never holds a half under the name, and
# the next run, or the worker, deletes the rest. There, where nobody can enter any longer, it is compared once more: what was
# written to since the first comparison goes back to its name. A full disk may have no room for the rename: then it is deleted
# in its place.
delete_away() { # NAME
  local id why changed uid object born
  read_entry "$1" || return 1
  id=$(trash_id "$plan" "$1" "$object" "$born")
  if why=$(move_to_trash "$1" "$semester" "$plan" 0 2>&1); then
    if ! changed=$(changes "$1" "./$trash/$id/data") || [[ -n $changed ]]; then
      why="it changed while it was moved away: $(first_of "$changed")"
      if mv -nT -- "$trash/$id/data" "./$1" && ! there "$trash/$id/data"; then
        rm -rf --one-file-system -- "./$trash/$id"
      else
        why+=", and lies in $dir/$trash/$id/data: move it away from there"
      fi
      printf '%s\n' "$why"
      return 1
    fi
    delete_trashed "$id"
  elif is_full "$why" && ! there "$trash/$id/data"; then
    rm -rf --one-file-system -- "./$trash/$id"
    delete "$1"
  else
    printf '%s\n' "$why"
    return 1
  fi
}
finish_earlier() {
  local place id record why
  for place in "$trash"/*; do
    id=${place##*/}
    { read_record "$id" && [[ ${record[2]} == "$plan" && ${record[11]} -le $EPOCHSECONDS ]]; } || continue
    [[ $id == *.gone ]] || there "$place/data" || continue
    if ! why=$(delete_trashed "${id%.gone}" 2>&1); then
      printf 'left: %q: %s\n' "${record[4]}" "$(tail -n 1 <<<"$why" | tr -c '[:print:]\n' '?')"
    fi
  done
}

take_last() {
  sync -f . && btrfs -q subvolume snapshot -r -- "$top/$subvolume" "$last" && snapshot_nested "$last" "$top/$subvolume" &&
    btrfs filesystem sync "$top" >/dev/null
}
# Prints how the entry, which may lie elsewhere, differs from `reference`, which is as old as SINCE.
reference=$backup since=0
changes() { # NAME [PLACE]
  [[ -z $backup ]] || differences "$reference" "${2-./$1}" "$1" "$since"
}
first_of() { sed -n 's/^differs: //p;q' <<<"$1"; } # CHANGES
if [[ -n $backup ]]; then
  { [[ $(subvolume_field "$backup" UUID) == "$uuid" ]] && is_read_only "$backup"; } ||
    fail "$backup is not the approved snapshot ($uuid), or is writable: nothing was deleted; retry to back up and ask again"
  # Each try takes its own: the last snapshot of an earlier one lacks what was written since.
  last=$backup.last
  for ((n = 2; n < 100; n++)); do
    [[ -e $last || -e $last.nested ]] || break
    last=$backup.last-$n
  done
  find_nested "$top/$subvolume"
  moment=$(date +%s.%N)
  if ! why=$(take_last 2>&1); then
    # Without room for it, the entries are compared with the backup once more, right before they are deleted.
    is_full "$why" || fail "the last snapshot $last cannot be taken: nothing was deleted: $why"
    echo "there is no room for a last snapshot: $why"
    # Without its nested snapshots it would be a source of a restore that lacks them.
    for path in "$last".nested/[0-9]* "$last"; do
      [[ ! -d $path ]] || why=$(btrfs -q subvolume delete -- "$path" 2>&1) ||
        fail "the last snapshot $last is not complete and cannot be deleted: nothing was deleted: $why"
    done
    rm -rf --one-file-system -- "$last.nested"
    last=''
  fi
  # Whole seconds, so changes in the second of the backup are compared too.
  since=$(created_at "$backup")
  read_manifest "$backup"
  progress "compare $dir with $backup"
  differing=$(for name in "${names[@]}"; do if is_approved "$name"; then changes "$name" || printf 'differs: %q\n' "$name"; fi; done)
  if [[ -n $differing ]]; then
    echo "nothing was deleted: $backup does not hold the current state of: $(sed -n 's/^differs: //p' <<<"$differing" | head -n 5 | paste -sd ' ')"
    exit 65
  fi
  if [[ -n $last ]]; then
    reference=$last since=$moment
    read_manifest "$last"
  fi
fi

if ((seconds == 0 && count > 0)); then
  # Without room for it, what delete_away does on a full disk.
  why=$(make_trash 2>&1) || is_full "$why" || fail "$why"
  finish_earlier
fi
# Prints an error if nothing more fits. Other errors may come of that: without room a flag stays, and then rm is not permitted.
no_room() {
  local why
  is_trash || return 0
  why=$( (umask 077 && head -c 8192 /dev/zero >"$trash/room" && sync -- "$trash/room") 2>&1) || true
  rm -f -- "$trash/room"
  ! is_full "$why" || printf 'no room: %s\n' "$(tail -n 1 <<<"$why")"
}
done=0 gone=0 left=0
for name in "${names[@]}"; do
  if ! there "$name"; then
    gone=$((gone + 1))
  elif ! is_approved "$name"; then
    printf 'left: %q: another one than the approved: made anew, or given to another owner\n' "$name"
    left=$((left + 1))
  elif ! changed=$(changes "$name") || [[ -n $changed ]]; then
    printf 'left: %q: it changed after the last snapshot: %s\n' "$name" "$(first_of "$changed")"
    left=$((left + 1))
  elif ! why=$(take "$name" 2>&1) || there "$name"; then
    printf 'left: %q: %s\n' "$name" "$(tail -n 1 <<<"$why" | tr -c '[:print:]\n' '?')"
    left=$((left + 1))
  fi
  done=$((done + 1))
  progress "$done/${#names[@]} of $dir"
done
why=$(delete_deep 2>&1) || printf 'left: %s: %s\n' "$deep" "$(tail -n 1 <<<"$why" | tr -c '[:print:]\n' '?')"
if ((left > 0)); then no_room; fi
if ((seconds == 0 && count > 0)); then rmdir -- "$trash"/*.gone "$trash" 2>/dev/null || true; fi
sync -f .

missing=$(lost)
[[ -z $missing ]] || fail "protected or kept files in $dir vanished during the wipe: $(printf '%q ' "$missing"). Compare with the backup"
[[ $whole == "$(listing WHOLE | sha256sum)" ]] || echo "changed: something in ${!exempt[*]} was written to meanwhile"
[[ -z ${last-} ]] || echo "last snapshot: ${last##*/}"
echo "wiped: $((${#names[@]} - gone - left)) gone before: $gone left: $left"
