# Put after common.sh for scripts that only inspect (doctor, rehearse). Runs the script in its own mount namespace, in
# which every real file system is read-only. The kernel refuses writes, and mounts made for the script end with it.
if ((EUID == 0)) && [[ -z ${SEMESTER_LOOK-} ]]; then
  SEMESTER_LOOK=1 exec unshare --mount --propagation private -- bash -c "$BASH_EXECUTION_STRING" "$0" "$@"
fi
freeze() {
  local lines line target rest
  # Reads the whole table before it changes: reading a table that changes yields partial lines.
  mapfile -t lines </proc/self/mountinfo
  for line in "${lines[@]}"; do
    read -r _ _ _ _ target _ rest <<<"$line"
    case ${rest##*- } in
    proc\ * | sysfs\ * | cgroup*\ * | dev*\ * | tmpfs\ * | ramfs\ * | mqueue\ * | hugetlbfs\ * | *fs_pipefs\ * | autofs\ *) continue ;;
    debugfs\ * | tracefs\ * | securityfs\ * | configfs\ * | fusectl\ * | pstore\ * | bpf\ * | efivarfs\ * | binfmt_misc\ *) continue ;;
    esac
    printf -v target '%b' "$target"
    mount -o remount,bind,ro -- "$target" || fail "$target could not be remounted read-only: reinstall util-linux on this host"
  done
}
if ((EUID == 0)); then freeze; fi

# As in common.sh, but without a lock: only this script sees the mount.
mount_toplevel() {
  local top=$1
  if ! mountpoint -q -- "$top"; then
    mount -- "$top" || fail "$top cannot be mounted: /etc/fstab needs an entry with subvolid=5 for it"
    mount -o remount,bind,ro -- "$top"
  fi
  [[ $(btrfs inspect-internal rootid "$top") == 5 ]] ||
    fail "$top is not the top level of its file system: mount it with subvolid=5"
}
