# How a host boots, and what stands behind it when a new kernel fails. By hand: efibootmgr; lsblk -o PARTTYPE; mokutil --sb-state
# Changes nothing. Prints key=value lines: container=yes, and nothing else, for a container; otherwise firmware=uefi|bios,
# variables=rw|ro|none, secure_boot=on|off, esps=COUNT, efibootmgr=yes|no, boot_next=NUMBER (empty: none is set),
# watchdog=NAME (empty: no hardware watchdog) and initramfs=busybox|systemd|unknown.
if systemd-detect-virt --quiet --container; then
  echo container=yes
  exit 0
fi
efi=/sys/firmware/efi variables=none
if [[ -d $efi ]]; then
  echo firmware=uefi
  options=,$(findmnt --noheadings --output OPTIONS --types efivarfs | tail -n 1 || true),
  case $options in *,ro,*) variables=ro ;; *,rw,*) variables=rw ;; esac
else
  echo firmware=bios
fi
echo "variables=$variables"
# Four bytes of attributes precede the value.
secure=$(od -An -t u1 -j 4 -N 1 "$efi"/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c 2>/dev/null | tr -d ' ' || true)
[[ $secure == 1 ]] && echo secure_boot=on || echo secure_boot=off
# A mirrored partition counts once for each disk: the firmware reads only one of them.
echo "esps=$(lsblk --noheadings --list --output PATH,PARTTYPE | sort -u | grep -ci c12a7328-f81f-11d2-ba4b-00a0c93ec93b || true)"
if command -v efibootmgr >/dev/null; then
  echo efibootmgr=yes
  echo "boot_next=$(efibootmgr 2>/dev/null | sed -n 's/^BootNext: //p' || true)"
else
  echo efibootmgr=no
fi
# The software watchdog hangs with its kernel.
echo "watchdog=$(cat /sys/class/watchdog/watchdog*/identity 2>/dev/null | grep -vx 'Software Watchdog' | head -n 1 || true)"
initramfs=unknown
if [[ -e /etc/mkinitcpio.conf ]]; then
  # Without a drop-in the pattern names no file.
  hooks=$({ cat /etc/mkinitcpio.conf /etc/mkinitcpio.conf.d/*.conf 2>/dev/null || true; } | sed -n 's/^[[:space:]]*HOOKS=(\(.*\)).*/ \1 /p' | tail -n 1)
  if [[ $hooks == *' systemd '* ]]; then initramfs=systemd; elif [[ -n $hooks ]]; then initramfs=busybox; fi
fi
echo "initramfs=$initramfs"
