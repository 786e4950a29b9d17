# R3, until R6. By hand: write a file as below to /etc/ssh/sshd_config.d, systemctl reload sshd; delete it to open.
# Closes SSH logins for all accounts but the administrators and the exempt ones, or opens them, and reports the state.
#
#   login-lock close|look|open|reopen FILE SINCE ADMITTED…
#   login-lock after-boot FILE '' TOPLEVEL
#
# `after-boot`: checks the lock only if the root from before this boot has one, whose file names the admitted accounts; prints
# that file as `kept=`. Otherwise prints nothing.
#
# `reopen`: like `open`, but without the check whether the lock held. The caller has just checked that.
#
# The lock is a file in sshd's own configuration. It lies in the root, so it survives a reboot. `nologin` would also
# lock out the administrators. SINCE goes into the file; an existing file keeps its own.
#
# Every mode ends with a real login attempt at the running sshd, from this host, as an account that is not admitted. The
# journal of that sshd gives the reason for the refusal. sshd checks DenyUsers before it checks any key, so the key does
# not matter. Prints `since=`, `changed=yes|no`, `admitted=`, `tried=USER`, `refused=lock|key`; when it opens a lock
# also `was=` (since when the lock existed) and `before=lock|key`.
mode=$1 file=$2 since=$3
shift 3
sshd=$(command -v sshd) || fail 'sshd is not installed: install openssh'

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
# Whether the configuration denies this account.
denied() { # USER
  local config
  config=$("$sshd" -T -C "user=$1,host=localhost,addr=127.0.0.1,laddr=127.0.0.1,lport=22") || fail "sshd -T failed: its configuration is broken; sshd -t shows where"
  grep -qixF 'denyusers *' <<<"$config"
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
    # A socket starts a new sshd for each login, so it needs no reload.
    if systemctl is-active --quiet "$unit"; then
      systemctl reload "$unit"
      return
    fi
  done
}

# Ends all connections that have not authenticated. A connection from before the lock would log in by the old
# configuration.
end_unauthenticated() {
  local status pid parent title
  for status in /proc/[0-9]*/status; do
    pid=${status//[!0-9]/}
    title=$(tr '\0' ' ' <"/proc/$pid/cmdline" 2>/dev/null) || continue
    [[ $title =~ ^(sshd|sshd-session|sshd-auth): && $title =~ \[(net|preauth|accepted)\] ]] || continue
    parent=$(awk '$1 == "PPid:" { print $2 }' "$status" 2>/dev/null) || continue
    # The listener stays. The privileged half of the connection ends too.
    if [[ $(tr '\0' ' ' <"/proc/$parent/cmdline" 2>/dev/null) =~ ^sshd(-session)?:.*\[priv\] ]]; then kill "$parent" 2>/dev/null || true; fi
    kill "$pid" 2>/dev/null || true
  done
}
# Fails if an sshd with a configuration of its own listens here: the lock would not apply to it.
demand_one_sshd() {
  local pid title others=()
  while read -r pid; do
    title=$(tr '\0' ' ' <"/proc/$pid/cmdline" 2>/dev/null) || continue
    [[ $title != *' -f '* ]] || others+=("pid $pid: $title")
  done < <(pgrep -u 0 -x sshd || true)
  ((${#others[@]} == 0)) ||
    fail "another sshd listens here with its own configuration, to which the lock does not apply (${others[*]}): stop it, then retry"
}

# Prints an account that is not admitted: an ordinary account, or `nobody`, which the lock denies too.
ordinary() {
  local name uid
  while IFS=: read -r name _ uid _; do
    ((uid >= 1000 && uid != 65534)) && [[ $name =~ ^[a-z_][a-z0-9_-]*$ && ! " $* " == *" $name "* ]] && echo "$name" && return
  done < <(getent passwd)
  echo nobody
}
# Prints the journal lines of sshd itself. Any user can write a journal line under its name, and root programs quote
# what users type. So the filter uses the writer's uid, which comes from the kernel, and callers compare whole lines.
# The unit is unknown if the process ends at once. journalctl skips the first match after a cursor, so the filter runs
# here.
sshd_lines() {
  journalctl --quiet --output=json --output-fields=MESSAGE,_UID,SYSLOG_IDENTIFIER "$@" | grep -F '"_UID":"0"' |
    grep -E '"SYSLOG_IDENTIFIER":"sshd(-session|-auth)?"' | sed -n 's/.*"MESSAGE":"\(\([^"\\]\|\\.\)*\)".*/\1/p' || true
}
# Prints `lock` or `key`: why the running sshd refuses the account.
attempt() { # USER
  local place port folder cursor output seen=''
  place=$("$sshd" -T | awk '$1 == "listenaddress" { print $2; exit }')
  port=${place##*:} place=${place%:*}
  case $place in 0.0.0.0 | '[::]' | '') place=127.0.0.1 ;; esac
  place=${place#[} place=${place%]}
  folder=$(mktemp -d /run/semester-login.XXXXXX)
  ssh-keygen -q -t ed25519 -N '' -f "$folder/key"
  cursor=$(journalctl --quiet --lines=0 --show-cursor | sed -n 's/^-- cursor: //p')
  # After a reload, sshd listens again a moment later. The default key exchange takes most of the login's processor time;
  # here nothing leaves the host.
  for _ in {1..50}; do
    output=$(ssh -F none -o BatchMode=yes -o IdentitiesOnly=yes -i "$folder/key" -o StrictHostKeyChecking=no -o LogLevel=ERROR \
      -o KexAlgorithms=^curve25519-sha256 \
      -o UserKnownHostsFile=/dev/null -o ConnectTimeout=10 -p "$port" -l "$1" -- "$place" true 2>&1 </dev/null) && break
    [[ $output != *'Permission denied'* ]] || break
    pause 0.1
  done
  rm -rf -- "$folder"
  [[ $output == *'Permission denied'* ]] || fail "the sshd at $place port $port did not refuse $1; ssh printed: ${output:-nothing}"
  for _ in {1..50}; do
    seen=$(sshd_lines ${cursor:+--after-cursor="$cursor"})
    if grep -qxE "User $1 from [^ ]+ not allowed because listed in DenyUsers" <<<"$seen"; then
      echo lock
      return
    fi
    # sshd logs this for an account that it would admit with the right key.
    if grep -qE "^(Connection (closed|reset) by|Disconnected from) authenticating user $1 [^ ]+ port [0-9]+" <<<"$seen"; then
      echo key
      return
    fi
    pause 0.1
  done
  fail "sshd refused $1, but its journal gives no reason: set LogLevel to INFO in /etc/ssh/sshd_config"
}

if [[ $mode == after-boot ]]; then
  mount_toplevel "$1"
  kept=$(root_before "$1")$file
  [[ -e $kept ]] || exit 0
  echo "kept=$kept"
  IFS=, read -ra names < <(sed -n 's/^Match User \*,//p' "$kept")
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
      fail "the lock would lock out $name: check Match and DenyUsers in /etc/ssh; nothing was changed"
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
    # Checks whether the lock held until now.
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
# A login during a reload may still reach the old sshd.
for _ in 1 2 3; do
  [[ $mode/$refused == close/key || $mode/$refused == *open/lock ]] || break
  pause 0.5
  refused=$(attempt "$outsider")
done
echo "since=$(since_of)"
echo "changed=$changed"
echo "admitted=$(sed -n 's/^Match User //p' "$file" 2>/dev/null || true)"
echo "tried=$outsider"
echo "refused=$refused"
