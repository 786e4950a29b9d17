#!/bin/bash
# runbook.sh SSH-CONFIG TOPLEVEL IMAGES NAME HOST…: R8 on each follower, as in the runbook, one host after the other.
# Standard input: the administrators' password, for sudo. Prints `received HOST SECONDS` for each.
# It adds two things to the runbook. It copies the host's own files from the old root into the new one, because an image
# contains the leader's host key; the root becomes read-only after that. And it waits for each host before the next.
set -euo pipefail
config=$1 top=$2 images=$3 name=$4
shift 4
read -r password

# shellcheck disable=SC2016 # for the hosts' own shell
FOLLOW='
set -euo pipefail
top=$1 images=$2 name=$3
mountpoint -q "$top" || mount "$top"
began=$(date +%s.%N)
zstd -d -c -T0 "$images/$name.zst" | btrfs receive -q "$top/snapshots/"
echo "received $(uname -n) $(date +%s.%N) $began" | awk "{ print \$1, \$2, \$3 - \$4 }"
btrfs subvolume delete "$top/old-root" >&2
mv "$top/root" "$top/old-root"
btrfs subvolume snapshot "$top/snapshots/$name" "$top/root" >&2
cd "$top/old-root"
cp -a --parents etc/ssh/ssh_host_* etc/hostname etc/hosts etc/machine-id etc/fstab etc/subuid etc/subgid "$top/root"
btrfs property set -ts "$top/root" ro true
btrfs subvolume set-default "$top/root"
btrfs subvolume get-default / | grep -q " path root$"'

on() { # HOST COMMAND…, as root
  local host=$1
  shift
  ssh -F "$config" -o ConnectTimeout=2 "$host" "sudo -S -p '' -- $(printf '%q ' "$@")" <<<"$password"
}
boot_id() { ssh -F "$config" -o ConnectTimeout=2 "$1" cat /proc/sys/kernel/random/boot_id </dev/null 2>/dev/null || true; }

for host in "$@"; do
  on "$host" bash -c "$FOLLOW" follow "$top" "$images" "$name"
  before=$(boot_id "$host")
  on "$host" reboot || true
  for ((tries = 0; ; tries++)); do
    now=$(boot_id "$host")
    [[ -z $now || $now == "$before" ]] || break
    ((tries < 1500)) || { echo "$host is not back" >&2; exit 1; }
    sleep 0.2
  done
done
