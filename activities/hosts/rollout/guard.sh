# Needs roots.sh. Needs boot.sh. Needs back.sh.
# R8: a unit of every root that is made from an image. Unless this boot is confirmed in time (confirm-boot.sh), it goes back to
# the old root and reboots. It rests on nothing but the disk: no network, no sshd, no homes, no other unit. Where it is not armed,
# or for another root than this one, it ends at once. By hand: systemctl stop semester-guard; rm …/semester/guard
# Arguments: TOPLEVEL JOBS ESP|''
# The clock may be set meanwhile; this one only goes on.
uptime_seconds() { cut -d. -f1 /proc/uptime; }
began=$(uptime_seconds)
until (use_roots "$1" "$2"); do sleep 1; done
use_roots "$1" "$2"
[[ -e $armed && $(armed_value root) == "$(uuid_of /)" ]] || exit 0

end=$((began + $(armed_value seconds)))
while [[ -e $armed && -z $(armed_value why) ]] && (($(uptime_seconds) < end)); do sleep 0.5; done
# What is in the way, a full partition, is no more often looked at than it can be mended; nobody is locked out meanwhile.
for ((pause = 5; ; pause = pause < 150 ? pause * 2 : 300)); do
  lock_guard 600
  [[ -e $armed ]] || exit 0
  lock_window
  trap '' TERM INT HUP
  # A new kernel that cannot mount its partition stays, and is still better off with the root that ran.
  boot=$3
  (use_boot "$1" "$2" "$boot") || boot=''
  use_boot "$1" "$2" "$boot"
  why=$(armed_value why)
  (go_back "${why:-nobody confirmed it within $(armed_value seconds) s}") &
  if wait $!; then break; fi
  trap - TERM INT HUP
  exec 8>&- 9>&-
  echo "this host cannot go back to its old root: mend what is said above. Tried again in $pause s; at once by: systemctl restart semester-guard" >&2
  sleep "$pause"
done
sync
trap - TERM INT HUP
# A unit that does not stop holds nothing up for ever.
systemctl --no-block reboot || true
sleep 120
systemctl --force reboot || true
sleep 60
systemctl --force --force reboot
