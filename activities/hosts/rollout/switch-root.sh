# Needs roots.sh. Needs private.sh. Needs boot.sh. Needs back.sh. Needs obstacles.sh. Needs trial.sh.
# R8, on a follower: lets it boot root.new next. Can resume after a crash at any point.
# If the firmware can boot a root just once: arms the guard and sets BootNext. No name, default or file of the host changes
# until the new root is confirmed. Also finishes such a commit if a power cut interrupted it.
# Otherwise: mv root old-root; mv root.new root; btrfs subvolume set-default …/root; get-default. It renames only a finished
# root.new, arms the guard before, and set-default comes last.
# Arguments: TOPLEVEL JOBS ESP|'' NAME UUID SECONDS PRIVATE-GLOB…
use_roots "$1" "$2"
use_boot "$1" "$2" "$3"
use_trial
name=$4 uuid=$5 seconds=$6
shift 6
lock_window
close_left_window
scratch=$(mktemp -d /run/semester-root.XXXXXX)
trap 'rm -rf -- "$scratch"' EXIT

# Carries over changes of the running root since root.new was made: Docker grants, the login lock.
finish_new() { # FROM GLOB…
  local file
  is_marked "$new" "$uuid" || fail "$new is not a finished root of $name: prepare it first"
  for file in subuid subgid; do cp -T -- "$new/etc/$file" "$scratch/fleet.$file"; done
  carry "$1" "$new" "${@:2}"
  is_finished "$new" "$uuid" || fail "$new could not be finished"
}
try_new() {
  demand_room "$boot_new"
  prepare_trial "$new" "$boot_new"
  trap '' TERM INT HUP
  rm -f -- "$went_back"
  keep_boot_files "$boot_old"
  arm "$name" "$(uuid_of "$new")" "$seconds" '' try
  set_boot_next
}
switch_to_new() { # FROM
  demand_room "$boot_new"
  if [[ $1 != "$old" && -e $old ]]; then delete_root "$old"; fi
  # From here it takes a moment, and signals are ignored until the end: no host is left without a root.
  trap '' TERM INT HUP
  rm -f -- "$went_back"
  # Only once: a repeated switch must not save the new kernel as the old one.
  [[ $(armed_value root) == "$(uuid_of "$new")" && $(armed_value way) != try ]] || keep_boot_files "$boot_old"
  record_put_aside "$1"
  arm "$name" "$(uuid_of "$new")" "$seconds" '' switch
  if [[ $1 != "$old" ]]; then mv -T "$root" "$old"; fi
  mv -T "$new" "$root"
}

if is_committing; then
  lock_guard 60 || fail 'its guard is committing the root that was tried: retry after a moment'
  trap '' TERM INT HUP
  # The guard may have finished it meanwhile.
  ! is_committing || commit
elif is_marked "$new" "$uuid" && runs "$new"; then
  is_trial || fail "$new runs, and nothing guards it: reboot this host, then retry"
  echo 'is being tried'
elif is_finished "$root" "$uuid" && runs "$root"; then
  boot_next "$root"
  echo 'runs already'
elif is_finished "$root" "$uuid"; then
  arm "$name" "$(uuid_of "$root")" "$seconds" '' switch
  boot_next "$root"
  put_boot_files "$boot_new"
else
  from=$(running_root)
  finish_new "$from" "$@"
  if [[ $from == "$root" && -z $(trial_obstacles "$new" "$boot_new") ]]; then
    try_new
  else
    switch_to_new "$from"
    boot_next "$root"
    # Last: after a crash here, the new root boots, and its guard restores the boot files of the old one.
    put_boot_files "$boot_new"
  fi
fi
