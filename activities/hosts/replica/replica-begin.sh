# R4, on the storage host, around sending a backup to the replica: which attempt this is.
#
#   replica-begin TOPLEVEL SPOOL same|next
#
# `next` ends the attempt under way and forgets what lies ready of it: the next one sends from the beginning. Prints its number,
# which no attempt has had before: the records of old jobs are never taken for it.
mount_toplevel "$1"
spool=$1/$2
private_folder "$spool"
# What an aborted semester has left.
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
