#!/bin/bash
# keeper.sh NUMBER LABS IMAGES FIRMWARE STORAGE HOST…: holds lab NUMBER as long as standard input stays open, then clears
# everything away, whatever became of the process at the other end. Exits 75 when that lab is taken.
# Standard input takes commands and standard output tells events: see lab.sh.
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
# What a power cut, or a SIGKILL of another lab's keeper, has left.
for folder in "$labs"/*/; do
  other=$(basename "$folder")
  [[ $other == "$number" || ! $other =~ ^[0-9]+$ ]] || (flock -n 8 && "$here/sweep.sh" "$other" "$labs/$other") 8>"$labs/$other.lock"
done
mkdir -p "$labs/$number"
# One kill of the namespace's first process takes every process, mount, loop device and network namespace with it.
setpriv --pdeathsig KILL unshare --mount --propagation private --pid --fork --kill-child "$here/lab.sh" "$@"
status=$?
clear_away
exit "$status"
