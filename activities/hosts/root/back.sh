# Library, after roots.sh and boot.sh. R8: the revert to the old root, and the guard's state. That state is a file
# outside of every root: image=, root= (UUID of the guarded root), seconds= (after its boot), why= (set once a revert is
# decided), way= (`try`: the root is booted once, see trial.sh; `switch`: names, default and kernels were changed before the
# boot), boot= (the boot that armed it) and, once a tried root is confirmed, committing=yes.
armed_value() { sed -n "s/^$1=//p" "$armed" 2>/dev/null | head -n 1 || true; }
arm() { # IMAGE ROOT-UUID SECONDS WHY|'' WAY
  private_folder "${armed%/*}"
  printf 'image=%s\nroot=%s\nseconds=%s\nwhy=%s\nway=%s\nboot=%s\n' "$@" "$(cat /proc/sys/kernel/random/boot_id)" >"$armed.new"
  sync -- "$armed.new"
  mv -fT -- "$armed.new" "$armed"
  sync -f "$toplevel"
}
disarm() {
  rm -f -- "$armed"
  sync -f "$toplevel"
}
# Records the image from which this host reverts, and why.
record_went_back() { # WHY
  printf 'image=%s\nwhy=%s\nat=%s\n' "$(armed_value image)" "$1" "$(date -u +%FT%TZ)" >"$went_back.new"
  mv -fT -- "$went_back.new" "$went_back"
}
# Records which root an update puts aside.
record_put_aside() { # ROOT
  printf 'uuid=%s\n' "$(uuid_of "$1")" >"$put_aside.new"
  mv -fT -- "$put_aside.new" "$put_aside"
}
# Serialises confirmation and revert.
lock_guard() { # SECONDS
  hold_lock 8 guard "$1"
}

# mv root failed-IMAGE; mv old-root root; btrfs subvolume set-default …/root. Can resume after a crash at any point:
# until set-default, the guarded root still boots, armed and with the reason, and its guard continues.
go_back() { # WHY
  local image guarded failed
  image=$(armed_value image) guarded=$(armed_value root)
  if [[ -e $root && $(uuid_of "$root") == "$guarded" ]]; then
    is_subvolume "$old" || fail "$old does not exist, so this host cannot revert: repair it by hand"
    arm "$image" "$guarded" 0 "$1" switch
    # First: until set-default, the guarded root boots with either kernel, and its guard continues.
    put_boot_files "$boot_old"
    failed=$toplevel/failed-$image
    [[ ! -e $failed ]] || failed+=-$(date +%s)
    # Recorded before the rename: a crash in between leaves a record without a subvolume, which deletes nothing.
    echo "$guarded" >>"$failed_roots"
    sync -- "$failed_roots"
    mv -T "$root" "$failed"
  fi
  [[ -e $root ]] || mv -T "$old" "$root"
  record_went_back "$1"
  boot_next "$root"
  disarm
}

# On abort, after a swap and before its reboot: root → root.new; old-root → root. A root that already runs is left to
# its guard. Can resume after a crash at any point: meanwhile the default is the running root.
undo_swap() {
  if runs "$old"; then
    btrfs subvolume set-default "$old" || fail "$old cannot be set as the default"
    if [[ -e $root ]]; then
      [[ ! -e $new ]] || delete_root "$new"
      mv -T "$root" "$new" || fail "$root cannot be renamed"
    fi
    mv -T "$old" "$root" || fail "$old cannot be renamed"
    boot_next "$root"
  fi
  disarm
}
