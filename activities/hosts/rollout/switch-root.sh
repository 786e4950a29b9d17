# Needs roots.sh. Needs private.sh. Needs boot.sh. Needs back.sh.
# R8, on a follower: mv root old-root; mv root.new root; btrfs subvolume set-default …/root; get-default. Safe to find half done
# at any point: only a finished root.new is ever renamed, and set-default comes last. The guard is armed before.
# Arguments: TOPLEVEL JOBS ESP|'' NAME UUID SECONDS PRIVATE-GLOB…
use_roots "$1" "$2"
use_boot "$1" "$2" "$3"
name=$4 uuid=$5 seconds=$6
shift 6
lock_window
close_left_window
scratch=$(mktemp -d /run/semester-root.XXXXXX)
trap 'rm -rf -- "$scratch"' EXIT

if is_finished "$root" "$uuid"; then
  if runs "$root"; then
    echo 'runs already'
  else
    arm "$name" "$(uuid_of "$root")" "$seconds" ''
  fi
else
  from=$(running_root)
  is_marked "$new" "$uuid" || fail "$new is not a root of $name: prepare it first"
  # What has changed on the root that runs since root.new was made: a Docker grant, the login lock.
  for file in subuid subgid; do cp -T -- "$new/etc/$file" "$scratch/fleet.$file"; done
  carry "$from" "$new" "$@"
  is_finished "$new" "$uuid" || fail "$new could not be finished"
  demand_room "$boot_new"
  if [[ $from != "$old" && -e $old ]]; then delete_root "$old"; fi
  # It takes a moment from here, and whoever stops this job waits for its end: no host is left without a root.
  trap '' TERM INT HUP
  rm -f -- "$went_back"
  # Once: a swap that is done again must not take the new kernel for the old one.
  [[ $(armed_value root) == "$(uuid_of "$new")" ]] || keep_boot_files "$boot_old"
  printf 'uuid=%s\n' "$(uuid_of "$from")" >"$put_aside.new"
  mv -fT -- "$put_aside.new" "$put_aside"
  arm "$name" "$(uuid_of "$new")" "$seconds" ''
  if [[ $from != "$old" ]]; then mv -T "$root" "$old"; fi
  mv -T "$new" "$root"
fi
boot_next "$root"
# Last: where it is cut off, the new root boots, and its guard puts back what belongs to the old one.
runs "$root" || put_boot_files "$boot_new"
