# Library, after roots.sh, boot.sh, back.sh and obstacles.sh. R8: boots a root once, by UEFI's BootNext, and changes nothing else. Whatever
# fails, the next boot is what was there before: the boot order, the default subvolume and the host's own kernels.
#   EFI/semester/trial.efi   on the ESP: kernel, initramfs and command line of the root to try, in one file
#   trial                    beside the guard's state: what that file was made of
# One boot entry per host leads there. It is outside of the boot order, found by its label, and used again.
use_trial() {
  trial=$esp/EFI/semester/trial.efi trial_of=${armed%/*}/trial trial_label='gpu-semester trial'
  never_started='it rebooted before the new root was confirmed: the kernel, the initramfs, the loader or the firmware failed, or the power was cut'
}
is_trial() { [[ $(armed_value way) == try ]]; }
is_committing() { is_trial && [[ $(armed_value committing) == yes ]]; }

# Prints what prevents a trial of ROOT with the boot files of TAR: `boot_once_obstacles`, and what the image lacks.
trial_obstacles() { # ROOT TAR
  boot_once_obstacles "$esp"
  [[ -n $esp ]] || return 0
  [[ -e $(stub_of "$1") ]] || echo stub
  [[ -n $(kernel_in "$2") ]] || echo kernels
  [[ -n $(initramfs_in "$2") ]] || echo initramfs
}
# The loader's stub, from the root to try: it belongs to that root's systemd.
stub_of() { # ROOT
  echo "$1/usr/lib/systemd/boot/efi/linuxx64.efi.stub"
}
# Prints the kernel among the boot files; nothing if there is none, or more than one: which one the loader takes is not known.
kernel_in() { # TAR
  local found
  mapfile -t found < <(tar -tf "$1" | grep -E '^vmlinuz[^/]*$')
  ((${#found[@]} != 1)) || echo "${found[0]}"
}
initramfs_in() { # TAR
  local name
  name=$(kernel_in "$1")
  tar -tf "$1" | grep -xF -e "initramfs${name#vmlinuz}.img" -e "initramfs${name#vmlinuz}" | head -n 1 || true
}
microcode_in() { tar -tf "$1" | grep -E '^[^/]*-ucode\.img$' || true; } # TAR

# The host's own command line, with another root. A subvolume's id survives renames; its name would not.
trial_command_line() { # ID
  local word flag given=() flags=() words=()
  read -ra words < <(cat "${kernel_command_line:-/proc/cmdline}"; echo)
  for word in "${words[@]}"; do
    case $word in
    BOOT_IMAGE=* | initrd=* | panic=* | systemd.watchdog_sec=* | gpu_semester.trial) ;;
    rootflags=*)
      # The other flags of the root (compress=, noatime) stay.
      IFS=, read -ra given <<<"${word#rootflags=}"
      for flag in "${given[@]}"; do [[ $flag == subvol=* || $flag == subvolid=* ]] || flags+=("$flag"); done
      ;;
    *) printf '%s ' "$word" ;;
    esac
  done
  flags+=("subvolid=$1")
  # A kernel that panics, or hangs under a hardware watchdog, resets the machine.
  printf 'rootflags=%s panic=10 systemd.watchdog_sec=60 gpu_semester.trial\n' "$(IFS=,; echo "${flags[*]}")"
}

# Prepares the trial of ROOT: its file on the ESP and its boot entry. Does nothing if both are there already. Needs `scratch`.
prepare_trial() { # ROOT TAR
  local made_of
  made_of=$(trial_command_line "$(id_of "$1")" && sha256sum <"$2" && sha256sum <"$(stub_of "$1")")
  if [[ ! -e $trial || $(cat -- "$trial_of" 2>/dev/null) != "$made_of" ]]; then
    rm -f -- "$trial_of"
    demand_trial_room "$2"
    make_trial "$1" "$2"
    printf '%s\n' "$made_of" >"$trial_of.new"
    mv -fT -- "$trial_of.new" "$trial_of"
  fi
  demand_trial_entry
}
drop_trial() { rm -f -- "$trial_of" "$trial"; }
# Demands room for one more kernel with its initramfs.
demand_trial_room() { # TAR
  local file needed=0 present=0
  while IFS= read -r file; do
    ((needed += $(size_in "$1" "$file")))
  done < <(kernel_in "$1" && initramfs_in "$1" && microcode_in "$1")
  # The stub, the command line and the padding between sections.
  ((needed += 1024 * 1024))
  [[ ! -e $trial ]] || present=$(stat -c %s -- "$trial")
  ((needed <= $(room) + present)) ||
    fail "$esp has $(room) bytes free, but the trial of the image's kernel needs $needed: delete unneeded files there"
}
make_trial() { # ROOT TAR
  local stub align at=0 section file size address parts=() adds=()
  stub=$(stub_of "$1")
  mkdir -p "$scratch/trial"
  tar -C "$scratch/trial" -xf "$2"
  # Microcode comes first.
  mapfile -t parts < <(microcode_in "$2" && initramfs_in "$2")
  (cd "$scratch/trial" && cat -- "${parts[@]}") >"$scratch/initrd"
  trial_command_line "$(id_of "$1")" >"$scratch/cmdline"
  # Sections follow those of the stub, each at the next multiple of its alignment.
  align=$((16#$(objdump -p "$stub" | awk '$1 == "SectionAlignment" { print $2 }')))
  while read -r size address; do
    ((16#$address + 16#$size <= at)) || at=$((16#$address + 16#$size))
  done < <(objdump -h "$stub" | awk 'NF == 7 { print $3, $4 }')
  for section in ".osrel=$1/usr/lib/os-release" ".cmdline=$scratch/cmdline" ".initrd=$scratch/initrd" ".linux=$scratch/trial/$(kernel_in "$2")"; do
    file=${section#*=} size=$(stat -Lc %s -- "$file")
    at=$(((at + align - 1) / align * align))
    adds+=(--add-section "$section" --change-section-vma "${section%%=*}=$at")
    ((at += size))
  done
  mkdir -p -- "${trial%/*}"
  # An old trial makes room: it is of no use once another root is to be tried.
  rm -f -- "$trial" "$trial.part"
  objcopy "${adds[@]}" "$stub" "$scratch/trial.efi"
  cp -- "$scratch/trial.efi" "$trial.part" || {
    rm -f -- "$trial.part"
    fail "the trial ($(stat -c %s "$scratch/trial.efi") bytes) could not be written to $esp, which has $(room) bytes free: delete unneeded files there"
  }
  sync -- "$trial.part"
  mv -fT -- "$trial.part" "$trial"
  sync -f "$esp"
}

trial_entry() { efibootmgr | sed -nE "s/^Boot([0-9A-F]{4})\*? $trial_label(\t.*)?$/\1/p" | head -n 1; }
boot_next_entry() { efibootmgr | sed -n 's/^BootNext: //p'; }
leads_to_trial() {
  local next
  next=$(boot_next_entry)
  [[ -n $next && $next == "$(trial_entry)" ]]
}
# Makes the boot entry, once per host. It is not put into the boot order. One that leads to another partition, as after a change of the
# disk, is made anew.
demand_trial_entry() {
  local device disk part guid number
  # An automount has a line of its own, before that of the partition.
  device=$(findmnt --noheadings --nofsroot --output SOURCE --mountpoint "$esp" | tail -n 1)
  read -r disk part guid < <(lsblk --noheadings --output PKNAME,KNAME,PARTUUID "$device" 2>/dev/null) || true
  # nvme0n1p1 is the first partition of nvme0n1, sda1 that of sda.
  part=${part#"$disk"} part=${part#p}
  [[ -n $disk && $part =~ ^[1-9][0-9]*$ && -n $guid ]] ||
    fail "$esp is not a partition of a disk, so no boot entry can lead there: set update.boot: in-root, then retry"
  while read -r number; do
    efibootmgr --quiet --bootnum "$number" --delete-bootnum
  done < <(efibootmgr --verbose | grep -viF -- "$guid" | sed -nE "s/^Boot([0-9A-F]{4})\*? $trial_label\t.*/\1/p")
  [[ -z $(trial_entry) ]] || return 0
  efibootmgr --quiet --create-only --disk "/dev/$disk" --part "$part" --label "$trial_label" --loader '\EFI\semester\trial.efi'
  [[ -n $(trial_entry) ]] || fail 'the firmware did not keep the boot entry of the trial: update the firmware, or set update.boot: in-root, then retry'
}
# The next boot, and only that one, takes the trial.
set_boot_next() {
  local entry
  entry=$(trial_entry)
  [[ -n $entry ]] || fail "there is no boot entry \"$trial_label\": prepare the root again"
  efibootmgr --quiet --bootnext "$entry"
  leads_to_trial || fail "the firmware did not keep BootNext ($entry), so the new root would not be tried: update the firmware, then retry"
}
# Does not touch an entry that a person set.
clear_boot_next() { ! leads_to_trial || efibootmgr --quiet --delete-bootnext; }

# The trial has failed: records it. The host runs, or boots next, the root that was there before.
end_trial() { # WHY
  clear_boot_next
  record_went_back "$1"
  disarm
}

# Reverts, so that the next boot takes the root from before: nothing but the guard's state has changed for a trial.
revert() { # WHY
  if is_trial; then end_trial "$1"; else go_back "$1"; fi
}

# On abort, before the reboot into the new root. A root that runs already is left to its guard, and a commit to the next roll-out.
# Prints "undone", or nothing.
undo_switch() {
  if is_trial; then
    if is_committing || ! runs "$root"; then return 0; fi
    if [[ $(armed_value boot) == "$(cat /proc/sys/kernel/random/boot_id)" ]]; then
      clear_boot_next
      disarm
    else
      end_trial "$never_started"
    fi
  elif [[ -e $armed ]] && runs "$old"; then
    trap '' TERM INT HUP
    put_boot_files "$boot_old"
    undo_swap
  else
    return 0
  fi
  echo undone
}

# Makes the root that was tried, and confirmed, the host's root. Each step is idempotent, and the order survives a power cut anywhere:
# BootNext leads to the confirmed root until its names, the default and the kernels on the ESP are in place. After a cut, the guard of that
# root goes on, or the worker's next step does, from the root that runs then.
commit() {
  local tried
  tried=$(armed_value root)
  [[ -n $esp ]] || fail 'the EFI system partition cannot be mounted: repair its entry in /etc/fstab'
  set_boot_next
  is_committing || mark_committing
  if is_subvolume "$new" && [[ $(uuid_of "$new") == "$tried" ]]; then
    if [[ -e $root ]]; then
      [[ ! -e $old ]] || delete_root "$old"
      record_put_aside "$root"
      mv -T "$root" "$old"
    fi
    mv -T "$new" "$root"
  fi
  [[ -e $root && $(uuid_of "$root") == "$tried" ]] || fail "$root is not the root that was tried: rename that root to root, then retry"
  boot_next "$root"
  put_boot_files "$boot_new"
  # From here the host's own loader entry boots the new root with its kernel.
  clear_boot_next
  drop_trial
  rm -f -- "$went_back"
  disarm
}
mark_committing() {
  { cat -- "$armed" && echo committing=yes; } >"$armed.new"
  sync -- "$armed.new"
  mv -fT -- "$armed.new" "$armed"
  sync -f "$toplevel"
}
