# Needs roots.sh. Needs back.sh.
# The path of abort: mv root root.new; mv old-root root; set-default root, where a swap of ours is done and the reboot is not.
# Arguments: TOPLEVEL JOBS. Prints "undone", or nothing.
use_roots "$1" "$2"
lock_window
if [[ -e $armed ]] && runs "$old"; then
  trap '' TERM INT HUP
  undo_swap
  echo undone
fi
