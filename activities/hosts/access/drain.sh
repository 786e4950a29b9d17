# R3. By hand: loginctl list-users; loginctl kill-user USER
# Ends sessions, lingering managers and stray processes of all users except exempt accounts, and prints what is left.
#
#   drain look|end HOMES EXEMPT… < NUL-terminated names of accounts of the ID server
#
# `loginctl` alone proves nothing. Processes of a rootless container run under subuids, which neither loginctl nor NSS
# knows, and a lingering manager outlives its sessions. This script counts every process in /proc, every session, and
# the kernel's state of each user's slice (`populated 0`). All three must be empty.
#
# Prints `boot ID`, `exempt NAME UID` or `exempt NAME -` (no such account on this host), `left PID UID USER COMMAND`,
# and `unknown PID UID - COMMAND` for a process that a person must judge: it is never ended.
mode=$1 homes=$2
shift 2
[[ $(stat -f -c %T /sys/fs/cgroup) == cgroup2fs ]] ||
  fail 'this host has no unified cgroup hierarchy, so the kernel cannot prove that no user is left: boot it with systemd.unified_cgroup_hierarchy=1'

declare -A accounts=()
while IFS= read -r -d '' name; do accounts[$name]=1; done
# Names that systemd generates (DynamicUser=, machines) are not accounts.
databases=$(sed -n 's/^passwd:[[:space:]]*//p' /etc/nsswitch.conf 2>/dev/null | sed 's/\[[^]]*\]//g' | tr -s '[:space:]' '\n' |
  grep -vxE 'systemd|mymachines|' | paste -sd ' ' || true)
databases=${databases:-files}
directories=$(tr ' ' '\n' <<<"$databases" | grep -vxE 'files|compat|db' | paste -sd ' ' || true)
uid_min=$(awk '$1 == "UID_MIN" && $2 ~ /^[0-9]+$/ { n = $2 } END { print n == "" ? 1000 : n }' /etc/login.defs 2>/dev/null || echo 1000)

declare -A exempt=() exempt_uids=()
unresolved=()
echo "boot $(</proc/sys/kernel/random/boot_id)"
for name in "$@"; do
  exempt[$name]=1
  if entry=$(getent passwd -- "$name"); then
    IFS=: read -r _ _ uid _ <<<"$entry"
    exempt_uids[$uid]=$name
    echo "exempt $name $uid"
  else
    unresolved+=("$name")
    echo "exempt $name -"
  fi
done
mapfile -t ranges < <(valid_ranges /etc/subuid)

