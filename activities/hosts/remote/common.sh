# Put before every script of this folder. Runs as root on the host.
set -euo pipefail

# Says why, where the script gives up: fail "what, and what to do".
fail() {
  printf '%s\n' "$*" >&2
  exit 1
}

# A line that ends up in the heartbeat and in `semester status`.
progress() {
  printf 'progress: %s\n' "$*"
}

# Makes folders that only root can enter, and those above them that are missing.
private_folder() { # FOLDER…
  (umask 077 && mkdir -p -- "$@")
}

# Whether a path, or a folder that it lies in, is one of these patterns.
matches_any() { # PATH GLOB…
  local path=$1 pattern
  shift
  # shellcheck disable=SC2053 # the right side is a pattern
  for pattern in "$@"; do
    if [[ $path == $pattern || $path == $pattern/* ]]; then return 0; fi
  done
  return 1
}

# The one parser of /etc/subuid and /etc/subgid: the lines that newuidmap and newgidmap accept, as `OWNER START COUNT`. They demand
# three fields, decimal numbers with nothing behind them, and ids below 2^32.
valid_ranges() { # FILE
  [[ ! -e $1 ]] || awk -F: '
    NF == 3 && $1 != "" && $1 !~ /[[:space:]#]/ && $2 ~ /^[0-9]+$/ && $3 ~ /^[0-9]+$/ && length($2) <= 10 && length($3) <= 10 &&
      $3 > 0 && $2 + $3 <= 4294967296 { printf "%s %.0f %.0f\n", $1, $2, $3 }' "$1"
}
# The numbers of the lines that are neither such a line nor a comment nor empty.
rejected_ranges() { # FILE
  [[ ! -e $1 ]] || awk -F: '
    /^[[:space:]]*(#|$)/ { next }
    !(NF == 3 && $1 != "" && $1 !~ /[[:space:]#]/ && $2 ~ /^[0-9]+$/ && $3 ~ /^[0-9]+$/ && length($2) <= 10 && length($3) <= 10 &&
      $3 > 0 && $2 + $3 <= 4294967296) { print NR }' "$1"
}

# Locks lie in a folder that only root can enter. In /run/lock any user can hold a lock, or put a link or a folder in its place.
locks=/run/semester
# Opens the lock NAME on descriptor FD, without truncating it, and waits for it.
hold_lock() { # FD NAME SECONDS
  private_folder "$locks"
  [[ ! -L $locks && $(stat -c '%u %a' -- "$locks") == '0 700' ]] ||
    fail "users can enter $locks: chown root: $locks; chmod 700 $locks; then retry"
  eval "exec $1<>\"$locks/$2.lock\""
  flock -w "$3" "$1"
}
# Who holds a lock, for an error: `pid 4711 (root, pacman)`.
holder_of() { # NAME
  local fd pid
  for fd in /proc/[0-9]*/fd/*; do
    [[ $fd -ef $locks/$1.lock ]] || continue
    pid=${fd#/proc/} pid=${pid%%/*}
    grep -qs '^lock:' "/proc/$pid/fdinfo/${fd##*/}" || continue
    printf 'pid %s (%s, %s)\n' "$pid" "$(stat -c %U "/proc/$pid" 2>/dev/null)" "$(tr -cd '[:alnum:]._-' <"/proc/$pid/comm" 2>/dev/null)"
    return
  done
  echo 'a process that has just ended'
}

# R4 and R8: mount /root/btrfs-toplevel
# The file system's top level (subvolid 5). It is mounted once and stays mounted; fstab knows it.
mount_toplevel() {
  local top=$1
  (
    hold_lock 9 toplevel 30 || fail "$(holder_of toplevel) mounts $top for more than 30 s: end it, then retry"
    if ! mountpoint -q -- "$top"; then
      mount -- "$top" || fail "$top cannot be mounted: /etc/fstab needs an entry with subvolid=5 for it"
    fi
  )
  [[ $(btrfs inspect-internal rootid "$top") == 5 ]] ||
    fail "$top is not the top level of its file system: mount it with subvolid=5"
}

# Where the record of a job lies: outside every root, so that it survives a reboot; in memory where there was no room for it.
record_of() { # TOPLEVEL FOLDER UNIT
  if [[ -d /run/semester-jobs/$3 ]]; then echo "/run/semester-jobs/$3"; else echo "$1/$2/$3"; fi
}

# R7 and R8: btrfs property set -ts / ro false … true, under one lock, so that no two windows close each other.
lock_window() {
  hold_lock 9 window 600 ||
    fail "$(holder_of window) keeps / writable for more than 10 minutes: systemctl list-units 'semester-*', then retry"
}
is_read_only() { [[ $(btrfs property get -ts "$1" ro) == ro=true ]]; }
make_writable() { # ROOT
  # A root that was made from a received snapshot refuses without -f. Losing its Received UUID harms nothing: parents
  # are the snapshots, never the root.
  local force=()
  if btrfs subvolume show "$1" | grep -Eq 'Received UUID:[[:space:]]+[0-9a-f]{8}-'; then force=(-f); fi
  btrfs property set "${force[@]}" -ts "$1" ro false
}
open_window() {
  is_read_only / || return 0
  make_writable /
}
close_window() {
  is_read_only / || btrfs property set -ts / ro true
  is_read_only / || fail '/ is still writable: btrfs property set -ts / ro true'
}

# Under the lock: a window that nobody alive holds. A user's own add-me-to-docker-user takes no lock and is done in a moment: only
# what stays open was left open.
close_left_window() {
  for _ in {1..20}; do
    ! is_read_only / || return 0
    sleep 0.1
  done
  close_window
}

# / stays writable for a moment only, and only where it was not; a storage host may have a root that always is.
in_window() { # COMMAND…
  (
    lock_window
    trap '' TERM INT HUP
    if is_read_only / 2>/dev/null; then
      open_window
      trap close_window EXIT
    fi
    "$@"
    sync -f /
  )
}

# Where homes may be restored to: a folder that no user can write, so that nothing in it changes under root's hands.
check_restore_target() { # TARGET BACKUPS
  [[ -d $1 && $(realpath -e -- "$1") == "$1" ]] || fail "$1 is no folder on this host, or leads elsewhere by a symbolic link"
  [[ $1/ != "$2"/* ]] || fail "$1 is among the backups: nothing is restored into them"
  { [[ $(stat -c %u -- "$1") == 0 ]] && ((0$(stat -c %a -- "$1") % 8 / 2 % 2 == 0 && 0$(stat -c %a -- "$1") / 8 % 8 / 2 % 2 == 0)); } ||
    fail "others than root can write to $1: restore to a folder of root's own"
}
