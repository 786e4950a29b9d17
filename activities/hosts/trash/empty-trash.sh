# Needs delete.sh. Needs entry.sh. Needs trash.sh.
# Deletes what has been in the trash for its time. By hand: rm -rf DIR/.semester-trash/ID
#
#   empty-trash DIR PERCENT COUNT < NUL-terminated IDs, the oldest first
#
# Deletes those of the COUNT entries whose time is over by their own record; while less than PERCENT of the file system
# is free, also others, the oldest first. An entry is renamed to ID.gone first, so nothing half-deleted comes back. Prints
# a line `left: ID: WHY` for what cannot be deleted, and continues. Can run again at any point.
[[ ${SEMESTER_ALONE-} == yes ]] || run_alone "$@"
dir=$1 percent=$2 count=$3
hold_wipe_lock
enter_dir
is_trash || fail "$dir/$trash is not the trash of this service: nothing was deleted"
mapfile -d '' -t ids
((${#ids[@]} == count)) || fail "standard input holds ${#ids[@]} entries instead of $count: nothing was deleted"

# For delete.sh.
goes() { [[ $1 == "$trash"/*.gone/* ]]; }
# Space counts as free once the deletions have reached the disk.
is_short() {
  local free size
  if ((deleted > 0)); then
    sync -f .
    timeout 300 btrfs subvolume sync . >/dev/null 2>&1 || true
  fi
  read -r free size < <(df --output=avail,size -B1 . | tail -n 1)
  ((free * 100 < size * percent))
}
is_due() { # ID
  [[ ! -e $trash/$1.gone ]] || return 0
  read_record "$1" || return
  ((record[11] <= EPOCHSECONDS)) || { [[ -e $trash/$1/data ]] && is_short; }
}

deleted=0
for id in "${ids[@]}"; do
  [[ $id =~ ^[0-9a-f]{24}$ ]] || fail "$(printf %q "$id") is not an entry of the trash"
  is_due "$id" || continue
  if why=$(delete_trashed "$id" 2>&1); then
    deleted=$((deleted + 1))
  else
    printf 'left: %s: %s\n' "$id" "$(tail -n 1 <<<"$why" | tr -c '[:print:]\n' '?')"
  fi
  progress "$deleted/$count of the trash of $dir"
done
sync -f .
echo "emptied: $deleted of $count"
