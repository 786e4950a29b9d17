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
  private_folder "${1%/*}"
  boot_files | tar -C "$esp" -cf "$1.part" -T -
  sync -- "$1.part"
  mv -fT -- "$1.part" "$1"
}
room() { df --output=avail -B1 "$esp" | tail -n 1 | tr -d ' '; }
sizes_in() { tar -tvf "$1" | awk '{ print $3, $NF }'; } # TAR
size_in() { sizes_in "$1" | awk -v path="$2" '$2 == path { print $1 }'; } # TAR PATH
# Before anything is renamed: what is put there grows it, and each file is whole beside the one that it replaces, on the way back too.
demand_room() { # TAR
  [[ -n $esp && -e $1 ]] || return 0
  local size path there most=0 grows=0
  while read -r size path; do
    there=$(stat -c %s -- "$esp/$path" 2>/dev/null || echo 0)
    ((size <= there)) || ((grows += size - there))
    ((size <= most)) || most=$size
    ((there <= most)) || most=$there
  done < <(sizes_in "$1")
  ((grows + most <= $(room))) ||
    fail "$esp has $(room) bytes free, and kernel and loader of the image need $((grows + most)) for a moment: delete what is not needed there"
}
# One file after the other, each whole or not at all: the partition is small, and may not hold everything twice.
put_boot_files() { # TAR
  [[ -n $esp && -e $1 ]] || return 0
  local path
  while IFS= read -r path; do
    mkdir -p -- "$(dirname -- "$esp/$path")"
    if ! { tar -xOf "$1" -- "$path" >"$esp/$path.semester" && sync -- "$esp/$path.semester"; }; then
      rm -f -- "$esp/$path.semester"
      fail "$path ($(size_in "$1" "$path") bytes) could not be written to $esp, where $(room) bytes are free: delete what is not needed there"
    fi
    mv -fT -- "$esp/$path.semester" "$esp/$path"
  done < <(tar -tf "$1")
  sync -f "$esp"
}
