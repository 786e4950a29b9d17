# R8: deletes old images and their snapshots, on the leader and on the hosts that received them.
# By hand: btrfs subvolume delete …/snapshots/NAME; rm /csehome/bacchus/images/NAME.*
# Arguments: TOPLEVEL SNAPSHOTS IMAGES|'' ACCOUNT [NAME UUID]… Without IMAGES, only the snapshots.
toplevel=$1 snapshots=$1/$2 images=$3 account=$4
shift 4
mount_toplevel "$toplevel"
identity_of() {
  local received
  received=$(subvolume_field "$1" 'Received UUID')
  if [[ $received == - ]]; then subvolume_field "$1" UUID; else echo "$received"; fi
}
writer=(setpriv --reuid="$account" --regid="$(id -g "$account")" --init-groups --)
[[ -z $images ]] || "${writer[@]}" test -w "$images" || writer=()

while [[ $# -gt 0 ]]; do
  name=$1 uuid=$2 snapshot=$snapshots/$1
  shift 2
  # Another snapshot of that name, or a writable one that is in use, is not an image of the service.
  if [[ -d $snapshot && $(stat -c %i "$snapshot") == 256 ]] && is_read_only "$snapshot" && [[ $(identity_of "$snapshot") == "$uuid" ]]; then
    btrfs subvolume delete -c "$snapshot"
  fi
  [[ -n $images ]] || continue
  # Deletes the manifest last: after a crash here, the image is found again by it.
  for ending in full.zst full.json esp.tar subuid subgid zst json; do "${writer[@]}" rm -f -- "$images/$name.$ending"; done
done
