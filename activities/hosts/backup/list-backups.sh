# R4: lists the backups of a host with their nested subvolumes. By hand: btrfs subvolume list -pcuqR /root/btrfs-toplevel
#
#   list-backups TOPLEVEL BACKUPS
#
# Prints base64 of NUL-terminated fields, seven for each subvolume NAME, NAME.nested/N or NAME.short/N (replica-short): that path, UUID, UUID of the
# subvolume that it is a snapshot of, Received UUID (both empty if unset), read-only, generation at its creation, and
# creation time (Unix time).
mount_toplevel "$1"
[[ -d $1/$2 ]] || exit 0
cd -P -- "$1/$2"
mapfile -d '' -t paths < <(find . -mindepth 1 -maxdepth 2 -type d -inum 256 \( -not -path './*/*' -o -path './*.nested/*' -o -path './*.short/*' \) -printf '%P\0' | sort -z)
((${#paths[@]} > 0)) || exit 0
fields=() times=()
for path in "${paths[@]}"; do
  if ! show_subvolume "./$path"; then
    # It may have been deleted meanwhile.
    [[ -e ./$path ]] || continue
    fail "btrfs cannot read $PWD/$path: btrfs subvolume show $PWD/$path"
  fi
  fields+=("$path")
  for name in UUID 'Parent UUID' 'Received UUID' Flags 'Gen at creation' 'Creation time'; do
    read_field "$name"
    case $name in
    Flags) if [[ $field == readonly ]]; then fields+=(true); else fields+=(false); fi ;;
    'Creation time') times+=("${field#-}") ;;
    *) fields+=("${field#-}") ;;
    esac
  done
done
((${#times[@]} > 0)) || exit 0
# One process for all times.
seconds=$(printf '%s\n' "${times[@]}" | date -f - +%s)
mapfile -t times <<<"$seconds"
for ((n = 0; n < ${#times[@]}; n++)); do
  printf '%s\0' "${fields[@]:6*n:6}" "${times[n]}"
done | base64 -w 0
