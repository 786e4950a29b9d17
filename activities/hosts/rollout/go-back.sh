# Needs roots.sh. Needs private.sh. Needs boot.sh. Needs back.sh.
# R8, back to the old root: mv root failed-IMAGE; mv old-root root; btrfs subvolume set-default …/root; then reboot.
# Arguments: TOPLEVEL JOBS ESP|'' UUID|'' WHY GLOB…: of the image that must run, and what of the running root the old one gets.
# Prints key=value lines.
use_roots "$1" "$2"
use_boot "$1" "$2" "$3"
uuid=$4 why=$5
shift 5
lock_window
lock_guard 60 || fail 'its guard is on the way back: look again after its reboot'
if [[ -z $(armed_value why) ]]; then
  ! runs "$old" || fail "$old is what runs: rename it to root and set it as the default, then retry"
  [[ -z $uuid ]] || is_marked '' "$uuid" || fail 'it runs another image'
  runs "$root" || fail "$root is not what runs: reboot this host or rename what runs to root, then retry"
  is_subvolume "$old" || fail "there is no $old to go back to: it is deleted when the next image is prepared"
  [[ -n $uuid ]] || is_ours || fail "$old was not put aside by an update of ours: look whether it boots and has this host's keys, then go back by hand"
  if (($# > 0)); then
    scratch=$(mktemp -d /run/semester-root.XXXXXX)
    trap 'rm -rf -- "$scratch"' EXIT
    carry "$root" "$old" "$@"
  fi
  image=$(sed -n 's/^image=//p' /etc/semester-image 2>/dev/null || true)
  arm "${image:-$(date -u +%F)}" "$(uuid_of "$root")" 0 "$why"
fi
echo "boot_id=$(cat /proc/sys/kernel/random/boot_id)"
echo "from=$(armed_value image)"
# It takes a moment from here, and whoever stops this job waits for its end.
trap '' TERM INT HUP
go_back "$why"
