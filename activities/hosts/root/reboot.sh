# R8: reboot, unless this is already another boot than the one named. Argument: BOOT-ID
if [ "$(cat /proc/sys/kernel/random/boot_id)" != "$1" ]; then
  echo 'already rebooted'
  exit 0
fi
sync
systemctl --no-block --check-inhibitors=no reboot
echo rebooting
