#!/bin/bash
# build.sh WORK: creates WORK/gpu.img and WORK/storage.img: btrfs disks that every host of a lab is cloned from.
# Runs in its own mount namespace; prints a line `progress: …` before each part.
set -euo pipefail
work=$1 here=$(dirname "$(realpath "$0")")
disk=$work/disk top=$work/top tree=$work/top/snapshots/base
say() { echo "progress: $*"; }

say 'packages of the base system (mmdebstrap)'
mmdebstrap --quiet --variant=minbase --include="$(paste -sd, "$here/packages.txt")" bookworm "$work/base.tar"

say 'root of a GPU host'
truncate -s 3G "$disk"
mkfs.btrfs -q "$disk"
mkdir -p "$top"
mount -o loop "$disk" "$top"
mkdir "$top/snapshots"
btrfs -q subvolume create "$tree"
tar -C "$tree" -xpf "$work/base.tar" --xattrs --xattrs-include='*' --exclude='./dev/*'
rm "$work/base.tar"
"$here/root.sh" "$tree" "$work"
cat >"$tree/etc/fstab" <<FSTAB
/dev/nvme0n1p2 /root/btrfs-toplevel btrfs noauto,subvolid=5 0 0
/dev/nvme0n1p2 /local btrfs subvol=local 0 0
tmpfs /var/lib/systemd tmpfs mode=755 0 0
tmpfs /var/log tmpfs mode=755 0 0
tmpfs /var/tmp tmpfs mode=1777 0 0
tmpfs /tmp tmpfs mode=1777 0 0
FSTAB
btrfs property set -ts "$tree" ro true
btrfs -q subvolume snapshot "$tree" "$top/root"
btrfs -q subvolume snapshot -r "$tree" "$top/old-root"
btrfs subvolume set-default "$top/root"
btrfs -q subvolume create "$top/local"
mkdir -p "$top/local/.docker"/{root,bacchus}
chown 999:999 "$top/local/.docker/bacchus"
read -r users _ next <"$work/ids.tsv"
while IFS=$'\t' read -r user uid _ range; do
  [[ -n $range ]] || continue
  data=$top/local/.docker/$user
  mkdir -p "$data/overlay2/layer/diff/etc"
  head -c $((100000 + uid % 9 * 30000)) /dev/urandom >"$data/overlay2/layer/diff/blob"
  chown -R "$uid:$users" "$data"
  chown -R "$((next + 1)):$((next + 1))" "$data/overlay2/layer/diff"
  next=$((next + 65536))
done <"$work/people.tsv"
umount "$top"

say 'disk of the storage host'
cp --sparse=always "$disk" "$work/storage"
mount -o loop,subvolid=5 "$work/storage" "$top"
btrfs -q subvolume delete "$top/local"
sed -i 's|/local btrfs subvol=local|/csehome btrfs subvol=csehome|' "$top/root/etc/fstab"
btrfs -q subvolume create "$top/csehome"
"$here/homes.sh" "$top/csehome" "$work"
mkdir -p "$top/backups/gpu"
for name in 2025-08-12-wipe 2026-03-03-wipe 2026-08-20-wipe; do
  btrfs -q subvolume snapshot -r "$top/csehome" "$top/backups/gpu/$name"
done
umount "$top"

say 'keeping the images'
# Sparse, and not compressed: each lab copies them, and unpacking took it two seconds of processor time.
cp --sparse=always "$disk" "$work/gpu.img"
mv "$work/storage" "$work/storage.img"
rm -r "$disk" "$top" "$work/repo" "$work/people.tsv" "$work/ids.tsv"
