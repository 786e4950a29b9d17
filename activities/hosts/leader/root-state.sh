# R8: lists what an image would replace in this host's root: local accounts and groups, enabled units, files below /etc.
# Arguments: LEAVE-OUT-GLOB…. Prints base64 of NUL-terminated fields, three each: kind, name, value (to compare, not to show).
emit() { printf '%s\0' "$@"; }
accounts() {
  local name hash uid gid members home shell
  while IFS=: read -r name _ uid gid _ home shell; do emit account "$name" "$uid:$gid:$home:$shell"; done </etc/passwd
  while IFS=: read -r name _ gid members; do emit group "$name" "$gid:$members"; done </etc/group
  while IFS=: read -r name hash _; do
    [[ $hash != \$* ]] || emit password "$name" "$(sha256sum <<<"$hash")"
  done </etc/shadow
}
units() {
  local unit state
  systemctl list-unit-files --no-legend --plain --state=enabled,masked |
    while read -r unit state _; do [[ $unit == semester-* ]] || emit unit "$unit" "$state"; done
}
# Compared above, generated on every host, or the service's own.
skipped=('etc/passwd*' 'etc/group*' 'etc/shadow*' 'etc/gshadow*' etc/.pwd.lock 'etc/systemd/system/*.wants'
  'etc/systemd/system/*.requires' 'etc/systemd/system/semester-*' 'etc/subuid*' 'etc/subgid*' etc/resolv.conf etc/adjtime etc/mtab etc/.updated etc/pacman.d/gnupg '*.pacnew' '*.pacsave')
files() {
  local path line plain=()
  while IFS= read -r -d '' path; do
    matches_any "${path#/}" "${skipped[@]}" "$@" && continue
    if [[ -L $path ]]; then emit file "$path" "$(readlink -- "$path")"; else plain+=("$path"); fi
  done < <(find /etc -xdev \( -type f -o -type l \) -print0)
  printf '%s\0' "${plain[@]}" | xargs -0 sha256sum -z -- |
    while IFS= read -r -d '' line; do emit file "${line:66}" "${line:0:64}"; done
}
packages() {
  local owner path
  pacman -Ql | while read -r owner path; do [[ $path != /etc/*[!/] ]] || emit owner "$path" "$owner"; done
  # Files of packages that a person changed. The mark depends on pacman's version.
  pacman -Qii | sed -n 's/^MODIFIED[[:space:]]*//p; s/^.*[[:space:]]\(\/.*\) \[modified\]$/\1/p' |
    while IFS= read -r path; do emit modified "$path" ''; done
}
{ accounts; units; files "$@"; packages; } | base64 -w 0
