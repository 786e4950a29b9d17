#!/bin/bash
# root.sh TREE WORK: turns a fresh Debian tree into the root of a fleet host. Reads WORK/people.tsv, WORK/ids.tsv and
# WORK/password; writes WORK/repo, the fleet's package repository.
set -euo pipefail
tree=$1 work=$2 here=$(dirname "$(realpath "$0")")
read -r users sudoers next <"$work/ids.tsv"

cp -r --no-preserve=ownership "$here/files/." "$tree/"
chmod 755 "$tree"/usr/local/{sbin,bin,lib/lab}/* "$tree/usr/bin/nvidia-smi"
chmod 440 "$tree/etc/sudoers.d/gpu"
mkdir -p "$tree"/{csehome,local,root/btrfs-toplevel}
touch "$tree/etc/default/locale"
rm -f "$tree"/etc/ssh/ssh_host_*

# Write the accounts directly: useradd would assign ranges and homes.
mount --rbind /dev "$tree/dev"
mount -t proc proc "$tree/proc"
in_tree() { chroot "$tree" "$@"; }
in_tree groupadd --gid "$users" cseusers
in_tree groupadd --gid "$sudoers" csesudoers
in_tree groupadd --gid 999 --force bacchus
in_tree useradd --no-create-home --home-dir /csehome/bacchus --uid 999 --gid 999 --shell /bin/bash bacchus
# Few rounds: sudo on some hosts asks for the password before every command.
echo "bacchus:$(cat "$work/password")" | in_tree chpasswd --crypt-method SHA512 --sha-rounds 1000
: >"$tree/etc/subuid"
: >"$tree/etc/subgid"
while IFS=$'\t' read -r user uid name range; do
  echo "$user:x:$uid:$users:$name:/csehome/$user:/bin/bash" >>"$tree/etc/passwd"
  echo "$user:*:20000:0:99999:7:::" >>"$tree/etc/shadow"
  case $range in
  name) owner=$user ;;
  uid) owner=$uid ;;
  *) continue ;;
  esac
  echo "$owner:$next:65536" | tee -a "$tree/etc/subuid" >>"$tree/etc/subgid"
  next=$((next + 65536))
done <"$work/people.tsv"

in_tree systemctl -q enable lab-disks.service
in_tree systemctl -q mask getty.target console-getty.service systemd-networkd.service systemd-resolved.service \
  apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer e2scrub_all.timer fstrim.timer \
  dev-hugepages.mount sys-fs-fuse-connections.mount systemd-journal-flush.service systemd-update-utmp.service \
  systemd-update-utmp-runlevel.service
in_tree systemctl -q --global disable dirmngr.socket gpg-agent.socket gpg-agent-{browser,extra,ssh}.socket
# Each boot and each login runs them, and they have nothing to do here.
unused=(
  system-generators/systemd-{cryptsetup,debug,getty,gpt-auto,hibernate-resume,integritysetup,rc-local,run,system-update,sysv,veritysetup}-generator
  user-generators/systemd-xdg-autostart-generator user-environment-generators/{30-systemd-environment-d-generator,90gpg-agent}
)
for generator in "${unused[@]}"; do
  mkdir -p "$(dirname "$tree/etc/systemd/$generator")"
  ln -s /dev/null "$tree/etc/systemd/$generator"
done
rm -f "$tree"/etc/update-motd.d/*

# pacman installs the first release of the fleet's packages; the second is already in the repository.
repo=/csehome/bacchus/repo
mount -t tmpfs tmpfs "$tree/csehome"
in_tree /usr/local/lib/lab/publish-packages "$repo" 1
# pacman does not fetch a database whose timestamp, in seconds, has not changed.
touch -d '1 hour ago' "$tree$repo"/*.db.tar.zst
in_tree pacman -Sy --noconfirm --noprogressbar linux nvidia-utils cuda cudnn docker python-pytorch
in_tree /usr/local/lib/lab/publish-packages "$repo" 2
cp -r "$tree$repo" "$work/repo"
umount "$tree/csehome"
umount "$tree/proc"
umount -R "$tree/dev"
