# Needs roots.sh. Needs private.sh. Needs boot.sh. Needs back.sh. Needs obstacles.sh. Needs trial.sh.
# R8, revert to the old root: mv root failed-IMAGE; mv old-root root; btrfs subvolume set-default …/root; then reboot. A root that
# is only tried needs the reboot alone.
# Arguments: TOPLEVEL JOBS ESP|'' UUID|'' WHY GLOB…
# UUID: of the image that must run. GLOB: files of the running root that the old root gets. Prints key=value lines.
use_roots "$1" "$2"
use_boot "$1" "$2" "$3"
use_trial
uuid=$4 why=$5
shift 5
lock_window
lock_guard 60 || fail 'its guard is reverting it: check again after its reboot'
if is_trial && runs "$new" && [[ -n $uuid ]]; then
  is_marked '' "$uuid" || fail 'it runs another image'
  ! is_committing || fail 'it is confirmed, and its commit is not finished: retry'
elif [[ -z $(armed_value why) ]]; then
  ! runs "$old" || fail "$old is the running root: rename it to root and set it as the default, then retry"
  [[ -z $uuid ]] || is_marked '' "$uuid" || fail 'it runs another image'
  runs "$root" || fail "$root is not the running root: reboot this host or rename the running root to root, then retry"
  is_subvolume "$old" || fail "$old does not exist: the service deletes it when it prepares the next image"
  [[ -n $uuid ]] || is_ours || fail "no update of the service put $old aside: check that it boots and has this host's keys, then revert by hand"
  if (($# > 0)); then
    scratch=$(mktemp -d /run/semester-root.XXXXXX)
    trap 'rm -rf -- "$scratch"' EXIT
    carry "$root" "$old" "$@"
  fi
  image=$(sed -n 's/^image=//p' /etc/semester-image 2>/dev/null || true)
  arm "${image:-$(date -u +%F)}" "$(uuid_of "$root")" 0 "$why" switch
fi
echo "boot_id=$(cat /proc/sys/kernel/random/boot_id)"
echo "from=$(armed_value image)"
# From here it takes a moment, and signals are ignored until the end.
trap '' TERM INT HUP
revert "$why"
