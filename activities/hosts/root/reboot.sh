# R8: reboots, unless another boot than BOOT-ID runs already. Argument: BOOT-ID
if [ "$(cat /proc/sys/kernel/random/boot_id)" != "$1" ]; then
  echo 'already rebooted'
  exit 0
fi
sync
systemctl --no-block --check-inhibitors=no reboot
echo rebooting
