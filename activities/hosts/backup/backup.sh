# Needs snapshot.sh.
# R4. By hand:
#   mount /root/btrfs-toplevel
#   btrfs subvolume snapshot -r /root/btrfs-toplevel/csehome /root/btrfs-toplevel/backups/gpu/2023-03-13-wipe
#
#   backup look|take TOPLEVEL SUBVOLUME BACKUPS NAME AGE MARKER
#
# Reuses a read-only snapshot that is younger than AGE seconds (the age of the last proof of absence), or the one that
# MARKER names: an interrupted run of this step took it. Otherwise takes one: NAME, or NAME-2 if that exists. The last
# snapshot of a wipe (NAME.last) belongs to its backup, and is never taken for another one.
#
# Prints `made` or `found`, and key=value lines of the snapshot; nothing if `look` finds none.
mode=$1 top=$2 source=$2/$3 folder=$2/$4 name=$5 age=$6 marker=$2/$7
mount_toplevel "$top"
[[ $(stat -c %i -- "$source") == 256 ]] || fail "$source is not a subvolume: check layout.homeSubvolume in site.yaml"

source_uuid=$(subvolume_field "$source" UUID)
is_backup() {
  [[ $(stat -c %i -- "$1") == 256 ]] && is_read_only "$1" && [[ $(subvolume_field "$1" 'Parent UUID') == "$source_uuid" ]]
}
is_young() { (($(created_at "$1") > oldest)); }
oldest=$((EPOCHSECONDS - age))

find_nested "$source"

# Whether the backup holds all nested subvolumes. One that lacks a nested subvolume found later does not count.
covers() { # BACKUP
  local path
  [[ -e $1.nested/manifest ]] || return 0
  read_manifest "$1"
  for path in "${nested[@]}"; do [[ ${id_of[${path#"$source"/}]+x} ]] || return 1; done
}

found=''
# MARKER first: AGE grew on its way here, so a snapshot of a moment ago may look too old.
if [[ -e $marker ]] && path=$folder/$(<"$marker") && [[ -d $path ]] && is_backup "$path" && covers "$path"; then found=$path; fi
for path in "$folder"/*-wipe "$folder"/*-wipe-[0-9]*; do
  if [[ -d $path && $path != *.nested && ! $path =~ \.last(-[0-9]+)?$ ]] && is_backup "$path" && is_young "$path" && covers "$path"; then found=$path; fi
done
outcome=found
if [[ -z $found ]]; then
  [[ $mode == take ]] || exit 0
  # Snapshot times are whole seconds. A new snapshot must not look as old as the proof.
  while ((EPOCHSECONDS <= oldest)); do pause 0.1; done
  mkdir -p -- "$folder"
  found=$folder/$name
  for ((n = 2; n < 100; n++)); do
    [[ -e $found || -e $found.nested ]] || break
    found=$folder/$name-$n
  done
  private_folder "${marker%/*}"
  printf '%s\n' "${found##*/}" >"$marker"
  sync -- "$marker"
  sync -f -- "$source"
  btrfs -q subvolume snapshot -r -- "$source" "$found"
  outcome=made
fi

if ((${#nested[@]} > 0)) && [[ ! -e $found.nested/manifest ]]; then
  [[ $mode == take ]] || fail "$found has no snapshots of the ${#nested[@]} subvolumes nested in $source: retry to take them"
  snapshot_nested "$found" "$source"
fi
btrfs filesystem sync "$folder" >/dev/null

count=0
for path in "$found".nested/[0-9]*; do
  if [[ -d $path ]]; then
    is_read_only "$path" || fail "$path is not read-only"
    count=$((count + 1))
  fi
done
is_backup "$found" || fail "$found is not a read-only snapshot of $source"
echo "$outcome"
echo "name=${found##*/}"
echo "path=$found"
echo "uuid=$(subvolume_field "$found" UUID)"
echo "generation=$(subvolume_field "$found" Generation)"
echo "nested=$count"
