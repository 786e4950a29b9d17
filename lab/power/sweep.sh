#!/bin/bash
# sweep.sh NUMBER FOLDER: removes what outlives the processes of lab NUMBER: its control groups, its folder, and its
# loop devices after a crash. The caller holds the lab's lock.
set -u
number=$1 folder=$2
groups=$(mktemp -d)
# shellcheck disable=SC2016 # the inner bash expands it
if unshare --mount --propagation private bash -c '
  mount -t cgroup2 cgroup2 "$1" || exit 1
  shopt -s nullglob
  for group in "$1"/lab-"$2"-*; do
    echo 1 2>/dev/null >"$group/cgroup.kill"
    for try in {1..100}; do
      find "$group" -depth -type d -exec rmdir {} + 2>/dev/null
      [[ -d $group ]] || break
      sleep 0.05
    done
  done' sweep "$groups" "$number"; then :; fi
rmdir "$groups"
losetup --list --noheadings --output NAME,BACK-FILE | while read -r device file; do
  [[ $file == "$folder"/* ]] && losetup --detach "$device"
done
# The services end shortly after the owner, and may write until then.
for _ in {1..100}; do
  rm -rf --one-file-system "$folder" 2>/dev/null && break
  sleep 0.05
done
