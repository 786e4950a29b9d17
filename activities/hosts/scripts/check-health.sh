# R8, after the reboot: whether the host is up, and what failed. Argument: HOME (/csehome). Prints key=value lines.
set +e
echo "state=$(timeout 240 systemctl is-system-running --wait 2>/dev/null)"
echo "failed=$(systemctl list-units --state=failed --plain --no-legend | awk '{print $1}' | paste -sd, -)"
# The first look mounts what is mounted on demand.
stat -t "$1/." >/dev/null 2>&1
mountpoint -q "$1" && echo home=mounted || echo home=missing
