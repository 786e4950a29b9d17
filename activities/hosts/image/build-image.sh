# Needs boot.sh.
# R8, on the leader: btrfs send [-p PARENT] SNAPSHOT | zstd -T0 > IMAGES/FILE.zst, under a temporary name until it is whole,
# with FILE.json beside it. FILE is NAME, or NAME.full for a full image of the same snapshot.
# Also writes NAME.subuid and NAME.subgid beside NAME.zst, the ranges of the whole fleet (standard input: both,
# NUL-terminated), and, if ESP is given, NAME.esp.tar with kernels and loader.
# Arguments: TOPLEVEL SNAPSHOTS NAME UUID PARENT|'' PARENT-UUID|'' IMAGES ACCOUNT FILE ESP|''
toplevel=$1 snapshots=$1/$2 name=$3 uuid=$4 parent=$5 parent_uuid=$6 images=$7 account=$8 file=$9 esp=${10}
mount_toplevel "$toplevel"
image=$images/$file.zst manifest=$images/$file.json beside=$images/$name
is_snapshot() { [[ $(subvolume_field "$snapshots/$name" UUID 2>/dev/null) == "$uuid" || $(subvolume_field "$snapshots/$name" 'Received UUID' 2>/dev/null) == "$uuid" ]]; }
is_snapshot ||
  fail "$snapshots/$name no longer exists on this host, or is another snapshot: no image can be sent from it"

# Two followers may request the same full image at once. The second one waits for the first one's.
until hold_lock 8 "image-$file" 10; do progress "$(holder_of "image-$file") builds the image $file"; done

# NFS often squashes root. The administrators' account writes images, or root if only root may.
writer=(setpriv --reuid="$account" --regid="$(id -g "$account")" --init-groups --)
"${writer[@]}" mkdir -p "$images" 2>/dev/null || mkdir -p "$images"
"${writer[@]}" test -w "$images" || writer=()
as_writer() { "${writer[@]}" "$@"; }
put() { # FILE: writes standard input, whole or not at all
  # shellcheck disable=SC2016 # $1 is for the inner shell
  as_writer bash -c 'umask 022; cat >"$1.part" && sync "$1.part" && mv -fT "$1.part" "$1"' _ "$1"
}
sum_of() { as_writer sha256sum "$1" | cut -d' ' -f1; }

if as_writer grep -qsF "\"uuid\":\"$uuid\"" "$manifest" && as_writer test -e "$image" &&
  as_writer grep -qF "\"sha256\":\"$(sum_of "$image")\"" "$manifest"; then
  echo "$image exists and is whole"
  exit 0
fi

if [ "$file" = "$name" ]; then
  { IFS= read -r -d '' subuid && IFS= read -r -d '' subgid; } || fail 'standard input has no ranges'
  printf '%s' "$subuid" | put "$beside.subuid"
  printf '%s' "$subgid" | put "$beside.subgid"
  if [ -n "$esp" ]; then
    mapfile -t found < <(boot_files | sort)
    [ "${#found[@]}" != 0 ] || fail "no kernel found below $esp: mount it, or set layout.esp and update.boot in site.yaml"
    tar -C "$esp" -cf - -- "${found[@]}" | put "$beside.esp.tar"
  fi
fi

as_writer rm -f -- "$image.part"
(while sleep 2; do progress "image $(as_writer stat -c %s "$image.part" 2>/dev/null || echo 0) bytes"; done) 8>&- &
trap 'kill $! 2>/dev/null || true; as_writer rm -f -- "$image.part"' EXIT
# shellcheck disable=SC2016
btrfs send -q ${parent:+-p "$snapshots/$parent"} "$snapshots/$name" | zstd -q -T0 |
  as_writer bash -c 'umask 022; cat >"$1"' _ "$image.part"
as_writer sync "$image.part"
bytes=$(as_writer stat -c %s "$image.part")
sum=$(sum_of "$image.part")
as_writer mv -fT "$image.part" "$image"

list() { paste -sd, -; }
# Leftovers of an earlier kernel are not a kernel: they lack its vmlinuz and its modules.
kernels=$({ find "$snapshots/$name/usr/lib/modules" -mindepth 2 -maxdepth 2 \( -name vmlinuz -o -name modules.dep \) -printf '%h\n' 2>/dev/null || true; } |
  sed 's|.*/||' | sort -u | sed -n 's/^[A-Za-z0-9._+-]*$/"&"/p' | list)
[ -n "$parent" ] && from="{\"name\":\"$parent\",\"uuid\":\"$parent_uuid\"}" || from=null
as_writer test -e "$beside.subuid" && ranges="{\"subuid\":\"$(sum_of "$beside.subuid")\",\"subgid\":\"$(sum_of "$beside.subgid")\"}" || ranges=null
boot=null
if as_writer test -e "$beside.esp.tar"; then
  # shellcheck disable=SC2016
  files=$(as_writer tar -xf "$beside.esp.tar" --to-command='printf "{\"path\":\"%s\",\"sha256\":\"%s\"}\n" "$TAR_FILENAME" "$(sha256sum | cut -d" " -f1)"' | list)
  boot="{\"sha256\":\"$(sum_of "$beside.esp.tar")\",\"files\":[$files]}"
fi
printf '{"name":"%s","uuid":"%s","parent":%s,"bytes":%s,"sha256":"%s","leader":"%s","kernel":[%s],"ranges":%s,"esp":%s}\n' \
  "$name" "$uuid" "$from" "$bytes" "$sum" "$(uname -n)" "$kernels" "$ranges" "$boot" | put "$manifest"
as_writer sync -f "$images"
