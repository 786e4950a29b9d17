# Needs obstacles.sh.
# How a host boots, and what stands behind it when a new kernel fails. By hand: efibootmgr; lsblk -o PARTTYPE; mokutil --sb-state
# Changes nothing. Arguments: ESP|''. Prints key=value lines: container=yes for a container; obstacles=WORD,… (empty: the firmware
# can boot a root just once), kernel=RELEASE if the root has modules, but none of the running kernel, boot_next=NUMBER (empty: none is set), watchdog=NAME (empty: no hardware watchdog) and
# initramfs=busybox|systemd|unknown.
if systemd-detect-virt --quiet --container; then echo container=yes; fi
{
  boot_once_obstacles "$1"
  # The image takes it from the leader to the followers.
  [[ -e /usr/lib/systemd/boot/efi/linuxx64.efi.stub ]] || echo stub
} | paste -sd, | sed 's/^/obstacles=/'
echo "boot_next=$(efibootmgr 2>/dev/null | sed -n 's/^BootNext: //p' || true)"
if compgen -G '/usr/lib/modules/*/modules.dep' >/dev/null && [[ ! -d /usr/lib/modules/$(uname -r) ]]; then echo "kernel=$(uname -r)"; fi
# The software watchdog hangs with its kernel.
echo "watchdog=$(cat /sys/class/watchdog/watchdog*/identity 2>/dev/null | grep -vx 'Software Watchdog' | head -n 1 || true)"
initramfs=unknown
if [[ -e /etc/mkinitcpio.conf ]]; then
  # Without a drop-in the pattern names no file.
  hooks=$({ cat /etc/mkinitcpio.conf /etc/mkinitcpio.conf.d/*.conf 2>/dev/null || true; } | sed -n 's/^[[:space:]]*HOOKS=(\(.*\)).*/ \1 /p' | tail -n 1)
  if [[ $hooks == *' systemd '* ]]; then initramfs=systemd; elif [[ -n $hooks ]]; then initramfs=busybox; fi
fi
echo "initramfs=$initramfs"
