# Needs roots.sh. Needs back.sh.
# R8: this boot is well: the guard is disarmed. By hand: systemctl stop semester-guard; rm …/semester/guard
# Arguments: TOPLEVEL JOBS UUID
use_roots "$1" "$2"
is_marked '' "$3" || fail 'this host runs another root'
lock_guard 20 || fail 'its guard is on the way back'
why=$(armed_value why)
[[ -z $why ]] || fail "it is on the way back: $why"
disarm
systemctl stop semester-guard.service
[[ ! -e $armed && $(systemctl is-active semester-guard.service) != active ]] || fail "the guard is still armed: rm $armed"
