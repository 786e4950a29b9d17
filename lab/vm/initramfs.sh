#!/bin/bash
# initramfs.sh KERNEL TREE FILE: writes an initramfs of busybox that mounts root=, without rootflags= the default subvolume.
set -euo pipefail
kernel=$1 tree=$2 file=$3 here=$(dirname "$(realpath "$0")")
release=$(ls "$kernel/usr/lib/modules")
stage=$(mktemp -d)
trap 'rm -rf -- "$stage"' EXIT
mkdir -p "$stage"/{bin,dev,proc,sys,new,modules}
cp "$tree/bin/busybox" "$stage/bin/busybox"
install -m 755 "$here/init" "$stage/init"
# iTCO_wdt needs its bus, i2c_i801. The cloud kernel has neither.
ln -s usr/lib "$kernel/lib"
for module in virtio_pci virtio_blk btrfs crc32c_intel xxhash_generic blake2b_generic i2c_i801 iTCO_wdt; do
  modprobe --dirname "$kernel" --set-version "$release" --show-depends "$module" 2>/dev/null || true
done | awk '$1 == "insmod" && !seen[$2]++ { print $2 }' >"$stage/list"
while read -r module; do
  cp "$module" "$stage/modules/"
  basename "$module" >>"$stage/order"
done <"$stage/list"
rm "$stage/list" "$kernel/lib"
(cd "$stage" && find . | cpio -o -H newc --quiet -R 0:0 | zstd -q -3) >"$file"
