# R3, and so until R6. By hand: write a file as below to /etc/ssh/sshd_config.d, systemctl reload sshd; delete it to open.
# Closes logins by SSH for everyone but the administrators and the kept, or opens them again, and says what is there.
#
#   login-lock close|look|open|reopen FILE SINCE ADMITTED…
#   login-lock after-boot FILE OLD-ROOT TOPLEVEL
#
# `after-boot`: looks only where the root before had the lock, whose file names the admitted; else prints nothing.
#
# `reopen`: as `open`, where it was looked at a moment ago whether the lock holds.
#
# The lock is a file of sshd's own configuration: it lies in the root, so it outlives a reboot. `nologin` would shut out the
# administrators as well. SINCE goes into the file; one that is there keeps its own.
#
# Every mode ends with a real attempt to log in to the sshd that runs, from this host, as somebody who is not admitted,
# and with that sshd's own reason for the refusal in the journal: it looks at who may come in before it looks at any key,
# so that the key does not matter. Prints `since=`, `changed=yes|no`, `admitted=`, `tried=USER`, `refused=lock|key`; of one that is opened also `was=` (since when it was there)
# and `before=lock|key`.
mode=$1 file=$2 since=$3
shift 3
sshd=$(command -v sshd) || fail 'there is no sshd here: install openssh'

content() { # SINCE NAME…
  local at=$1 name pattern='*'
  shift
  for name in "$@"; do pattern+=",!$name"; done
  cat <<LOCK
# Logins are closed by gpu-semester since $at, until the semester reopens. To open them by hand:
# semester host open HOST, or delete this file (btrfs property set -ts / ro false before, true after) and systemctl reload sshd.
Match User $pattern
  DenyUsers *
LOCK
}
since_of() { sed -n 's/^# Logins are closed by gpu-semester since \([^ ,]*\),.*/\1/p' "$file" 2>/dev/null || true; }
# What the configuration says of somebody.
denied() { # USER
  local said
  said=$("$sshd" -T -C "user=$1,host=localhost,addr=127.0.0.1,laddr=127.0.0.1,lport=22") || fail "sshd -T: its configuration is broken; sshd -t says where"
  grep -qixF 'denyusers *' <<<"$said"
}

write() {
  mkdir -p -- "${file%/*}"
  content "$@" >"$file.new"
  chmod 644 -- "$file.new"
  mv -fT -- "$file.new" "$file"
}
reload() {
  local unit
  for unit in sshd.service ssh.service; do
    # Where a socket starts sshd anew for each login, there is nothing to tell.
    if systemctl is-active --quiet "$unit"; then
      systemctl reload "$unit"
      return
    fi
  done
}

