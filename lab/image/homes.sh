#!/bin/bash
# homes.sh CSEHOME WORK: fills the storage host's home subvolume with the administrators' folder and all users' homes.
set -euo pipefail
csehome=$1 work=$2
read -r users _ <"$work/ids.tsv"

mkdir -p "$csehome/bacchus/images" "$csehome/bacchus/.ssh"
cp -r "$work/repo" "$csehome/bacchus/repo"
cp "$work/key.pub" "$csehome/bacchus/.ssh/authorized_keys"
echo 'How the servers are run.' >"$csehome/bacchus/NOTES.md"
chown -R 999:999 "$csehome/bacchus"
chmod 711 "$csehome/bacchus"
chmod 700 "$csehome/bacchus/.ssh"

while IFS=$'\t' read -r user uid name _; do
  home=$csehome/$user
  mkdir -p "$home/.ssh" "$home/project/data/raw" "$home/project/checkpoints"
  cp "$work/key.pub" "$home/.ssh/authorized_keys"
  echo "$name" >"$home/README.txt"
  for n in 1 2 3; do
    head -c $((20000 + uid % 7 * 9000)) /dev/urandom >"$home/project/data/raw/part-$n.bin"
    head -c $((40000 + uid % 5 * 7000)) /dev/urandom >"$home/project/checkpoints/epoch-$n.pt"
  done
  ln -s /etc/passwd "$home/project/data/elsewhere"
  ln "$home/README.txt" "$home/project/README.txt"
  # Names that break shells and line-based tools.
  if [[ $user == niaj ]]; then
    touch "$home/-rf" "$home/two words" "$home/"$'line\nbreak' "$home/"$'\xff not utf-8' "$home/\$(reboot)"
  fi
  # Users may create subvolumes below their homes; a snapshot of the homes does not include them.
  if [[ $user == erin ]]; then
    btrfs -q subvolume create "$home/datasets"
    head -c 300000 /dev/urandom >"$home/datasets/images.bin"
  fi
  chown -hR "$uid:$users" "$home"
  chmod 700 "$home" "$home/.ssh"
done <"$work/people.tsv"
