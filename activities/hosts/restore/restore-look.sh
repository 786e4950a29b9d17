# Needs entry.sh. Needs trash.sh.
# Before a restore: lists the homes in a backup, and the names taken in TARGET. By hand: ls -la BACKUP; ls -la FOLDER
#
#   restore-look TOPLEVEL BACKUPS TARGET USER-OR-EMPTY < NUL-terminated names of backups
#
# Chooses the first of the backups that has the home (without USER: the first one). Prints base64 of NUL-terminated
# fields: the backup's name, or nothing if none has the home; then for each home name, owner's uid, owner, bytes (0
# without USER), and which of NAME and NAME.restored-BACKUP is free in TARGET: `free`, `beside` or `taken`; after an
# empty name the free bytes of TARGET.
top=$1 folder=$1/$2 target=$3 user=$4
mount_toplevel "$top"
check_restore_target "$target" "$folder"
mapfile -d '' -t names
look() {
  local name chosen='' home uid owner bytes state
  for name in "${names[@]}"; do
    if [[ $(stat -c %i -- "$folder/$name" 2>/dev/null) == 256 ]] && is_read_only "$folder/$name" &&
      [[ -z $user || (-d $folder/$name/$user && ! -L $folder/$name/$user) ]]; then
      chosen=$name
      break
    fi
  done
  printf '%s\0' "$chosen"
  [[ -n $chosen ]] || return 0
  local which=()
  if [[ -n $user ]]; then which=(-name "$user"); fi
  while IFS= read -r -d '' home && IFS= read -r -d '' uid && IFS= read -r -d '' owner; do
    bytes=0 state=free
    if [[ -n $user ]]; then bytes=$(du -s -B1 -- "$folder/$chosen/$home" | cut -f1); fi
    if [[ -e $target/$home || -L $target/$home ]]; then
      state=beside
      if [[ -e $target/$home.restored-$chosen || -L $target/$home.restored-$chosen ]]; then state=taken; fi
    fi
    printf '%s\0%s\0%s\0%s\0%s\0' "$home" "$uid" "$owner" "$bytes" "$state"
  done < <(find "$folder/$chosen" -mindepth 1 -maxdepth 1 -type d ! -name "$trash" "${which[@]}" -printf '%f\0%U\0%u\0')
  printf '\0%s\0' "$(df --output=avail -B1 -- "$target" | tail -n 1 | tr -d ' ')"
}
look | base64 -w 0
