# R4, on the storage host: hands out one piece of replica-send.
#
#   replica-take TOPLEVEL SPOOL ATTEMPT N ARRIVED SECONDS
#
# Deletes the pieces below ARRIVED and waits at most SECONDS for piece N. Prints `chunk` and its base64, `end` after the
# last piece, or `wait` if piece N does not exist yet.
mount_toplevel "$1"
dir=$1/$2/$3 n=$4 arrived=$5
for path in "$dir"/*.chunk; do
  number=${path##*/}
  number=${number%.chunk}
  if [[ $number =~ ^[0-9]+$ ]] && ((number < arrived)); then rm -f -- "$path"; fi
done
end=$((SECONDS + $6))
while :; do
  if [[ -e $dir/$n.chunk ]]; then
    echo chunk
    base64 -w 0 -- "$dir/$n.chunk"
    exit 0
  fi
  if [[ -e $dir/end ]] && (($(<"$dir/end") <= n)); then
    echo end
    exit 0
  fi
  ((SECONDS < end)) || break
  pause 0.1
done
echo wait