# Prints whose a uid is, apart from sessions: `exempt` (also root), `system`, `user`, or `unknown`. A named account takes
# precedence over any range, because the range of another account may contain its uid.
owner_of() { # UID
  local name home range owner start count owners=''
  if [[ $1 == 0 || ${exempt_uids[$1]+x} ]]; then
    echo exempt
  elif [[ $1 == 65534 ]]; then
    echo system
  elif IFS=: read -r name _ _ _ _ home _ < <(getent -s "passwd:$databases" passwd -- "$1"); then
    # login.defs reserves small uids for the system, but the ID server may give them to people. A name alone is not
    # enough: a person may have the name of a daemon.
    if (($1 >= uid_min)) || [[ ${accounts[$name]+x} && $home == "$homes"/* ]] ||
      { [[ -n $directories ]] && getent -s "passwd:$directories" passwd -- "$1" >/dev/null; }; then echo user; else echo system; fi
  elif [[ -e /run/systemd/dynamic-uid/$1 ]] || getent passwd -- "$1" >/dev/null; then
    echo system
  else
    # The uid of a container belongs to the owner of its range.
    for range in "${ranges[@]}"; do
      read -r owner start count <<<"$range"
      (($1 >= start && $1 < start + count)) || continue
      if [[ ${exempt[$owner]+x} || ${exempt_uids[$owner]+x} ]]; then
        owners+=' exempt'
      elif [[ $owner =~ ^[0-9]+$ ]] && ((${#unresolved[@]} > 0)) && ! getent passwd -- "$owner" >/dev/null; then
        owners+=' unknown'
      else
        owners+=' user'
      fi
    done
    case $owners in
    *user*exempt* | *exempt*user* | *unknown* | '') echo unknown ;;
    *user*) echo user ;;
    *) echo exempt ;;
    esac
  fi
}
declare -A kinds=() signed_in=()
# Sets `kind`. A uid that is signed in is a user, unless it is exempt or may be an exempt account without a passwd entry.
judge() { # UID
  if [[ ! ${kinds[$1]+x} ]]; then kinds[$1]=$(owner_of "$1"); fi
  kind=${kinds[$1]}
  if [[ ${signed_in[$1]+x} && $kind != exempt ]] && { [[ $kind != unknown ]] || ((${#unresolved[@]} == 0)); }; then kind=user; fi
}
is_users() { # UID
  judge "$1"
  [[ $kind == user ]]
}

root=/sys/fs/cgroup
slices=$root/user.slice
# Sets `signed_in`: the uids with a session (from logind) or with processes in their slice (from the kernel).
read_sessions() {
  local uid slice sessions
  sessions=$(loginctl list-sessions --no-legend) || fail 'logind does not list the sessions, so absence is not proven: systemctl restart systemd-logind, then retry'
  signed_in=()
  while read -r _ uid _; do
    [[ ! $uid =~ ^[0-9]+$ ]] || signed_in[$uid]=session
  done <<<"$sessions"
  for slice in "$slices"/user-*.slice; do
    [[ -d $slice ]] || continue
    uid=${slice##*/user-} uid=${uid%.slice}
    ! grep -qsx 'populated 1' "$slice/cgroup.events" || signed_in[$uid]=slice
  done
}

# Sets `left` and `unknown` to lines "PID UID". PID 0 stands for a session or slice whose process is not visible in /proc.
find_left() {
  read_sessions
  find_processes
}
find_processes() {
  left=() unknown=()
  local status pid key a b c d _ state threads uid asked slice one
  for status in /proc/[0-9]*/status; do
    pid=${status//[!0-9]/}
    state='' threads=1 uid='' asked=''
    # A status file shows four uids of a process. The process counts if any of them is a user's.
    while read -r key a b c d _; do
      case $key in
      State:) state=$a ;;
      Uid:)
        for one in "$a" "$b" "$c" "$d"; do
          judge "$one"
          case $kind in user) uid=$one ;; unknown) asked=$one ;; esac
        done
        ;;
      Threads:) threads=$a ;;
      esac
    done 2>/dev/null <"$status" || continue
    # A root process inside a user's slice belongs to that user: sudo, or sshd's privileged half of a session.
    if [[ -z $uid ]]; then
      { IFS= read -r -d '' slice || true; } 2>/dev/null <"/proc/$pid/cgroup" || continue
      if [[ $slice =~ /user-([0-9]+)\.slice ]] && is_users "${BASH_REMATCH[1]}"; then uid=${BASH_REMATCH[1]}; fi
    fi
    # A zombie without other threads can do nothing.
    if [[ $state == Z && $threads -le 1 ]]; then continue; fi
    if [[ -n $uid ]]; then left+=("$pid $uid"); elif [[ -n $asked ]]; then unknown+=("$pid $asked"); fi
  done
  for uid in "${!signed_in[@]}"; do
    judge "$uid"
    if [[ $kind == user && " ${left[*]#* } " != *" $uid "* ]]; then left+=("0 $uid"); fi
    if [[ $kind == unknown && " ${unknown[*]#* } " != *" $uid "* ]]; then unknown+=("0 $uid"); fi
  done
}

