# Needs roots.sh. Needs boot.sh. Needs back.sh.
# R8: a unit in every root made from an image. Unless confirm-boot.sh confirms this boot in time, it reverts to the old
# root and reboots. It depends only on the disk: no network, sshd, homes or other unit. If it is not armed, or armed for
# another
# root, it ends at once. By hand: systemctl stop semester-guard; rm …/semester/guard
# Arguments: TOPLEVEL JOBS ESP|''
# The clock may be set meanwhile. The uptime is monotonic.
uptime_seconds() { cut -d. -f1 /proc/uptime; }
began=$(uptime_seconds)
until (use_roots "$1" "$2"); do sleep 1; done
use_roots "$1" "$2"
[[ -e $armed && $(armed_value root) == "$(uuid_of /)" ]] || exit 0

end=$((began + $(armed_value seconds)))
while [[ -e $armed && -z $(armed_value why) ]] && (($(uptime_seconds) < end)); do sleep 0.5; done
# A full partition may block the revert. Retries ever less often, since a person must free space; logins still work
# meanwhile.
for ((pause = 5; ; pause = pause < 150 ? pause * 2 : 300)); do
  lock_guard 600
  [[ -e $armed ]] || exit 0
  lock_window
  trap '' TERM INT HUP
  # If the new kernel cannot mount the ESP, its boot files stay. Reverting the root alone is still better.
  boot=$3
  (use_boot "$1" "$2" "$boot") || boot=''
  use_boot "$1" "$2" "$boot"
  why=$(armed_value why)
  (go_back "${why:-not confirmed within $(armed_value seconds) s}") &
  if wait $!; then break; fi
  trap - TERM INT HUP
  exec 8>&- 9>&-
  echo "this host cannot revert to its old root: repair the cause above. Next try in $pause s; at once: systemctl restart semester-guard" >&2
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
