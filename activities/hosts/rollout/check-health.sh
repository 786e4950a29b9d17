# R8, after the reboot: whether the host is up, and what is not as it should be.
# Arguments: TOPLEVEL HOME (/csehome) CHECK…: the site's own commands (update.checks). Prints key=value lines; failed_check_N=yes for
# the Nth that fails, from 0 on.
set +e
echo "state=$(timeout 240 systemctl is-system-running --wait 2>/dev/null)"
echo "failed=$(systemctl list-units --state=failed --plain --no-legend | awk '{print $1}' | paste -sd, -)"
# The first look mounts what is mounted on demand.
stat -t "$2/." >/dev/null 2>&1
mountpoint -q "$2" && echo home=mounted || echo home=missing
# A root without any kernel's modules is a container's, or has a kernel that needs none.
echo "kernel=$(uname -r)"
sed -n 's/^kernels=/brought=/p' /etc/semester-image 2>/dev/null
if compgen -G '/usr/lib/modules/*/modules.dep' >/dev/null && [ ! -d "/usr/lib/modules/$(uname -r)" ]; then echo modules=missing; fi
for ((at = 3; at <= $#; at++)); do
  timeout 60 bash -c "${!at}" >/dev/null 2>&1 </dev/null || echo "failed_check_$((at - 3))=yes"
done
# Whoever had a range for Docker before the swap has it still.
mount_toplevel "$1"
for file in subuid subgid; do comm -23 <(sort -u "$1/old-root/etc/$file" 2>/dev/null) <(sort -u "/etc/$file"); done |
  cut -d: -f1 | sort -u | paste -sd, - | sed 's/^/ungranted=/'
