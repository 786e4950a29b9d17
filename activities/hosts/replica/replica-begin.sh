# R4, on the storage host, before a backup is sent to the replica: prints the number of the attempt.
#
#   replica-begin TOPLEVEL SPOOL same|next
#
# `next` ends the current attempt and deletes its pieces; the next attempt sends from the beginning. No number is used
# twice, so records of old jobs are never mistaken for it.
mount_toplevel "$1"
spool=$1/$2
private_folder "$spool"
# Left by an aborted semester.
find "${spool%/*}" -mindepth 1 -maxdepth 1 -name 'replica-*' -mtime +30 -exec rm -rf -- {} +
attempt=''
if [[ -e $spool/attempt ]]; then attempt=$(<"$spool/attempt"); fi
if [[ $3 == next && -n $attempt ]]; then
  if [[ -e $spool/unit ]]; then systemctl stop -- "$(<"$spool/unit")" 2>/dev/null || true; fi
  rm -rf -- "${spool:?}/${attempt:?}"
  attempt=''
fi
if [[ -z $attempt ]]; then
  attempt=$(date +%s%3N)
  printf '%s\n' "$attempt" >"$spool/attempt.new"
  sync -- "$spool/attempt.new"
  mv -- "$spool/attempt.new" "$spool/attempt"
fi
echo "$attempt"