# Prints the cgroups outside of user.slice whose processes change while they are read, one per line. A process that
# forks itself anew faster than /proc is read is visible only by that.
restless() {
  comm -13 <(members) <(members) | sed 's|/cgroup.procs:[0-9]*$||'
}
members() { find "$root" -path "$slices" -prune -o -name cgroup.procs -exec grep -Hs . {} + | sort; }
held=()
# A group that stays frozen would stop the next login of its user.
thaw() {
  local group
  for group in "${held[@]}"; do { echo 0 >"$group/cgroup.freeze"; } 2>/dev/null || true; done
  held=()
}
trap thaw EXIT
# Freezes the groups of what is left, so that nothing forks and no process id changes its owner, and signals what is
# left there. KILL ends users' slices as a whole.
signal_left() { # TERM|KILL
  local line group own
  own=$root$(sed -n 's/^0:://p' /proc/self/cgroup)
  while read -r group; do
    # Never this script, the root group, init, or what answers for accounts.
    case ${group##*/} in init.scope | systemd-*.service | dbus*.service | sssd*.service | nscd.service | nslcd.service) continue ;; esac
    if [[ $group == "$root"/?* && $own/ != "$group"/* && -w $group/cgroup.freeze ]]; then held+=("$group"); fi
  done < <(
    for line in "${left[@]}"; do
      if is_users "${line#* }" && [[ -d $slices/user-${line#* }.slice ]]; then echo "$slices/user-${line#* }.slice"; fi
      sed -n "s|^0::|$root|p" "/proc/${line% *}/cgroup" 2>/dev/null || true
    done | sort -u
    restless | sort -u
  )
  for group in "${held[@]}"; do { echo 1 >"$group/cgroup.freeze"; } 2>/dev/null || true; done
  for group in "${held[@]}"; do
    # A process in uninterruptible sleep does not freeze, and does not fork either.
    for _ in {1..50}; do
      ! grep -qsx 'frozen 0' "$group/cgroup.events" || pause 0.01
    done
    if [[ $1 == KILL && $group =~ ^"$slices"/user-([0-9]+)\.slice$ ]] && is_users "${BASH_REMATCH[1]}"; then
      { echo 1 >"$group/cgroup.kill"; } 2>/dev/null || systemctl kill --signal=KILL "${group##*/}" 2>/dev/null || true
    fi
  done
  find_processes
  for line in "${left[@]}"; do [[ ${line% *} == 0 ]] || kill "-$1" "${line% *}" 2>/dev/null || true; done
  thaw
}

# The uids of all users that systemd knows: sessions, lingering managers, slices.
known_uids() {
  {
    loginctl list-users --no-legend 2>/dev/null | awk '{ print $1 }'
    find /var/lib/systemd/linger -type f -printf '%f\n' 2>/dev/null | while read -r name; do id -u -- "$name" || true; done
    systemctl list-units --no-legend --plain 'user-*.slice' | sed -n 's/^user-\([0-9]*\)\.slice.*/\1/p'
  } 2>/dev/null | sort -un || true
}

if [[ $mode == end ]]; then
  read_sessions
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
  settled=no
  while ((SECONDS - started < 45)); do
    find_left
    if ((${#left[@]} == 0)); then
      [[ $settled == no ]] || break
      # Also ends what /proc does not show.
      signal_left KILL
      settled=yes
    elif ((SECONDS - started < 5)); then
      pause 0.2
    else
      signal_left KILL
    fi
  done
fi

find_left
print_lines() { # WORD LINE…
  local line pid uid name command
  for line in "${@:2}"; do
    pid=${line% *} uid=${line#* }
    name=$(id -un -- "$uid" 2>/dev/null) || name=$uid
    if [[ $pid == 0 ]]; then
      command=${signed_in[$uid]}
    else
      command=$(tr -cd '[:alnum:]._-' <"/proc/$pid/comm" 2>/dev/null) || continue
    fi
    echo "$1 $pid $uid $name $command"
  done
}
print_lines left "${left[@]}"
print_lines unknown "${unknown[@]}"
