#!/bin/bash
# host.sh HOST: a host's power-on loop; ends when the host powers off, loses power or crashes.
set -euo pipefail
host=$1 root=/run/lab/$1
group=/sys/fs/cgroup/lab-$LAB_NUMBER-$host
mkdir -p "$root" "$group"
echo "$BASHPID" >"$group/cgroup.procs"

# There is no NFS: hosts in the storage host's /etc/exports get its homes as a bind mount. The replica is not listed.
exported() { grep -Eq "^/csehome.* $host\(" /run/lab/storage/root/etc/exports; }

# The loop device of the host's disk. Not from the mount table: there btrfs shows the device name of the last scan.
disk() { losetup --associated "$LAB_DIR/disks/$host.img" --noheadings --output NAME | head -n 1; }

# Pid in this namespace of the host's init: the child of nspawn with pid 1 in its own namespace.
find_leader() { # NSPAWN
  local child
  # A zombie has no /proc/PID/exe.
  while [[ -e /proc/$1/exe ]]; do
    for child in $(pgrep -P "$1"); do
      if [[ $(awk '/^NSpid:/ { print $NF }' "/proc/$child/status" 2>/dev/null) == 1 ]]; then
        echo "$child"
        return
      fi
    done
    sleep 0.02
  done
}

# UEFI's BootNext: prints the subvolume that the command line of the entry's file names, and forgets it. Its variables and its EFI system partition are
# folders, which outlive a power cut; see efibootmgr.
firmware=$LAB_DIR/firmware/$host
take_boot_next() {
  local number loader
  number=$(cat "$firmware/bootnext" 2>/dev/null) || return 0
  rm "$firmware/bootnext"
  loader=$(awk -F'\t' -v number="$number" '$1 == number { gsub(/\\/, "/", $3); print $3 }' "$firmware/entries")
  # Without the file, the firmware goes on with the boot order.
  grep -ao 'subvolid=[0-9]*' "$firmware/esp$loader" 2>/dev/null | tail -n 1 || true
}

while true; do
  sleep "$LAB_FIRMWARE"
  rm -f "/run/lab/$host.cut"
  once=$(take_boot_next)
  # Without BootNext, no subvol=: the host boots the default subvolume.
  if [[ $host == "$LAB_STORAGE" ]]; then from=(${once:+-o "$once"} "$(disk)"); else from=(-o "loop${once:+,$once}" "$LAB_DIR/disks/$host.img"); fi
  if ! mount "${from[@]}" "$root" 2>>"$LAB_DIR/console/$host.log"; then
    # A kernel that finds no root panics and resets the machine.
    [[ -z $once ]] || continue
    echo "crash $host 32"
    break
  fi
  binds=(--bind="$firmware:/run/lab-firmware" --bind="$firmware/esp:/boot")
  if [[ $host != "$LAB_STORAGE" ]] && exported; then binds+=(--bind=/run/lab/storage/csehome:/csehome); fi
  ip -n "$host" addr replace "$(<"/run/lab/$host.address")" dev host0
  ip -n "$host" link set host0 up
  systemd-nspawn --quiet --directory="$root" --machine="lab-$LAB_NUMBER-$host" --boot --register=no --keep-unit \
    --network-namespace-path="/run/netns/$host" --resolv-conf=off --timezone=off --link-journal=no --console=pipe \
    --capability=CAP_SYS_ADMIN,CAP_NET_ADMIN,CAP_MKNOD,CAP_LINUX_IMMUTABLE --bind="$(disk):/dev/nvme0n1p2" --bind=/dev/btrfs-control "${binds[@]}" \
    </dev/null >>"$LAB_DIR/console/$host.log" 2>&1 9>&- &
  nspawn=$!
  find_leader "$nspawn" >"/run/lab/$host.leader"
  mv "/run/lab/$host.leader" "$LAB_DIR/leader/$host"
  echo "boot $host"
  status=0
  wait "$nspawn" || status=$?
  rm -f "$LAB_DIR/leader/$host"
  until umount "$root"; do sleep 0.05; done
  find "$group" -mindepth 1 -depth -type d -exec rmdir {} +
  case $status in
  133)
    echo "reboot $host"
    continue
    ;;
  0) echo "off $host" ;;
  *)
    if [[ -e /run/lab/$host.cut ]]; then
      echo "off $host"
    elif [[ -n $once ]]; then
      # The command line of a trial has panic=: the machine resets.
      echo "reboot $host"
      continue
    else
      echo "crash $host $status"
    fi
    ;;
  esac
  break
done
