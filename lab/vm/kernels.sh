#!/bin/bash
# kernels.sh FOLDER: fetches the newest two kernels of the distribution that differ in `uname -r`, by apt's own lists, whatever their
# version is. Writes for each FOLDER/NAME/vmlinuz and the modules that a machine needs in FOLDER/NAME/usr/lib/modules.
set -euo pipefail
cd "$1"
modules=(
  virtio_pci virtio_blk virtio_net virtio_rng btrfs xxhash_generic blake2b_generic crc32c_generic crc32c_intel
  vfat nls_cp437 nls_iso8859-1 nls_ascii nls_utf8 efivarfs autofs4 loop nfs nfsv3 nfsv4 nfsd i2c_i801 iTCO_wdt
)

fetch() { # NAME META-PACKAGE
  local package release module
  package=$(apt-cache depends --important "$2" | sed -n 's/^ *Depends: \(linux-image-[0-9].*\)$/\1/p' | head -n 1)
  [[ -n $package ]] || { echo "the package lists name no kernel for $2: check the mirror (apt-get update)" >&2; exit 1; }
  apt-get -q -o APT::Sandbox::User=root download "$package"
  dpkg-deb --extract "$package"_*.deb whole
  rm "$package"_*.deb
  release=$(ls whole/lib/modules)
  mkdir -p "$1/usr/lib/modules/$release"
  mv "whole/boot/vmlinuz-$release" "$1/vmlinuz"
  depmod -b whole "$release"
  # Only what these machines have: udev loads less at each boot, and an image is small.
  for module in "${modules[@]}"; do
    modprobe --dirname whole --set-version "$release" --show-depends "$module" 2>/dev/null || true
  done | awk '$1 == "insmod" && !seen[$2]++ { print $2 }' | sed 's|.*whole/lib/modules/||' >list
  tar -C whole/lib/modules -cf - -T list | tar -C "$1/usr/lib/modules" -xf -
  cp "whole/lib/modules/$release"/modules.{builtin,builtin.modinfo,order} "$1/usr/lib/modules/$release"
  ln -s usr/lib "$1/lib"
  depmod -b "$1" "$release"
  rm -r "${1:?}/lib" whole list
}
fetch cloud linux-image-cloud-amd64
fetch generic linux-image-amd64
