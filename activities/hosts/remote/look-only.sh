# Put after common.sh where a script may only look (doctor, rehearse): it runs in a mount namespace of its own in which
# every real file system is read-only. The kernel refuses what a look must not do, and what is mounted for it is gone with it.
if ((EUID == 0)) && [[ -z ${SEMESTER_LOOK-} ]]; then
  SEMESTER_LOOK=1 exec unshare --mount --propagation private -- bash -c "$BASH_EXECUTION_STRING" "$0" "$@"
fi
freeze() {
  local lines line target rest
  # Whole, before anything is changed: reading on in a table that changes gives parts of lines.
  mapfile -t lines </proc/self/mountinfo
  for line in "${lines[@]}"; do
    read -r _ _ _ _ target _ rest <<<"$line"
    case ${rest##*- } in
    proc\ * | sysfs\ * | cgroup*\ * | dev*\ * | tmpfs\ * | ramfs\ * | mqueue\ * | hugetlbfs\ * | *fs_pipefs\ * | autofs\ *) continue ;;
    debugfs\ * | tracefs\ * | securityfs\ * | configfs\ * | fusectl\ * | pstore\ * | bpf\ * | efivarfs\ * | binfmt_misc\ *) continue ;;
    esac
    printf -v target '%b' "$target"
    mount -o remount,bind,ro -- "$target" || fail "$target could not be made read-only for looking: is util-linux whole here?"
  done
}
if ((EUID == 0)); then freeze; fi

# As in common.sh, but for this script alone, and without a lock: nobody else sees the mount.
mount_toplevel() {
  local top=$1
  if ! mountpoint -q -- "$top"; then
    mount -- "$top" || fail "$top cannot be mounted: /etc/fstab needs an entry with subvolid=5 for it"
    mount -o remount,bind,ro -- "$top"
  fi
  [[ $(btrfs inspect-internal rootid "$top") == 5 ]] ||
    fail "$top is not the top level of its file system: mount it with subvolid=5"
}
