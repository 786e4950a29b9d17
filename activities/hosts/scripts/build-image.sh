# R8, on the leader: btrfs send [-p PARENT] SNAPSHOT | zstd -T0 > IMAGES/NAME.zst, under a temporary name until it is whole.
# Arguments: TOPLEVEL SNAPSHOTS NAME UUID PARENT|'' PARENT-UUID|'' IMAGES ACCOUNT
toplevel=$1 snapshots=$1/$2 name=$3 uuid=$4 parent=$5 parent_uuid=$6 images=$7 account=$8
mount_toplevel "$toplevel"
image=$images/$name.zst manifest=$images/$name.json

# Root is often squashed over NFS: images are written by the administrators' account, or by root where only root may.
writer=(setpriv --reuid="$account" --regid="$(id -g "$account")" --init-groups --)
"${writer[@]}" mkdir -p "$images" 2>/dev/null || mkdir -p "$images"
"${writer[@]}" test -w "$images" || writer=()

if [ -e "$manifest" ] && grep -qF "\"uuid\":\"$uuid\"" "$manifest"; then
  sum=$("${writer[@]}" sha256sum "$image" | cut -d' ' -f1)
  grep -qF "\"sha256\":\"$sum\"" "$manifest" && { echo "$image is there and whole"; exit 0; }
fi

"${writer[@]}" rm -f -- "$image.part" "$manifest.part"
(while sleep 2; do progress "image $("${writer[@]}" stat -c %s "$image.part" 2>/dev/null || echo 0) bytes"; done) &
trap 'kill $! 2>/dev/null || true' EXIT
# shellcheck disable=SC2016 # $1 is for the inner shell
btrfs send -q ${parent:+-p "$snapshots/$parent"} "$snapshots/$name" | zstd -q -T0 |
  "${writer[@]}" bash -c 'umask 022; cat >"$1"' _ "$image.part"
"${writer[@]}" sync "$image.part"
bytes=$("${writer[@]}" stat -c %s "$image.part")
sum=$("${writer[@]}" sha256sum "$image.part" | cut -d' ' -f1)
[ -n "$parent" ] && from="{\"name\":\"$parent\",\"uuid\":\"$parent_uuid\"}" || from=null
"${writer[@]}" mv -fT "$image.part" "$image"
printf '{"name":"%s","uuid":"%s","parent":%s,"bytes":%s,"sha256":"%s","leader":"%s"}\n' \
  "$name" "$uuid" "$from" "$bytes" "$sum" "$(uname -n)" |
  "${writer[@]}" bash -c 'umask 022; cat >"$1" && sync "$1" && mv -fT "$1" "$2"' _ "$manifest.part" "$manifest"
"${writer[@]}" sync -f "$images"
