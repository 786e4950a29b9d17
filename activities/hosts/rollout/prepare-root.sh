# Needs roots.sh. Needs private.sh. Needs boot.sh. Needs back.sh. Needs obstacles.sh. Needs trial.sh.
# R8, on a follower, before any downtime: btrfs subvolume snapshot …/snapshots/NAME …/root.new, with the host's private
# files, then ro true. Deletes roots that neither run nor boot: btrfs subvolume delete …/old-root
# Files that do not lie in the snapshot lie beside the image: the fleet's subuid and subgid, and boot files, as
# BESIDE.subuid, BESIDE.subgid and BESIDE.esp.tar.
# Arguments: TOPLEVEL JOBS ESP|'' SNAPSHOTS NAME UUID ACCOUNT BESIDE SUBUID-SHA256|'' SUBGID-SHA256|'' ESP-SHA256|'' KERNELS|''
# PRIVATE-GLOB…; KERNELS: releases, separated by commas.
# Standard input: the guard's script. If the firmware can boot a root just once, also writes the file and the boot entry of its trial.
# Last line: `way=try`, or `way=switch` and `why=WORD,…`, or nothing if the host has this root already.
use_roots "$1" "$2"
use_boot "$1" "$2" "$3"
use_trial
snapshot=$1/$4/$5 name=$5 uuid=$6 account=$7 beside=$8
sums=("$9" "${10}" "${11}") kernels=${12}
scratch=$(mktemp -d /run/semester-root.XXXXXX)
trap 'rm -rf -- "$scratch"' EXIT
{
  printf 'set -- %q %q %q\n' "$1" "$2" "$3"
  cat
} >"$scratch/guard"
shift 12
lock_window
close_left_window

# NFS often squashes root.
as_reader() { "$@" 2>/dev/null || setpriv --reuid="$account" --regid="$(id -g "$account")" --init-groups -- "$@"; }
fetch() { # subuid|subgid|esp.tar SHA256 TO
  as_reader cat -- "$beside.$1" >"$3"
  [[ $(sha256sum <"$3" | cut -d' ' -f1) == "$2" ]] || fail "$beside.$1 does not match the image's manifest: make the image again"
}
for at in 0 1; do
  file=(subuid subgid)
  : >"$scratch/fleet.${file[at]}"
  [[ -z ${sums[at]} ]] || fetch "${file[at]}" "${sums[at]}" "$scratch/fleet.${file[at]}"
done
if [[ -n $esp ]]; then
  [[ -n ${sums[2]} ]] || fail "$name has no boot files beside it: make the image again with update.boot: esp"
  private_folder "${boot_new%/*}"
  fetch esp.tar "${sums[2]}" "$boot_new.part"
  mv -fT -- "$boot_new.part" "$boot_new"
fi

# Installs today's guard. An earlier roll-out may have left one in the image. Harmless until it is armed.
install_guard() {
  local units=$new/etc/systemd/system
  cp -T "$scratch/guard" "$new/etc/semester-guard"
  mkdir -p "$units/sysinit.target.wants"
  cat >"$units/semester-guard.service" <<'UNIT'
[Unit]
Description=Reverts to the old root unless gpu-semester confirms this boot
DefaultDependencies=no
# Keeps the guard running when a required unit fails and systemd isolates the emergency shell.
IgnoreOnIsolate=yes

[Service]
Type=exec
ExecStart=/bin/bash /etc/semester-guard
# If the revert is blocked, logins may be impossible: the screen shows the reason.
StandardOutput=journal+console
Restart=on-failure
RestartSec=5

[Install]
WantedBy=sysinit.target
UNIT
  ln -sfT ../semester-guard.service "$units/sysinit.target.wants/semester-guard.service"
}

if is_finished "$root" "$uuid"; then
  echo "$root is of $name already"
  exit 0
fi
demand_room "$boot_new"
from=$(running_root)
is_read_only "$snapshot" || fail "$snapshot is not read-only: delete it and receive the image again"
if [[ -e $new ]] && ! { is_finished "$new" "$uuid" && cmp -s "$scratch/guard" "$new/etc/semester-guard"; }; then
  delete_root "$new"
fi
if [[ ! -e $new ]]; then
  # Writable, so it has no Received UUID, and later windows need no -f.
  btrfs subvolume snapshot "$snapshot" "$new" >&2
  install_guard
  printf 'image=%s\nimage_uuid=%s\n' "$name" "$uuid" >"$new/etc/semester-image"
  [[ -z $kernels ]] || printf 'kernels=%s\n' "$kernels" >>"$new/etc/semester-image"
fi
carry "$from" "$new" "$@"
is_finished "$new" "$uuid" || fail "$new could not be finished"
if [[ -e $old && $old != "$from" ]]; then delete_root "$old"; fi
for failed in "$toplevel"/failed-*; do
  if [[ $failed != "$from" ]] && is_our_failed_root "$failed"; then
    delete_root "$failed"
  elif [[ -e $failed ]]; then
    echo "left: $failed was not made by this service"
  fi
done
sync -f "$toplevel"
why=$(trial_obstacles "$new" "$boot_new" | paste -sd,)
if [[ -n $why ]]; then
  printf 'way=switch\nwhy=%s\n' "$why"
else
  prepare_trial "$new" "$boot_new"
  # The commit needs room beside the trial.
  demand_room "$boot_new"
  echo way=try
fi
