# Library, after roots.sh. R8 with `update.boot: esp`: kernels and loader lie outside of the root and change with it.
# Call `use_boot` first. Without an ESP, nothing happens. Two files lie outside of every root:
#   boot-new.tar   boot files of root.new
#   boot-old.tar   boot files of old-root
use_boot() { # TOPLEVEL JOBS ESP|''
  esp=$3 boot_new=$1/$2/boot-new.tar boot_old=$1/$2/boot-old.tar
  [[ -z $esp ]] || mountpoint -q -- "$esp" || mount -- "$esp" || fail "$esp cannot be mounted: repair its entry in /etc/fstab"
}
# The boot files that change with the kernel. The loader's entries and settings name the host's own disk and stay.
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
# Checks the free space before anything is renamed. The new files may be larger, and each one is written completely
# beside the file that it replaces, in both directions.
demand_room() { # TAR
  [[ -n $esp && -e $1 ]] || return 0
  local size path present most=0 grows=0
  while read -r size path; do
    present=$(stat -c %s -- "$esp/$path" 2>/dev/null || echo 0)
    ((size <= present)) || ((grows += size - present))
    ((size <= most)) || most=$size
    ((present <= most)) || most=$present
  done < <(sizes_in "$1")
  ((grows + most <= $(room))) ||
    fail "$esp has $(room) bytes free, but writing the image's kernel and loader needs $((grows + most)): delete unneeded files there"
}
# Replaces one file at a time, atomically: the partition is small and may not hold both sets.
put_boot_files() { # TAR
  [[ -n $esp && -e $1 ]] || return 0
  local path
  while IFS= read -r path; do
    mkdir -p -- "$(dirname -- "$esp/$path")"
    if ! { tar -xOf "$1" -- "$path" >"$esp/$path.semester" && sync -- "$esp/$path.semester"; }; then
      rm -f -- "$esp/$path.semester"
      fail "$path ($(size_in "$1" "$path") bytes) could not be written to $esp, which has $(room) bytes free: delete unneeded files there"
    fi
    mv -fT -- "$esp/$path.semester" "$esp/$path"
  done < <(tar -tf "$1")
  sync -f "$esp"
}
