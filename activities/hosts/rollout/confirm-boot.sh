# Needs roots.sh. Needs boot.sh. Needs back.sh. Needs obstacles.sh. Needs trial.sh.
# R8: confirms this boot, which disarms the guard, and makes a root that was tried the host's root (`commit`).
# By hand: systemctl stop semester-guard; rm …/semester/guard; for a trial, before that: mv root old-root; mv root.new root;
# btrfs subvolume set-default …/root; copy its kernel and initramfs to the ESP
# Arguments: TOPLEVEL JOBS ESP|'' UUID
use_roots "$1" "$2"
use_boot "$1" "$2" "$3"
use_trial
is_marked '' "$4" || fail 'this host runs another root'
runs "$root" || is_trial || fail 'it is reverting: nothing guards this root'
lock_guard 20 || fail 'its guard is reverting it'
why=$(armed_value why)
[[ -z $why ]] || fail "it is reverting: $why"
if is_trial; then
  trap '' TERM INT HUP
  commit
  runs "$root" || fail "$root is not the running root: reboot this host"
fi
disarm
systemctl stop semester-guard.service
[[ ! -e $armed && $(systemctl is-active semester-guard.service) != active ]] || fail "the guard is still armed: rm $armed"
