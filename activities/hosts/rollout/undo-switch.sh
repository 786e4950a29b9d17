# Needs roots.sh. Needs boot.sh. Needs back.sh. Needs obstacles.sh. Needs trial.sh.
# On abort, if no reboot into the new root followed: deletes BootNext; or mv root root.new; mv old-root root; set-default root.
# Arguments: TOPLEVEL JOBS ESP|''. Prints "undone", or nothing.
use_roots "$1" "$2"
use_boot "$1" "$2" "$3"
use_trial
lock_window
undo_switch
