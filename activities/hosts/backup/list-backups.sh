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
while IFS= read -r -d '' path; do
  field() { subvolume_field "./$path" "$1" | sed 's/^-$//'; }
  is_read_only "./$path" && ro=true || ro=false
  created=$(date -d "$(field 'Creation time')" +%s)
  printf '%s\0' "$path" "$(field UUID)" "$(field 'Parent UUID')" "$(field 'Received UUID')" "$ro" \
    "$(field 'Gen at creation')" "$created"
done < <(find . -mindepth 1 -maxdepth 2 -type d -inum 256 \( -not -path './*/*' -o -path './*.nested/*' -o -path './*.short/*' \) -printf '%P\0' | sort -z) |
  base64 -w 0
