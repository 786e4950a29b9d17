# R4: measures the sizes of backups. By hand: btrfs filesystem du -s /root/btrfs-toplevel/backups/gpu/*
#
#   size-backups TOPLEVEL BACKUPS SECONDS
#
# Prints total, exclusive and shared bytes and ./NAME for each; leaves out those that take longer than SECONDS.
mount_toplevel "$1"
[[ -d $1/$2 ]] || exit 0
cd -P -- "$1/$2"
end=$((SECONDS + $3))
for path in ./*; do
  ((SECONDS < end)) || break
  if [[ -d $path ]]; then timeout "$((end - SECONDS + 1))" btrfs filesystem du -s --raw -- "$path" 2>/dev/null | tail -n +2 || true; fi
done
