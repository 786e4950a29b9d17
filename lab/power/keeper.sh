#!/bin/bash
# keeper.sh NUMBER LABS IMAGES FIRMWARE KIND STORAGE HOST…: holds lab NUMBER while standard input is open, then removes
# everything, even if the process at the other end was killed. Exits with 75 if the lab number is taken.
# Reads commands on standard input and writes events on standard output: see lab.sh.
set -u
trap '' PIPE INT TERM HUP
number=$1 labs=$2
here=$(dirname "$(realpath "$0")")

exec 9>"$labs/$number.lock"
flock -n 9 || exit 75

clear_away() {
  "$here/sweep.sh" "$number" "$labs/$number"
}
clear_away
# Remove leftovers of labs whose keepers were killed, or whose machine lost power.
for folder in "$labs"/*/; do
  other=$(basename "$folder")
  [[ $other == "$number" || ! $other =~ ^[0-9]+$ ]] || (flock -n 8 && "$here/sweep.sh" "$other" "$labs/$other") 8>"$labs/$other.lock"
done
mkdir -p "$labs/$number"
# The end of the namespace's first process ends every process, mount, loop device and network namespace of the lab.
setpriv --pdeathsig KILL unshare --mount --propagation private --pid --fork --kill-child "$here/lab.sh" "$@"
status=$?
clear_away
exit "$status"
