# Put before the scripts that say so, after roots.sh and boot.sh. R8: the way back to the old root, and the guard's own state, a file
# outside of every root: image=, root= (UUID of the root that is guarded), seconds= (after its boot), why= (once it is to go back).
armed_value() { sed -n "s/^$1=//p" "$armed" 2>/dev/null | head -n 1 || true; }
arm() { # IMAGE ROOT-UUID SECONDS WHY|''
  private_folder "${armed%/*}"
  printf 'image=%s\nroot=%s\nseconds=%s\nwhy=%s\n' "$@" >"$armed.new"
  sync -- "$armed.new"
  mv -fT -- "$armed.new" "$armed"
  sync -f "$toplevel"
}
disarm() {
  rm -f -- "$armed"
  sync -f "$toplevel"
}
# Whoever confirms and whoever goes back do not do so at the same time.
lock_guard() { # SECONDS
  hold_lock 8 guard "$1"
}

# mv root failed-IMAGE; mv old-root root; btrfs subvolume set-default …/root. Safe to go on with at any point: until set-default
# the guarded root still boots, armed and with the reason, and its guard goes on.
go_back() { # WHY
  local image guarded failed
  image=$(armed_value image) guarded=$(armed_value root)
  if [[ -e $root && $(uuid_of "$root") == "$guarded" ]]; then
    is_subvolume "$old" || fail "there is no $old to go back to"
    arm "$image" "$guarded" 0 "$1"
    # First of all: until the end the guarded root boots, with whatever kernel, and goes on.
    put_boot_files "$boot_old"
    failed=$toplevel/failed-$image
    [[ ! -e $failed ]] || failed+=-$(date +%s)
    # Recorded first: a crash between the two leaves a record without a subvolume, which deletes nothing.
    echo "$guarded" >>"$failed_roots"
    sync -- "$failed_roots"
    mv -T "$root" "$failed"
  fi
  [[ -e $root ]] || mv -T "$old" "$root"
  printf 'image=%s\nwhy=%s\nat=%s\n' "$image" "$1" "$(date -u +%FT%TZ)" >"$went_back.new"
  mv -fT -- "$went_back.new" "$went_back"
  boot_next "$root"
  disarm
}

# The path of abort, where a swap is done and the reboot is not: root root.new; old-root root. A root that boots already is left
# to its guard. Safe to go on with at any point: what runs is what boots meanwhile.
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
