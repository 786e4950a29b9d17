# Needs checks.sh.
# R8, after the reboot: checks the host's health and prints every problem.
# Arguments: TOPLEVEL HOME (/csehome) CHECK…: the site's own commands (update.checks). Prints key=value lines, with
# failed_check_N=yes for the Nth check that fails, from 0.
set +e
echo "state=$(timeout 240 systemctl is-system-running --wait 2>/dev/null)"
echo "failed=$(systemctl list-units --state=failed --plain --no-legend | awk '{print $1}' | paste -sd, -)"
# The first access triggers the automount.
stat -t "$2/." >/dev/null 2>&1
mountpoint -q "$2" && echo home=mounted || echo home=missing
# A root without any kernel's modules belongs to a container, or its kernel needs none.
echo "kernel=$(uname -r)"
sed -n 's/^kernels=/brought=/p' /etc/semester-image 2>/dev/null
if compgen -G '/usr/lib/modules/*/modules.dep' >/dev/null && [ ! -d "/usr/lib/modules/$(uname -r)" ]; then echo modules=missing; fi
run_checks "${@:3}"
# Every account that had a Docker range before this boot must still have it.
mount_toplevel "$1"
before=$(root_before "$1")
for file in subuid subgid; do comm -23 <(sort -u "$before/etc/$file" 2>/dev/null) <(sort -u "/etc/$file"); done |
  cut -d: -f1 | sort -u | paste -sd, - | sed 's/^/ungranted=/'
