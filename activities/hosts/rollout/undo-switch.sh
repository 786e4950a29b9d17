# Needs roots.sh. Needs boot.sh. Needs back.sh.
# The path of abort: mv root root.new; mv old-root root; set-default root, where a swap of ours is done and the reboot is not.
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
