# R8, on the leader: btrfs property set -ts / ro false; pacman -Syu; btrfs property set -ts / ro true
# Argument: COMMAND, the site's update.command.
command=$1
lock_window
closed=/run/semester-root-was-closed
watcher=
# shellcheck disable=SC2317 # the trap calls it
end() {
  [[ -z $watcher ]] || kill "$watcher" 2>/dev/null || true
  close_window
}
trap end EXIT

# Users' own Docker script closes the root during an update, unless docs/semester-window wraps it.
keep_open() {
  while sleep 0.2; do
    is_read_only / || continue
    touch "$closed"
    open_window
  done
}
# pacman cannot remove its lock from a root that was closed during its run, nor after a power cut. Others use the same lock.
drop_lock() {
  local lock=/var/lib/pacman/db.lck holder
  [[ -e $lock ]] || return 0
  holder=$(package_manager)
  [[ -z $holder ]] || fail "$holder holds $lock: wait for its end, then retry"
  rm -f -- "$lock"
}

tries=5
for ((attempt = 1; attempt <= tries; attempt++)); do
  rm -f "$closed"
  open_window
  drop_lock
  progress "update command, attempt $attempt"
  keep_open 9>&- &
  watcher=$!
  status=0
  bash -c "$command" </dev/null 9>&- || status=$?
  kill "$watcher" 2>/dev/null || true
  wait "$watcher" 2>/dev/null || true
  watcher=
  if [[ ! -e $closed ]] && ! is_read_only /; then
    sync -f /
    exit "$status"
  fi
  echo 'another process closed the root during the update: the root is opened again, and the command runs again'
done
fail "another process closed the root during each of $tries runs of the update command: wrap add-me-to-docker-user with docs/semester-window"
