# R8, on the leader: btrfs property set -ts / ro false; pacman -Syu; btrfs property set -ts / ro true
# Argument: COMMAND, the site's update.command.
command=$1
lock_window
trap close_window EXIT
for attempt in 1 2 3; do
  open_window
  progress "update command, attempt $attempt"
  status=0
  bash -c "$command" </dev/null 9>&- || status=$?
  # Users' own docker script closes the root under a running update: then, and only then, the command runs again.
  [[ $status != 0 ]] && is_read_only / || break
  echo 'the root was closed by somebody else during the update'
done
sync -f /
exit "$status"
