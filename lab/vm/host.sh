#!/bin/bash
# host.sh HOST: one machine, from power-on until it powers off, loses power or crashes. It reboots inside of QEMU.
set -euo pipefail
host=$1
sleep "$LAB_FIRMWARE"
rm -f "/run/lab/$host.cut"
# The Ethernet address has the last byte of the IP address.
address=$(<"/run/lab/$host.address")
last=${address%/*}
mac=$(printf '52:54:00:4c:%02x:%02x' "$LAB_NUMBER" "${last##*.}")
# romfile=: the firmware would try to boot from the network. noreboot=false: the chipset's watchdog (iTCO) may reset the machine.
ip netns exec ctl qemu-system-x86_64 -name "lab-$LAB_NUMBER-$host" -machine q35 -accel tcg,thread=multi -cpu max -smp 2 -m 1024 \
  -display none -nodefaults -global ICH9-LPC.noreboot=false \
  -drive if=pflash,format=raw,unit=0,readonly=on,file=/usr/share/OVMF/OVMF_CODE_4M.fd \
  -drive "if=pflash,format=raw,unit=1,file=$LAB_DIR/disks/$host.vars" \
  -drive "if=virtio,format=raw,file=$LAB_DIR/disks/$host.img,cache=writeback" -device virtio-rng-pci \
  -netdev "tap,id=cable,ifname=v-$host,script=no,downscript=no" -device "virtio-net-pci,netdev=cable,mac=$mac,romfile=" \
  -chardev "file,id=console,path=$LAB_DIR/console/$host.log,append=on" -serial chardev:console \
  </dev/null >>"$LAB_DIR/console/$host.qemu" 2>&1 9>&- &
qemu=$!
echo "$qemu" >"/run/lab/$host.leader"
mv "/run/lab/$host.leader" "$LAB_DIR/leader/$host"
echo "boot $host"
status=0
wait "$qemu" || status=$?
rm -f "$LAB_DIR/leader/$host"
if ((status == 0)) || [[ -e /run/lab/$host.cut ]]; then echo "off $host"; else echo "crash $host $status"; fi
