# The service puts this before every script. Runs as root on the host.
set -euo pipefail

# Ends the script with an error: fail "what happened, and what to do".
fail() {
  printf '%s\n' "$*" >&2
  exit 1
}

# Prints a line that appears in the heartbeat and in `semester status`.
progress() {
  printf 'progress: %s\n' "$*"
}

# Waits like sleep, but starts no process: a poll would start hundreds.
pause() { # SECONDS
  [[ -n ${silence-} ]] || exec {silence}<> <(:)
  read -rt "$1" -u "$silence" _ || true
}

# Creates folders that only root can enter, with missing parents. Leaves alone what exists, and then starts no process.
private_folder() { # FOLDER…
  local folder
  for folder in "$@"; do
    if [[ ! -d $folder ]]; then
      (umask 077 && mkdir -p -- "$@")
      return
    fi
  done
}

# Whether the path, or a folder that contains it, matches one of the patterns.
matches_any() { # PATH GLOB…
  local path=$1 pattern
  shift
  # shellcheck disable=SC2053 # the right side is a pattern
  for pattern in "$@"; do
    if [[ $path == $pattern || $path == $pattern/* ]]; then return 0; fi
  done
  return 1
}

# The only parser of /etc/subuid and /etc/subgid. A valid line has three fields, and decimal numbers without leading
# zeros or trailing characters, with ids below 2^32. Other forms are read differently by newuidmap (`0100` is octal), or
# not at all. With `valid` prints valid lines as `OWNER START COUNT`; with `rejected` the numbers of all others that
# are neither comments nor empty.
parse_ranges() { # valid|rejected FILE
  [[ ! -e $2 ]] || awk -F: -v wanted="$1" '
    function number(text) { return text ~ /^(0|[1-9][0-9]*)$/ && length(text) <= 10 }
    NF == 3 && $1 != "" && $1 !~ /[[:space:]#]/ && number($2) && number($3) && $3 > 0 && $2 + $3 <= 4294967296 {
      if (wanted == "valid") printf "%s %.0f %.0f\n", $1, $2, $3
      next
    }
    wanted == "rejected" && !/^[[:space:]]*(#|$)/ { print NR }' "$2"
}
valid_ranges() { parse_ranges valid "$1"; }       # FILE
rejected_ranges() { parse_ranges rejected "$1"; } # FILE

# Runs nvidia-smi. Exit status 14 is a warning (a damaged infoROM): the answer is complete. No signal ends one that hangs in the
# driver, so none is started beside it.
read_gpus() { # ARG…
  local status=0 hung
  hung=$(pgrep -x -u 0 -r D -O 60 nvidia-smi | head -n 1) || true
  [[ -z $hung ]] || fail "an earlier nvidia-smi (pid $hung) hangs in the driver: reboot this host"
  nvidia-smi "$@" || status=$?
  ((status == 14)) || return "$status"
}

# Prints the process that works on the package database: any of root, outside of containers, that has pacman's library open
# (pacman, packagekitd, pamac). Prints nothing if there is none.
package_manager() {
  local maps process
  for maps in /proc/[0-9]*/maps; do
    process=${maps%/maps}
    [[ $(stat -c %u -- "$process" 2>/dev/null) == 0 && $process/root -ef / ]] || continue
    grep -qs '/libalpm\.so' "$maps" || continue
    printf '%s(pid %s)\n' "$(tr '\0[:cntrl:]' ' ' <"$process/cmdline" | head -c 100)" "${process#/proc/}"
    return
  done
}

# Locks lie in a folder that only root can enter. In /run/lock any user can hold a lock or replace it by a link or
# folder.
locks=/run/semester
# Opens the lock NAME on descriptor FD without truncating it, and waits up to SECONDS for it.
hold_lock() { # FD NAME SECONDS
  private_folder "$locks"
  [[ ! -L $locks && $(stat -c '%u %a' -- "$locks") == '0 700' ]] ||
    fail "users can enter $locks: chown root: $locks; chmod 700 $locks; then retry"
  eval "exec $1<>\"$locks/$2.lock\""
  flock -w "$3" "$1"
}
# Prints the process that holds a lock, for an error: `pid 4711 (root, pacman)`.
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
  # Nearly every script comes here, and it is mounted: only who mounts it needs the lock.
  mountpoint -q -- "$top" || (
    hold_lock 9 toplevel 30 || fail "$(holder_of toplevel) has been mounting $top for more than 30 s: end it, then retry"
    if ! mountpoint -q -- "$top"; then
      mount -- "$top" || fail "$top cannot be mounted: /etc/fstab needs an entry with subvolid=5 for it"
    fi
  )
  [[ $(btrfs inspect-internal rootid "$top") == 5 ]] ||
    fail "$top is not the top level of its file system: mount it with subvolid=5"
}

# Prints the root from before this boot: `root` while root.new is tried, otherwise `old-root`.
root_before() { # TOPLEVEL
  if [[ $(btrfs inspect-internal rootid "$1/root.new" 2>/dev/null) == "$(btrfs inspect-internal rootid /)" ]]; then echo "$1/root"; else echo "$1/old-root"; fi
}

# Prints the folder of a job's record. It lies outside every root, so it survives a reboot; on a full disk it lies in
# memory.
record_of() { # TOPLEVEL FOLDER UNIT
  if [[ -d /run/semester-jobs/$3 ]]; then echo "/run/semester-jobs/$3"; else echo "$1/$2/$3"; fi
}

# Sets `shown` to all fields of a subvolume; fails if it is none. `btrfs subvolume show` also lists the snapshots of the
# subvolume. It fails after the fields if any subvolume of the file system lies deeper than PATH_MAX, which any user can
# make.
show_subvolume() { # PATH
  shown=$(btrfs subvolume show -- "$1" 2>/dev/null) || [[ -n $shown ]]
}
# After show_subvolume: sets `field` to one of them, for example `UUID`; empty if the subvolume has none.
read_field() { # FIELD
  field=''
  [[ ! $'\n'$shown =~ $'\n'[[:blank:]]*"$1":[[:blank:]]*([^$'\n']*) ]] || field=${BASH_REMATCH[1]}
}
# Prints a field of a subvolume.
subvolume_field() { # PATH FIELD
  local shown field
  show_subvolume "$1" || fail "$1 is not a subvolume, or btrfs cannot read it: btrfs subvolume show $1"
  read_field "$2"
  printf '%s\n' "$field"
}

# Enters a folder by a path of any length. The kernel takes at most PATH_MAX (4096) bytes at once.
enter() { # PATH
  local rest=$1 part
  # 900 characters are at most 3600 bytes.
  while ((${#rest} > 900)); do
    part=${rest:0:900}
    part=${part%/*}
    rest=${rest#"$part"/}
    cd -P -- "$part" || return
    rest=./$rest
  done
  cd -P -- "$rest"
}

# R7 and R8: btrfs property set -ts / ro false … true, under one lock, so no window closes another one.
lock_window() {
  hold_lock 9 window 600 ||
    fail "$(holder_of window) has kept / writable for more than 10 minutes: systemctl list-units 'semester-*', then retry"
}
is_read_only() { [[ $(btrfs property get -ts "$1" ro) == ro=true ]]; }
make_writable() { # ROOT
  # A root made from a received snapshot needs -f. Losing its Received UUID is harmless: the parents are the snapshots,
  # never the root.
  local force=()
  if [[ $(subvolume_field "$1" 'Received UUID') != - ]]; then force=(-f); fi
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

# Under the lock: closes a window that no living process holds. A user's own add-me-to-docker-user takes no lock and
# ends within a moment, so only a window that stays open was left open.
close_left_window() {
  for _ in {1..20}; do
    ! is_read_only / || return 0
    pause 0.1
  done
  close_window
}

# Makes / writable only for this command, and only if it was read-only. A storage host's root may always be writable.
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

# Checks that homes may be restored to this folder: no user can write to it, so nothing in it changes meanwhile.
check_restore_target() { # TARGET BACKUPS
  [[ -d $1 && $(realpath -e -- "$1") == "$1" ]] || fail "$1 is not a folder on this host, or its path contains a symbolic link: name the real path"
  [[ $1/ != "$2"/* ]] || fail "$1 lies in the backups: restore to another folder"
  { [[ $(stat -c %u -- "$1") == 0 ]] && ((0$(stat -c %a -- "$1") % 8 / 2 % 2 == 0 && 0$(stat -c %a -- "$1") / 8 % 8 / 2 % 2 == 0)); } ||
    fail "users other than root can write to $1: restore to a folder that only root can write"
}
