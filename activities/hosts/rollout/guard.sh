# Needs roots.sh. Needs boot.sh. Needs back.sh. Needs obstacles.sh. Needs trial.sh.
# R8: a unit in every root made from an image. Unless confirm-boot.sh confirms this boot in time, it reverts to the old
# root and reboots. A root that is only tried needs no revert: the reboot is enough. It finishes a confirmation that a power cut
# interrupted. It depends only on the disk: no network, sshd, homes or other unit. If it is not armed, or armed for another
# root, it ends at once. By hand: systemctl stop semester-guard; rm …/semester/guard
# Arguments: TOPLEVEL JOBS ESP|''
# The clock may be set meanwhile. The uptime is monotonic. The waiting starts no process but `sleep`: the host is busy with its boot.
read_uptime() {
  read -r uptime _ </proc/uptime
  uptime=${uptime%.*}
}
is_decided() { # whether a revert or a commit has begun, or nothing is armed any more
  local line
  [[ -e $armed ]] || return 0
  while read -r line; do
    [[ $line != why=?* && $line != committing=yes ]] || return 0
  done <"$armed"
  return 1
}
read_uptime
began=$uptime
until (use_roots "$1" "$2"); do
  # A tried root that cannot read its own state never will.
  if ((uptime >= 1800)) && grep -qw gpu_semester.trial /proc/cmdline; then systemctl --force reboot; fi
  sleep 1
  read_uptime
done
use_roots "$1" "$2"
esp=$3
[[ -e $armed && $(armed_value root) == "$(uuid_of /)" ]] || exit 0

end=$((began + $(armed_value seconds)))
until is_decided || ((uptime >= end)); do
  sleep 2
  read_uptime
done
# A full partition may block a revert or a commit. Retries ever less often, since a person must free space; logins still
# work meanwhile. Nothing blocks the reboot that ends a trial.
for ((pause = 5; ; pause = pause < 150 ? pause * 2 : 300)); do
  lock_guard 600
  [[ -e $armed ]] || exit 0
  why=$(armed_value why)
  why=${why:-not confirmed within $(armed_value seconds) s}
  use_trial
  if is_trial && ! is_committing; then
    end_trial "$why" || true
    break
  fi
  lock_window
  trap '' TERM INT HUP
  # If the new kernel cannot mount the ESP, its boot files stay. Reverting the root alone is still better.
  boot=$3
  (use_boot "$1" "$2" "$boot") || boot=''
  use_boot "$1" "$2" "$boot"
  use_trial
  if is_committing; then
    (commit) &
    if wait $!; then exit 0; fi
    doing='finish the confirmation of its root'
  else
    (go_back "$why") &
    if wait $!; then break; fi
    doing='revert to its old root'
  fi
  trap - TERM INT HUP
  exec 8>&- 9>&-
  echo "this host cannot $doing: repair the cause above. Next try in $pause s; at once: systemctl restart semester-guard" >&2
  sleep "$pause"
done
sync
trap - TERM INT HUP
# Does not wait: a unit that does not stop must not block the reboot.
systemctl --no-block reboot || true
sleep 120
systemctl --force reboot || true
sleep 60
systemctl --force --force reboot
