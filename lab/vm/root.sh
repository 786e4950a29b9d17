#!/bin/bash
# root.sh TREE: turns the root of a lab's container into one of a machine: devices, network, loader, kernel NFS.
set -euo pipefail
tree=$1
in_tree() { chroot "$tree" "$@"; }
mkdir -p "$tree/boot"
rm -rf "${tree:?}"/boot/*
# systemd mounts the devices of fstab here.
in_tree systemctl -q disable lab-disks.service
rm "$tree/etc/systemd/system/systemd-networkd.service"
in_tree systemctl -q enable systemd-networkd.service
in_tree systemctl -q disable nfs-server.service
in_tree systemctl -q mask systemd-networkd-wait-online.service rpc-statd-notify.service \
  systemd-boot-system-token.service systemd-boot-update.service systemd-random-seed.service systemd-binfmt.service \
  e2scrub_reap.service nfs-blkmap.service systemd-pstore.service modprobe@{configfs,dm_mod,drm,efi_pstore,fuse,loop}.service \
  dev-mqueue.mount sys-kernel-debug.mount sys-kernel-tracing.mount
cat >"$tree/etc/fstab" <<'FSTAB'
/dev/vda2 /root/btrfs-toplevel btrfs noauto,subvolid=5 0 0
/dev/vda2 /local btrfs subvol=local 0 0
/dev/vda2 /csehome btrfs subvol=csehome 0 0
/dev/vda1 /boot vfat nofail,umask=077 0 0
tmpfs /var/lib/systemd tmpfs mode=755 0 0
tmpfs /var/lib/nfs tmpfs mode=755 0 0
tmpfs /var/log tmpfs mode=755 0 0
tmpfs /var/tmp tmpfs mode=1777 0 0
tmpfs /tmp tmpfs mode=1777 0 0
FSTAB
cat >"$tree/etc/tmpfiles.d/nfs.conf" <<'NFS'
d /var/lib/nfs/sm 700
d /var/lib/nfs/sm.bak 700
d /var/lib/nfs/v4recovery 700
d /var/lib/nfs/nfsdcld 700
f /var/lib/nfs/etab
f /var/lib/nfs/rmtab
NFS
# A test looks at a machine as root, beside what the product does.
sed -i 's/^PermitRootLogin .*/PermitRootLogin prohibit-password/' "$tree/etc/ssh/sshd_config.d/lab.conf"
