#!/bin/bash
# disks.sh IMAGES STORAGE HOST…: clones every machine's disk and firmware variables, and writes each root's own identity.
set -euo pipefail
images=$1 storage=$2
shift
cd "$LAB_DIR/disks"
# Where the partition with btrfs begins and how long it is: see build.sh.
start=$((513 * 1024 * 1024)) size=$((3 * 1024 * 1024 * 1024))
fleet=("${@:2}")

identify() { # HOST ADDRESS
  local host=$1 address=$2 top=/run/lab/$1 etc device
  mkdir -p "$top"
  device=$(losetup --find --show --offset "$start" --sizelimit "$size" "$host.img")
  # Clones share an fsid, and kernels before 6.7 do not mount two file systems with the same fsid.
  btrfstune -fm "$device"
  mount -o subvolid=5 "$device" "$top"
  losetup --detach "$device"
  btrfs property set -ts "$top/root" ro false
  etc=$top/root/etc
  echo "$host" >"$etc/hostname"
  cp /run/lab/hosts "$etc/hosts"
  systemd-id128 new >"$etc/machine-id"
  ssh-keygen -q -t ed25519 -N '' -C "root@$host" -f "$etc/ssh/ssh_host_ed25519_key"
  cp "$etc/ssh/ssh_host_ed25519_key.pub" "$LAB_DIR/host-keys/$host.pub"
  echo 'bacchus ALL=(ALL:ALL) NOPASSWD: ALL' >"$etc/sudoers.d/bacchus"
  chmod 440 "$etc/sudoers.d/bacchus"
  install -d -m 700 "$top/root/root/.ssh"
  cp "$images/key.pub" "$top/root/root/.ssh/authorized_keys"
  printf '[Match]\nName=en*\n[Network]\nAddress=%s\nLinkLocalAddressing=no\n' "$address" >"$etc/systemd/network/10-lab.network"
  if [[ $host == "$storage" ]]; then
    echo "/csehome ${fleet[*]/%/(rw,no_subtree_check)}" >"$etc/exports"
    ln -s /lib/systemd/system/nfs-server.service "$etc/systemd/system/multi-user.target.wants/nfs-server.service"
  fi
  btrfs property set -ts "$top/root" ro true
  umount "$top"
}
echo '127.0.0.1 localhost' >/run/lab/hosts
for host in "$@"; do
  cp --sparse=always "$images/machine.img" "$host.img"
  cp /usr/share/OVMF/OVMF_VARS_4M.fd "$host.vars"
  address=$(<"/run/lab/$host.address")
  echo "${address%/*} $host" >>/run/lab/hosts
done
# One after the other: before btrfstune they have the same fsid.
for host in "$@"; do identify "$host" "$(<"/run/lab/$host.address")"; done
