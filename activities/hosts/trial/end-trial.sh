# Needs roots.sh. Needs boot.sh. Needs back.sh. Needs obstacles.sh. Needs trial.sh.
# R8, after a trial that never got as far as the guard of its root: the host runs the root from before again. Records why, and
# disarms the guard. By hand: efibootmgr --delete-bootnext; rm …/semester/guard
# Arguments: TOPLEVEL JOBS ESP
use_roots "$1" "$2"
use_boot "$1" "$2" "$3"
use_trial
lock_guard 20 || fail 'its guard is working: retry after a moment'
if is_trial && ! is_committing && runs "$root" && [[ $(armed_value boot) != "$(cat /proc/sys/kernel/random/boot_id)" ]]; then end_trial "$never_started"; fi
