# Needs roots.sh. Needs boot.sh. Needs back.sh. Needs obstacles.sh. Needs trial.sh.
# Lists leftovers of earlier runs on a host, and cleans them on request. By hand: systemctl list-units 'semester-*';
# btrfs property get -ts / ro; btrfs subvolume list /root/btrfs-toplevel; ls /csehome/bacchus/images
#
#   leftovers list|clean gpu|storage TOPLEVEL JOBS SNAPSHOTS IMAGES ESP|''
#
# Prints base64 of NUL-terminated fields, four for each: kind, path, state, detail. States: `left` (clean removes it),
# `by-hand` (a person decides), `noted` (not ours: nothing to do), `busy` (a job runs: not touched), `cleaned`, `failed`.
shopt -s nullglob
mode=$1 role=$2 top=$3 jobs=$3/$4 snapshots=$3/$5 images=$6 place=("$3" "$4" "$7")
use_roots "$top" "$4"
working=$(systemctl list-units --plain --no-legend --state=active,activating,deactivating 'semester-*.service' | head -n 1)

# Listing creates no lock file. A lock without a file is free.
is_free() { [[ ! -e $1 ]] || flock -n "$1" true; }
settle() { # KIND PATH LOCK DETAIL [COMMAND…]
  local kind=$1 path=$2 lock=$3 detail=$4 state=left
  shift 4
  if [[ -n $working ]] || ! is_free "$lock"; then
    state=busy
  elif (($# == 0)); then
    state=by-hand
  elif [[ $mode == clean ]]; then
    if "$@" >&2; then state=cleaned; else state=failed; fi
  fi
  printf '%s\0%s\0%s\0%s\0' "$kind" "$path" "$state" "$detail"
}

stays_writable() { # add-me-to-docker-user makes / writable for a moment only
  for _ in {1..20}; do
    ! is_read_only / || return 1
    pause 0.1
  done
}
shut() { (hold_lock 9 window 0 && btrfs property set -ts / ro true && is_read_only /); }
drop_record() { rm -rf --one-file-system -- "$1"; }
drop_subvolume() {
  local id
  id=$(btrfs inspect-internal rootid "$1") || return
  [[ $id != "$(btrfs inspect-internal rootid /)" && $id != "$(btrfs subvolume get-default "$top" | awk '{print $2}')" ]] || return
  [[ -z $(find "$1" -xdev -mindepth 1 -type d -inum 256 -print -quit) ]] || return
  btrfs subvolume delete -c -- "$1"
}

drop_root() { (delete_root "$1"); }
undo() { (use_boot "${place[@]}" && use_trial && undo_switch && { is_trial || disarm; } && [[ ! -e $armed ]]); }

# A finished new root may wait for days until its host may reboot.
waits_for_its_swap() { is_read_only "$new" && [[ -n $(find "$new/etc/semester-image" -mtime -30 2>/dev/null) ]]; }
look_roots() {
  local path
  # A host is armed only briefly between its swap and its reboot. After the boot, the guard watches it.
  if [[ -e $armed && -z $(find "$armed" -mmin -15) ]]; then
    settle guard "$armed" "$locks/window.lock" "$(armed_value image)" undo
  fi
  for path in "$top"/failed-*; do
    if is_our_failed_root "$path"; then
      settle failed-root "$path" "$locks/window.lock" '' drop_root "$path"
    elif is_subvolume "$path"; then
      printf '%s\0%s\0%s\0%s\0' foreign-root "$path" noted ''
    fi
  done
}
look() {
  local record path age
  if [[ $role == gpu ]]; then look_roots; fi
  if [[ $role == gpu ]] && stays_writable; then settle window / "$locks/window.lock" '' shut; fi
  for record in "$jobs"/semester-*; do
    if [[ ! -e $record/finished ]]; then
      settle job "$record" "$record/lock" "$(cat -- "$record/workflow" 2>/dev/null)" drop_record "$record"
    elif age=$(find "$record" -maxdepth 0 -mtime +400) && [[ -n $age ]]; then
      settle old-job "$record" "$record/lock" "$(cat -- "$record/workflow" 2>/dev/null)" drop_record "$record"
    fi
  done
  for path in "$snapshots"/*; do
    { is_subvolume "$path" && ! is_read_only "$path" && [[ $(subvolume_field "$path" 'Received UUID') == - ]]; } || continue
    # Only a snapshot with the name of an image is an interrupted receive. Any other may be a person's own.
    if [[ -e $images/${path##*/}.zst ]]; then
      settle receive "$path" "$locks/receive.lock" '' drop_subvolume "$path"
    else
      settle receive "$path" "$locks/receive.lock" ''
    fi
  done
  if [[ $role == gpu ]] && is_subvolume "$top/root.new" && ! waits_for_its_swap; then
    if is_subvolume "$top/root"; then
      settle new-root "$top/root.new" "$locks/window.lock" '' drop_subvolume "$top/root.new"
    else
      settle new-root "$top/root.new" "$locks/window.lock" "there is no $top/root"
    fi
  fi
  if [[ $role == storage && -d $images ]]; then
    # A .part file in use is recent. Another host writes it, so no lock on this host shows that.
    while IFS= read -r -d '' path; do
      settle part "$path" /nonexistent '' rm -f -- "$path"
    done < <(find "$images" -mindepth 1 -maxdepth 1 -type f -name '*.part' -mmin +15 -print0)
  fi
}
look | base64 -w 0
