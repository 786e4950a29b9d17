# R7, R8: btrfs property set -ts / ro true, unless a living process holds the window. Runs before and after a job.
# Argument: SECONDS to wait for the window. Prints "closed", "was closed" or "held".
if ! hold_lock 9 window "$1"; then
  echo held
  exit 0
fi
was=$(is_read_only / && echo 'was closed' || echo closed)
close_left_window
echo "$was"
