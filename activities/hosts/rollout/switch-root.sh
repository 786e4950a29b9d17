# Needs roots.sh. Needs private.sh. Needs boot.sh. Needs back.sh.
# R8, on a follower: mv root old-root; mv root.new root; btrfs subvolume set-default …/root; get-default. Can resume
# after a crash at any point: it renames only a finished root.new, and set-default comes last. The guard is armed
# before.
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
  is_marked "$new" "$uuid" || fail "$new is not a finished root of $name: prepare it first"
  # Carries over changes of the running root since root.new was made: Docker grants, the login lock.
  for file in subuid subgid; do cp -T -- "$new/etc/$file" "$scratch/fleet.$file"; done
  carry "$from" "$new" "$@"
  is_finished "$new" "$uuid" || fail "$new could not be finished"
  demand_room "$boot_new"
  if [[ $from != "$old" && -e $old ]]; then delete_root "$old"; fi
  # From here it takes a moment, and signals are ignored until the end: no host is left without a root.
  trap '' TERM INT HUP
  rm -f -- "$went_back"
  # Only once: a repeated swap must not save the new kernel as the old one.
  [[ $(armed_value root) == "$(uuid_of "$new")" ]] || keep_boot_files "$boot_old"
  printf 'uuid=%s\n' "$(uuid_of "$from")" >"$put_aside.new"
  mv -fT -- "$put_aside.new" "$put_aside"
  arm "$name" "$(uuid_of "$new")" "$seconds" ''
  if [[ $from != "$old" ]]; then mv -T "$root" "$old"; fi
  mv -T "$new" "$root"
fi
boot_next "$root"
# Last: after a crash here, the new root boots, and its guard restores the boot files of the old one.
runs "$root" || put_boot_files "$boot_new"
