# R7: btrfs property set -ts / ro false; /usr/local/sbin/add-docker-user USER; btrfs property set -ts / ro true
# Gives a range to every user without one, in one window. Arguments: USER START COUNT…
# add-docker-user takes the next free range of this host, but all hosts must have the same one. So this script adds the
# line first; add-docker-user then adds none and does the rest of its work. A line that it still adds is removed again.
has() { valid_ranges "$1" | grep -qE "^($2|$3) "; } # FILE USER UID
has_ranges() { has /etc/subuid "$1" "$2" && has /etc/subgid "$1" "$2"; }
lock_window
trap close_window EXIT

# Keeps the lines for which the condition holds. After a power cut, the file is the old one or the new one.
edit() { # FILE AWK-CONDITION
  cp -p -- "$1" "$1.new" &&
    awk -F: -v user="$user" -v uid="$uid" -v line="$user:$start:$count" "$2" "$1" >"$1.new" &&
    sync -- "$1.new" && mv -T -- "$1.new" "$1"
}
give() {
  local file added=()
  for file in /etc/subuid /etc/subgid; do
    has "$file" "$user" "$uid" && continue
    [[ ! -s $file || -z $(tail -c 1 "$file") ]] || echo >>"$file" || return
    echo "$user:$start:$count" >>"$file" || return
    added+=("$file")
  done
  if ! /usr/local/sbin/add-docker-user "$user" </dev/null 9>&-; then
    # shellcheck disable=SC2016 # an awk program
    for file in "${added[@]}"; do edit "$file" '$0 != line'; done
    return 1
  fi
  for file in "${added[@]}"; do
    # shellcheck disable=SC2016 # an awk program
    (($(valid_ranges "$file" | awk -v user="$user" -v uid="$uid" '$1 == user || $1 == uid' | wc -l) < 2)) || edit "$file" '($1 != user && $1 != uid) || $0 == line' || return
  done
}

failed=()
while (($# >= 3)); do
  user=$1 start=$2 count=$3
  shift 3
  # Checked again under the lock: users run add-me-to-docker-user themselves.
  uid=$(id -u -- "$user") || continue
  if has_ranges "$user" "$uid"; then continue; fi
  # The users' own script closes the root when it ends, also during this window. Then this tries again.
  for _ in 1 2 3; do
    open_window
    give && break
    is_read_only / || break
  done
  has_ranges "$user" "$uid" || failed+=("$user")
done
sync -f /
[[ ${#failed[@]} == 0 ]] || fail "add-docker-user gave no range to: ${failed[*]}"
