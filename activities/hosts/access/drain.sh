# R3. By hand: loginctl list-users; loginctl kill-user USER
# Ends sessions, lingering managers and stray processes of everyone but system users and the exempt, and says who is left.
#
#   drain look|end SPARED…
#
# `loginctl` alone proves nothing: a rootless container's processes run under subuids, unknown to it and to NSS, and a
# lingering manager outlives its sessions. What counts is every process of /proc.
#
# Prints `boot ID`, `exempt NAME UID` or `exempt NAME -` (no such account here), and `left PID UID USER COMMAND`.
mode=$1
shift

# The uid that a status file shows as owner is one of four; a process counts if any of them is a user's.
is_users() {
  local uid=$1
  [[ $uid != 0 && ! ${spared_uids[$uid]+x} ]] || return 1
  # Containers of the exempt run in their subuid ranges.
  ! in_range "$uid" "${spared_ranges[@]}" || return 1
  if ((uid < 1000)); then
    ! has_name "$uid"
  elif ((uid >= 61184 && uid <= 65519)); then
    # systemd's DynamicUser=, which writes down whom it has made; but somebody's range may lie across it.
    in_range "$uid" "${ranges[@]}" && [[ ! -e /run/systemd/dynamic-uid/$uid ]]
  else
    # 65534: nobody.
    ((uid != 65534))
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
has_name() { # UID
  if [[ ! ${name_known[$1]+x} ]]; then
    if getent passwd -- "$1" >/dev/null; then name_known[$1]=yes; else name_known[$1]=no; fi
  fi
  [[ ${name_known[$1]} == yes ]]
}

declare -A spared_uids=()
spared_ranges=()
unresolved=()
mapfile -t ranges < <(valid_ranges /etc/subuid | awk '{ print $2 ":" $2 + $3 }')
echo "boot $(</proc/sys/kernel/random/boot_id)"
for name in "$@"; do
  if entry=$(getent passwd -- "$name"); then
    uid=$(cut -d: -f3 <<<"$entry")
    spared_uids[$uid]=$name
    echo "exempt $name $uid"
    while read -r owner start count; do
      if [[ $owner == "$name" || $owner == "$uid" ]]; then spared_ranges+=("$start:$((start + count))"); fi
    done < <(valid_ranges /etc/subuid)
  else
    unresolved+=("$name")
    echo "exempt $name -"
  fi
done

# Sets `left` to lines "PID UID".
look() {
  left=()
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
  for line in "${left[@]}"; do kill "-$1" "${line% *}" 2>/dev/null || true; done
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
      while read -r uid; do
        if is_users "$uid"; then systemctl kill --signal=KILL "user-$uid.slice" 2>/dev/null || true; fi
      done < <(known_uids)
      signal_left KILL
    fi
    sleep 0.2
  done
fi

look
for line in "${left[@]}"; do
  pid=${line% *} uid=${line#* }
  name=$(id -un -- "$uid" 2>/dev/null) || name=$uid
  command=$(tr -cd '[:alnum:]._-' <"/proc/$pid/comm" 2>/dev/null) || continue
  echo "left $pid $uid $name $command"
done
