# R7: btrfs property set -ts / ro false; /usr/local/sbin/add-docker-user USER; btrfs property set -ts / ro true
# For every user who has no range yet, in one window. Arguments: USER…
has() { grep -qE "^($2|$3):" "$1" 2>/dev/null; }
has_ranges() { has /etc/subuid "$1" "$2" && has /etc/subgid "$1" "$2"; }
lock_window
trap close_window EXIT

failed=()
for user in "$@"; do
  # Looked at again inside the lock: users run add-me-to-docker-user themselves.
  uid=$(id -u -- "$user") || continue
  if has_ranges "$user" "$uid"; then continue; fi
  # Their script closes the root when it ends, also under this window: then once more.
  for _ in 1 2 3; do
    open_window
    /usr/local/sbin/add-docker-user "$user" </dev/null 9>&- && break
    is_read_only / || break
  done
  has_ranges "$user" "$uid" || failed+=("$user")
done
sync -f /
[[ ${#failed[@]} == 0 ]] || fail "add-docker-user gave no range to: ${failed[*]}"
