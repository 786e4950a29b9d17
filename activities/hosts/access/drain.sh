# R3. By hand: loginctl list-users; loginctl kill-user USER
# Ends sessions, lingering managers and stray processes of everyone but system users and the exempt, and says who is left.
#
#   drain look|end SPARED…
#
# `loginctl` alone proves nothing: a rootless container's processes run under subuids, unknown to it and to NSS, and a
# lingering manager outlives its sessions. What counts is every process of /proc, every session, and the kernel's own word about each
# user's slice (`populated 0`).
#
# Prints `boot ID`, `exempt NAME UID` or `exempt NAME -` (no such account here), and `left PID UID USER COMMAND`.
mode=$1
shift

# The uid that a status file shows as owner is one of four; a process counts if any of them is a user's. Who is a user: never root
# and exempt accounts; always a uid with a session or with processes in user.slice; else an account that a user database knows, unless
# login.defs makes it the system's. A named account wins over any range: an exempt account's range may lie across it. Of the unnamed uids
# only systemd's DynamicUser= and those in ranges of exempt accounts are no users.
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
# Names that only systemd makes up (DynamicUser=, machines) are no accounts.
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
# Sets `signed_in`: the uids that have a session, or processes in a slice of theirs, as the kernel and logind say.
look_sessions() {
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
# Ends every process of the users' slices at once: one that forks itself anew faster than /proc is read does not get away.
kill_slices() {
  local uid
  for uid in "${!signed_in[@]}"; do
    if is_users "$uid" && [[ -d $slices/user-$uid.slice ]]; then
      { echo 1 >"$slices/user-$uid.slice/cgroup.kill"; } 2>/dev/null || systemctl kill --signal=KILL "user-$uid.slice" 2>/dev/null || true
    fi
  done
}

# Sets `left` to lines "PID UID"; PID 0: a session or a slice of theirs whose process was not seen in /proc.
look() {
  left=()
  look_sessions
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
    # What runs as root inside a user's slice is that user's too: sudo, or sshd's half of a session.
    if [[ -z $uid ]]; then
      { IFS= read -r -d '' slice || true; } 2>/dev/null <"/proc/$pid/cgroup" || continue
      if [[ $slice =~ /user-([0-9]+)\.slice ]] && is_users "${BASH_REMATCH[1]}"; then uid=${BASH_REMATCH[1]}; fi
    fi
    # A dead process that nobody has waited for can do nothing.
    if [[ -n $uid && ! ($state == Z && $threads -le 1) ]]; then left+=("$pid $uid"); fi
  done
  for uid in "${!signed_in[@]}"; do
    if is_users "$uid" && [[ " ${left[*]#* } " != *" $uid "* ]]; then left+=("0 $uid"); fi
  done
}

# All users that systemd knows of, by uid: sessions, lingering managers, slices.
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
  look
  for line in "${left[@]}"; do
    # Without its passwd entry a kept person cannot be told from the others.
    if ((${#unresolved[@]} > 0)) && ! has_name "${line#* }" && ! in_range "${line#* }" "${ranges[@]}"; then
      fail "process ${line% *} runs as uid ${line#* }, which has no name here, and neither have the kept ${unresolved[*]}: mend the accounts of this host (getent passwd), then retry"
    fi
  done
  while read -r uid; do
    is_users "$uid" || continue
    name=$(id -un -- "$uid" 2>/dev/null) || name=$uid
    # /var/lib may be read-only; the processes are what counts.
    loginctl disable-linger "$name" 2>/dev/null || true
    loginctl kill-user "$name" 2>/dev/null || true
    loginctl terminate-user "$name" 2>/dev/null || true
    systemctl stop --no-block "user@$uid.service" "user-$uid.slice" 2>/dev/null || true
  done < <(known_uids)
  look
  signal_left TERM
  started=$SECONDS
  while look && ((${#left[@]} > 0 && SECONDS - started < 45)); do
    if ((SECONDS - started >= 5)); then
      kill_slices
      signal_left KILL
    fi
    sleep 0.2
  done
fi

look
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
