# R3. By hand: loginctl list-users; loginctl kill-user USER
# Ends sessions, lingering managers and stray processes of all users except exempt accounts, and prints what is left.
#
#   drain look|end EXEMPT…
#
# `loginctl` alone proves nothing. Processes of a rootless container run under subuids, which neither loginctl nor NSS
# knows, and a lingering manager outlives its sessions. This script counts every process in /proc, every session, and
# the kernel's state of each user's slice (`populated 0`).
#
# Prints `boot ID`, `exempt NAME UID` or `exempt NAME -` (no such account on this host), and `left PID UID USER
# COMMAND`.
mode=$1
shift

# A status file shows four uids of a process. The process counts if any of them is a user's.
# Never users: root and exempt accounts. Always a user: a uid with a session or with processes in user.slice.
# Otherwise a user is an account of a user database whose uid login.defs does not reserve for the system. A named
# account takes precedence over any range, because the range of an exempt account may contain its uid. An unnamed uid is
# a user, unless it is one of systemd's DynamicUser= or lies in a range of an exempt account.
is_users() { # UID
  local uid=$1
  [[ $uid != 0 && ! ${exempt_uids[$uid]+x} ]] || return 1
  [[ ! ${signed_in[$uid]+x} ]] || return 0
  if has_name "$uid"; then
    ((uid >= uid_min && uid != 65534))
  elif [[ $uid == 65534 || -e /run/systemd/dynamic-uid/$uid ]]; then
    return 1
  else
    if in_range "$uid" "${exempt_ranges[@]}"; then return 1; fi
  fi
}
in_range() { # UID START:END…
  local range
  for range in "${@:2}"; do
    if (($1 >= ${range%:*} && $1 < ${range#*:})); then return 0; fi
  done
  return 1
}
declare -A name_known=()
# Names that systemd generates (DynamicUser=, machines) are not accounts.
databases=$(sed -n 's/^passwd:[[:space:]]*//p' /etc/nsswitch.conf 2>/dev/null | sed 's/\[[^]]*\]//g' | tr -s '[:space:]' '\n' |
  grep -vxE 'systemd|mymachines|' | paste -sd ' ' || true)
uid_min=$(awk '$1 == "UID_MIN" && $2 ~ /^[0-9]+$/ { n = $2 } END { print n == "" ? 1000 : n }' /etc/login.defs 2>/dev/null || echo 1000)
has_name() { # UID
  if [[ ! ${name_known[$1]+x} ]]; then
    if getent -s "passwd:${databases:-files}" passwd -- "$1" >/dev/null; then name_known[$1]=yes; else name_known[$1]=no; fi
  fi
  [[ ${name_known[$1]} == yes ]]
}

declare -A exempt_uids=()
exempt_ranges=()
unresolved=()
mapfile -t ranges < <(valid_ranges /etc/subuid | awk '{ print $2 ":" $2 + $3 }')
echo "boot $(</proc/sys/kernel/random/boot_id)"
for name in "$@"; do
  if entry=$(getent passwd -- "$name"); then
    uid=$(cut -d: -f3 <<<"$entry")
    exempt_uids[$uid]=$name
    echo "exempt $name $uid"
    while read -r owner start count; do
      if [[ $owner == "$name" || $owner == "$uid" ]]; then exempt_ranges+=("$start:$((start + count))"); fi
    done < <(valid_ranges /etc/subuid)
  else
    unresolved+=("$name")
    echo "exempt $name -"
  fi
done

declare -A signed_in=()
slices=/sys/fs/cgroup/user.slice
# Sets `signed_in`: the uids with a session (from logind) or with processes in their slice (from the kernel).
read_sessions() {
  local uid slice
  signed_in=()
  while read -r uid _; do
    [[ ! $uid =~ ^[0-9]+$ ]] || signed_in[$uid]=session
  done < <(loginctl list-sessions --no-legend 2>/dev/null | awk '{ print $2 }')
  for slice in "$slices"/user-*.slice; do
    [[ -d $slice ]] || continue
    uid=${slice##*/user-} uid=${uid%.slice}
    ! grep -qsx 'populated 1' "$slice/cgroup.events" || signed_in[$uid]=slice
  done
}
# Kills all processes of the users' slices at once. A process that forks faster than /proc is read would escape
# otherwise.
kill_slices() {
  local uid
  for uid in "${!signed_in[@]}"; do
    if is_users "$uid" && [[ -d $slices/user-$uid.slice ]]; then
      { echo 1 >"$slices/user-$uid.slice/cgroup.kill"; } 2>/dev/null || systemctl kill --signal=KILL "user-$uid.slice" 2>/dev/null || true
    fi
  done
}

# Sets `left` to lines "PID UID". PID 0 stands for a session or slice whose process is not visible in /proc.
find_left() {
  left=()
  read_sessions
  local status pid key a b c d _ state threads uid slice one
  for status in /proc/[0-9]*/status; do
    pid=${status//[!0-9]/}
    state='' threads=1 uid=''
    while read -r key a b c d _; do
      case $key in
      State:) state=$a ;;
      Uid:) for one in "$a" "$b" "$c" "$d"; do if is_users "$one"; then uid=$one; fi; done ;;
      Threads:) threads=$a ;;
      esac
    done 2>/dev/null <"$status" || continue
    # A root process inside a user's slice belongs to that user: sudo, or sshd's privileged half of a session.
    if [[ -z $uid ]]; then
      { IFS= read -r -d '' slice || true; } 2>/dev/null <"/proc/$pid/cgroup" || continue
      if [[ $slice =~ /user-([0-9]+)\.slice ]] && is_users "${BASH_REMATCH[1]}"; then uid=${BASH_REMATCH[1]}; fi
    fi
    # A zombie without other threads can do nothing.
    if [[ -n $uid && ! ($state == Z && $threads -le 1) ]]; then left+=("$pid $uid"); fi
  done
  for uid in "${!signed_in[@]}"; do
    if is_users "$uid" && [[ " ${left[*]#* } " != *" $uid "* ]]; then left+=("0 $uid"); fi
  done
}

# The uids of all users that systemd knows: sessions, lingering managers, slices.
known_uids() {
  {
    loginctl list-users --no-legend 2>/dev/null | awk '{ print $1 }'
    find /var/lib/systemd/linger -type f -printf '%f\n' 2>/dev/null | while read -r name; do id -u -- "$name" || true; done
    systemctl list-units --no-legend --plain 'user-*.slice' | sed -n 's/^user-\([0-9]*\)\.slice.*/\1/p'
  } 2>/dev/null | sort -un || true
}

signal_left() {
  local line
  for line in "${left[@]}"; do [[ ${line% *} == 0 ]] || kill "-$1" "${line% *}" 2>/dev/null || true; done
}

if [[ $mode == end ]]; then
  find_left
  for line in "${left[@]}"; do
    # Without a passwd entry, an exempt account cannot be distinguished from the others.
    if ((${#unresolved[@]} > 0)) && ! has_name "${line#* }" && ! in_range "${line#* }" "${ranges[@]}"; then
      fail "process ${line% *} runs as uid ${line#* }, which has no account name here, and the exempt accounts ${unresolved[*]} have no passwd entry: repair the accounts of this host (getent passwd), then retry"
    fi
  done
  while read -r uid; do
    is_users "$uid" || continue
    name=$(id -un -- "$uid" 2>/dev/null) || name=$uid
    # /var/lib may be read-only. Only the processes matter.
    loginctl disable-linger "$name" 2>/dev/null || true
    loginctl kill-user "$name" 2>/dev/null || true
    loginctl terminate-user "$name" 2>/dev/null || true
    systemctl stop --no-block "user@$uid.service" "user-$uid.slice" 2>/dev/null || true
  done < <(known_uids)
  find_left
  signal_left TERM
  started=$SECONDS
  while find_left && ((${#left[@]} > 0 && SECONDS - started < 45)); do
    if ((SECONDS - started >= 5)); then
      kill_slices
      signal_left KILL
    fi
    sleep 0.2
  done
fi

find_left
for line in "${left[@]}"; do
  pid=${line% *} uid=${line#* }
  name=$(id -un -- "$uid" 2>/dev/null) || name=$uid
  if [[ $pid == 0 ]]; then
    command=${signed_in[$uid]}
  else
  command=$(tr -cd '[:alnum:]._-' <"/proc/$pid/comm" 2>/dev/null) || continue
  fi
  echo "left $pid $uid $name $command"
done
