# Put before the scripts that say so, after roots.sh. R8, where `update.boot` is `esp`: kernels and loader lie outside of the root and
# go with it. `use_boot` comes first; without an ESP all of it does nothing. Kept outside of every root:
#   boot-new.tar   what belongs to root.new
#   boot-old.tar   what belongs to old-root
use_boot() { # TOPLEVEL JOBS ESP|''
  esp=$3 boot_new=$1/$2/boot-new.tar boot_old=$1/$2/boot-old.tar
  [[ -z $esp ]] || mountpoint -q -- "$esp" || mount -- "$esp" || fail "$esp cannot be mounted: mend its entry in /etc/fstab"
}
# What follows the kernel. Entries and settings of the loader name the host's own disk, and are not in it.
boot_files() (
  shopt -s nullglob globstar nocaseglob
  cd "$esp"
  for path in vmlinuz* initramfs* *-ucode.img EFI/Linux/**/*.efi EFI/systemd/*.efi EFI/BOOT/*.efi; do
    [[ -f $path && $path =~ ^[A-Za-z0-9._/@+-]+$ ]] && printf '%s\n' "$path"
  done
  true
)
keep_boot_files() { # TAR
  [[ -n $esp ]] || return 0
  mkdir -p -m 700 -- "${1%/*}"
  boot_files | tar -C "$esp" -cf "$1.part" -T -
  sync -- "$1.part"
  mv -fT -- "$1.part" "$1"
}
# One file after the other, each whole or not at all: the partition is small, and may not hold everything twice.
put_boot_files() { # TAR
  [[ -n $esp && -e $1 ]] || return 0
  local path
  while IFS= read -r path; do
    mkdir -p -- "$(dirname -- "$esp/$path")"
    { tar -xOf "$1" -- "$path" >"$esp/$path.semester" && sync -- "$esp/$path.semester"; } ||
      fail "$path could not be written to $esp: is it full?"
    mv -fT -- "$esp/$path.semester" "$esp/$path"
  done < <(tar -tf "$1")
  sync -f "$esp"
}