# A connection that was opened before the lock would get its session by the configuration of that time. Ends all that have not signed in.
end_unauthenticated() {
  local status pid parent title
  for status in /proc/[0-9]*/status; do
    pid=${status//[!0-9]/}
    title=$(tr '\0' ' ' <"/proc/$pid/cmdline" 2>/dev/null) || continue
    [[ $title =~ ^(sshd|sshd-session|sshd-auth): && $title =~ \[(net|preauth|accepted)\] ]] || continue
    parent=$(awk '$1 == "PPid:" { print $2 }' "$status" 2>/dev/null) || continue
    # The listener stays; the half that runs as root goes as well.
    if [[ $(tr '\0' ' ' <"/proc/$parent/cmdline" 2>/dev/null) =~ ^sshd(-session)?:.*\[priv\] ]]; then kill "$parent" 2>/dev/null || true; fi
    kill "$pid" 2>/dev/null || true
  done
}
# Every sshd that listens here reads the lock, or is named: one with a configuration of its own would let people in.
demand_one_sshd() {
  local pid title others=()
  while read -r pid; do
    title=$(tr '\0' ' ' <"/proc/$pid/cmdline" 2>/dev/null) || continue
    [[ $title != *' -f '* ]] || others+=("pid $pid: $title")
  done < <(pgrep -u 0 -x sshd || true)
  ((${#others[@]} == 0)) ||
    fail "another sshd listens here with a configuration of its own, which the lock does not reach (${others[*]}): stop it, then retry"
}

# Somebody who is not admitted: an ordinary account, else nobody, whom the lock names as little.
ordinary() {
  local name uid
  while IFS=: read -r name _ uid _; do
    ((uid >= 1000 && uid != 65534)) && [[ $name =~ ^[a-z_][a-z0-9_-]*$ && ! " $* " == *" $name "* ]] && echo "$name" && return
  done < <(getent passwd)
  echo nobody
}
# What sshd itself wrote. Any user can write a line to the journal under its name, and root programs quote what users type: the writer's
# uid comes from the kernel, and whole lines are compared. The unit is unknown where the process ends at once. Filtered here, since
# journalctl passes over the first match after a cursor.
sshd_lines() {
  journalctl --quiet --output=json --output-fields=MESSAGE,_UID,SYSLOG_IDENTIFIER "$@" | grep -F '"_UID":"0"' |
    grep -E '"SYSLOG_IDENTIFIER":"sshd(-session|-auth)?"' | sed -n 's/.*"MESSAGE":"\(\([^"\\]\|\\.\)*\)".*/\1/p' || true
}
# Prints `lock` or `key`: why the sshd that runs refuses them.
attempt() { # USER
  local place port folder cursor said seen=''
  place=$("$sshd" -T | awk '$1 == "listenaddress" { print $2; exit }')
  port=${place##*:} place=${place%:*}
  case $place in 0.0.0.0 | '[::]' | '') place=127.0.0.1 ;; esac
  place=${place#[} place=${place%]}
  folder=$(mktemp -d /run/semester-login.XXXXXX)
  ssh-keygen -q -t ed25519 -N '' -f "$folder/key"
  cursor=$(journalctl --quiet --lines=0 --show-cursor | sed -n 's/^-- cursor: //p')
  # It listens again a moment after a reload.
  for _ in {1..50}; do
    said=$(ssh -F none -o BatchMode=yes -o IdentitiesOnly=yes -i "$folder/key" -o StrictHostKeyChecking=no -o LogLevel=ERROR \
      -o UserKnownHostsFile=/dev/null -o ConnectTimeout=10 -p "$port" -l "$1" -- "$place" true 2>&1 </dev/null) && break
    [[ $said != *'Permission denied'* ]] || break
    sleep 0.1
  done
  rm -rf -- "$folder"
  [[ $said == *'Permission denied'* ]] || fail "$1 was to be refused by the sshd at $place port $port, and it said: ${said:-nothing}"
  for _ in {1..50}; do
    seen=$(sshd_lines ${cursor:+--after-cursor="$cursor"})
    if grep -qxE "User $1 from [^ ]+ not allowed because listed in DenyUsers" <<<"$seen"; then
      echo lock
      return
    fi
    # What sshd says of somebody whom it would let in with the right key.
    if grep -qE "^(Connection (closed|reset) by|Disconnected from) authenticating user $1 [^ ]+ port [0-9]+" <<<"$seen"; then
      echo key
      return
    fi
    sleep 0.1
  done
  fail "sshd refused $1 and its journal does not say why: set LogLevel to INFO in /etc/ssh/sshd_config"
}

if [[ $mode == after-boot ]]; then
  mount_toplevel "$1"
  [[ -e $since$file ]] || exit 0
  IFS=, read -ra names < <(sed -n 's/^Match User \*,//p' "$since$file")
  set -- "${names[@]#!}"
  mode=look
fi
changed=no
admitted=$(printf '%s\n' "$@" | sort -u | paste -sd ' ' -)
read -ra names <<<"$admitted"
case $mode in
close)
  demand_one_sshd
  at=$(since_of)
  at=${at:-$since}
  if [[ ! -e $file || $(<"$file") != "$(content "$at" "${names[@]}")" ]]; then
    [[ $at != "$since" ]] || changed=yes
    in_window write "$at" "${names[@]}"
  fi
  outsider=$(ordinary "${names[@]}")
  for name in "${names[@]}"; do
    if denied "$name"; then
      in_window rm -f -- "$file"
      fail "the lock would shut out $name: look at Match and DenyUsers in /etc/ssh; nothing was changed"
    fi
  done
  if ! denied "$outsider"; then
    in_window rm -f -- "$file"
    fail "sshd does not read $file: put \"Include ${file%/*}/*.conf\" at the top of /etc/ssh/sshd_config"
  fi
  reload
  end_unauthenticated
  ;;
open | reopen)
  if [[ -e $file ]]; then
    changed=yes
    echo "was=$(since_of)"
    # Whether it has held until now.
    if [[ $mode == open ]]; then
      before=$(attempt "$(ordinary "${names[@]}")")
      echo "before=$before"
    fi
    in_window rm -f -- "$file"
    reload
  fi
  ;;
esac
outsider=$(ordinary "${names[@]}")
refused=$(attempt "$outsider")
# A login that comes in the moment of a reload may still meet the sshd of before.
for _ in 1 2 3; do
  [[ $mode/$refused == close/key || $mode/$refused == *open/lock ]] || break
  sleep 0.5
  refused=$(attempt "$outsider")
done
echo "since=$(since_of)"
echo "changed=$changed"
echo "admitted=$(sed -n 's/^Match User //p' "$file" 2>/dev/null || true)"
echo "tried=$outsider"
echo "refused=$refused"
