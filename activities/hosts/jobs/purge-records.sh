# Counts, or deletes, the records of jobs that have ended and are older than SECONDS: purge-records TOPLEVEL FOLDER SECONDS count|delete
mount_toplevel "$1"
folder=$1/$2 before=$(($(date +%s) - $3)) number=0
for record in "$folder"/semester-*/; do
  # A record without an end belongs to a job that runs, or that a power cut ended and that may run again.
  [[ -f $record/finished && $(stat -c %Y -- "$record/finished") -lt $before ]] || continue
  number=$((number + 1))
  if [[ $4 == delete ]]; then rm -rf --one-file-system -- "$record"; fi
done
echo "$number"
