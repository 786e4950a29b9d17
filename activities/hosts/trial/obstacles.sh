# Library, after common.sh. R8: whether the firmware of this host can boot a root just once (UEFI's BootNext).

# Prints what prevents it, one word a line; nothing if nothing does. ESP: empty if the kernel lies inside the root.
boot_once_obstacles() { # ESP|''
  [[ -n $1 ]] || echo inRoot
  if ! command -v efibootmgr >/dev/null; then
    echo efibootmgr
  elif ! efibootmgr >/dev/null 2>&1; then
    # Without UEFI, or if its variables cannot be read.
    echo firmware
  elif [[ ,$(findmnt --noheadings --output OPTIONS --types efivarfs | tail -n 1), == *,ro,* ]]; then
    echo readOnly
  fi
  # Four bytes of attributes precede the value. With Secure Boot, the firmware refuses a file that nobody signed.
  [[ $(od -An -t u1 -j 4 -N 1 /sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c 2>/dev/null) -ne 1 ]] || echo secureBoot
  # A mirrored partition counts once for each disk: the firmware reads only one of them.
  (($(lsblk --noheadings --list --output PATH,PARTTYPE | sort -u | grep -ci c12a7328-f81f-11d2-ba4b-00a0c93ec93b) == 1)) || echo partitions
  command -v objcopy >/dev/null || echo objcopy
}
