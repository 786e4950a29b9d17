#!/bin/bash
# disks.sh IMAGES STORAGE HOST…: clones every host's disk from the cached images and writes each root's own identity.
set -euo pipefail
images=$1 storage=$2 here=$(dirname "$(realpath "$0")")
shift 2
fleet=()
for host in "$@"; do [[ $host == pinga ]] || fleet+=("$host"); done
cd "$LAB_DIR/disks"

cp "$images/storage.img" "$storage.img" &
for host in "$@"; do cp "$images/gpu.img" "$host.img" & done
wait

identify() {
  local host=$1 top=/run/lab/$1
  # Clones share an fsid, and kernels before 6.7 do not mount two file systems with the same fsid.
  btrfstune -fm "$host.img"
  mkdir -p "$top"
  mount -o loop,subvolid=5 "$host.img" "$top"
  local etc=$top/root/etc
  echo "$host" >"$etc/hostname"
  printf '127.0.0.1 localhost\n127.0.1.1 %s\n' "$host" >"$etc/hosts"
  systemd-id128 new >"$etc/machine-id"
  ssh-keygen -q -t ed25519 -N '' -C "root@$host" -f "$etc/ssh/ssh_host_ed25519_key"
  cp "$etc/ssh/ssh_host_ed25519_key.pub" "$LAB_DIR/host-keys/$host.pub"
  local ask='NOPASSWD: '
  # On some sites sudo asks for the password.
  [[ $host != bernini && $host != faust ]] || ask=''
  echo "bacchus ALL=(ALL:ALL) ${ask}ALL" >"$etc/sudoers.d/bacchus"
  chmod 440 "$etc/sudoers.d/bacchus"
  if [[ $host == "$storage" ]]; then
    echo "/csehome ${fleet[*]/%/(rw,no_subtree_check)}" >"$etc/exports"
    install -m 755 "$here/exportfs" "$top/root/usr/sbin/exportfs"
  fi
  install -m 755 "$here/efibootmgr" "$here/lsblk" "$top/root/usr/local/sbin/"
  # A container boots no kernel. The kernels are as small as possible, and tell hosts apart.
  local boot=$LAB_DIR/firmware/$host/esp
  mkdir -p "$boot/EFI/BOOT" "$boot/loader/entries"
  for file in vmlinuz-linux initramfs-linux.img EFI/BOOT/BOOTX64.EFI loader/entries/arch.conf; do echo "of $host" >"$boot/$file"; done
  cp /proc/sys/kernel/random/uuid "$boot/../partition"
  if [[ $host == pinga ]]; then
    # Its /csehome holds only the administrators' home, for login.
    install -d -o 999 -g 999 -m 700 "$top/root/csehome/bacchus/.ssh"
    install -o 999 -g 999 -m 600 "$images/key.pub" "$top/root/csehome/bacchus/.ssh/authorized_keys"
    chown 999:999 "$top/root/csehome/bacchus"
  fi
  btrfs property set -ts "$top/root" ro true
  umount "$top"
}
for host in "$storage" "$@"; do identify "$host" & done
wait

# It stays mounted while the lab runs: the other hosts bind-mount its /csehome.
mkdir -p /run/lab/storage
mount -o loop,subvolid=5 "$storage.img" /run/lab/storage
