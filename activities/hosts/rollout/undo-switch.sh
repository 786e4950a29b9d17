# Needs roots.sh. Needs boot.sh. Needs back.sh.
# On abort: mv root root.new; mv old-root root; set-default root, if the service swapped the roots and no reboot
# followed.
# Arguments: TOPLEVEL JOBS ESP|''. Prints "undone", or nothing.
use_roots "$1" "$2"
use_boot "$1" "$2" "$3"
lock_window
if [[ -e $armed ]] && runs "$old"; then
  trap '' TERM INT HUP
  put_boot_files "$boot_old"
  undo_swap
  echo undone
fi
