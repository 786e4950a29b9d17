#!/bin/bash
# build.sh WORK: creates WORK/machine.img: a disk with GPT, an EFI system partition and btrfs, which every machine of a lab is cloned from.
# Runs in its own mount namespace; prints a line `progress: …` before each part.
set -euo pipefail
work=$1 here=$(dirname "$(realpath "$0")")
hosts=$here/../image
disk=$work/disk top=$work/top tree=$work/top/snapshots/base
say() { echo "progress: $*"; }

say 'packages and two kernels (mmdebstrap)'
mkdir "$work/kernels"
mmdebstrap --quiet --variant=minbase --include="$(paste -sd, "$hosts/packages.txt" "$here/packages.txt")" \
  --customize-hook="APT_CONFIG=\$MMDEBSTRAP_APT_CONFIG '$here/kernels.sh' '$work/kernels'" bookworm "$work/base.tar"

say 'root of a machine'
truncate -s 3G "$disk"
mkfs.btrfs -q "$disk"
mkdir -p "$top"
mount -o loop "$disk" "$top"
mkdir "$top/snapshots"
btrfs -q subvolume create "$tree"
tar -C "$tree" -xpf "$work/base.tar" --xattrs --xattrs-include='*' --exclude='./dev/*'
rm "$work/base.tar"
"$hosts/root.sh" "$tree" "$work"
"$here/root.sh" "$tree"

say 'kernels and their initramfs'
for name in cloud generic; do
  "$here/initramfs.sh" "$work/kernels/$name" "$tree" "$work/kernels/$name.img"
done
cp -a "$work/kernels/cloud/usr" "$tree/"
btrfs property set -ts "$tree" ro true
btrfs -q subvolume snapshot "$tree" "$top/root"
btrfs -q subvolume snapshot -r "$tree" "$top/old-root"
btrfs subvolume set-default "$top/root"
btrfs -q subvolume create "$top/local"
mkdir -p "$top/local/.docker"/{root,bacchus} "$top/local/lab"
chown 999:999 "$top/local/.docker/bacchus"
# What an update brings: tar -C / -xf /local/lab/new-kernel.tar
mkdir "$work/kernels/generic/boot"
mv "$work/kernels/generic/vmlinuz" "$work/kernels/generic/boot/vmlinuz-linux"
mv "$work/kernels/generic.img" "$work/kernels/generic/boot/initramfs-linux.img"
tar -C "$work/kernels/generic" --owner=0 --group=0 -cf "$top/local/lab/new-kernel.tar" boot usr
btrfs -q subvolume create "$top/csehome"
"$hosts/homes.sh" "$top/csehome" "$work"
umount "$top"

say 'EFI system partition'
esp=$work/esp loader=/usr/lib/systemd/boot/efi/systemd-bootx64.efi
truncate -s 512M "$esp"
mkfs.vfat -F 32 -n ESP "$esp" >/dev/null
export MTOOLS_SKIP_CHECK=1
mmd -i "$esp" ::EFI ::EFI/BOOT ::EFI/systemd ::EFI/Linux ::loader ::loader/entries
mcopy -i "$esp" "$loader" ::EFI/BOOT/BOOTX64.EFI
mcopy -i "$esp" "$loader" ::EFI/systemd/systemd-bootx64.efi
mcopy -i "$esp" "$work/kernels/cloud/vmlinuz" ::vmlinuz-linux
mcopy -i "$esp" "$work/kernels/cloud.img" ::initramfs-linux.img
echo 'timeout 1' | mcopy -i "$esp" - ::loader/loader.conf
mcopy -i "$esp" - ::loader/entries/arch.conf <<'ENTRY'
title GPU host
linux /vmlinuz-linux
initrd /initramfs-linux.img
options root=/dev/vda2 rw console=ttyS0 panic=10
ENTRY

say 'keeping the disk'
whole=$work/machine.img
truncate -s 3600M "$whole"
printf 'label: gpt\nstart=1MiB, size=512MiB, type=U, name=esp\nsize=3GiB, type=L, name=root\n' | sfdisk -q "$whole"
dd if="$esp" of="$whole" bs=1M seek=1 conv=notrunc,sparse status=none
dd if="$disk" of="$whole" bs=1M seek=513 conv=notrunc,sparse status=none
rm -r "$disk" "$esp" "$top" "$work"/{kernels,repo,people.tsv,ids.tsv}
