# On abort: stops this workflow's jobs. By hand: systemctl stop semester-…
# Arguments: TOPLEVEL FOLDER WORKFLOW. Prints the number of stopped jobs.
mount_toplevel "$1"
stopped=0
for record in "$1/$2"/semester-* /run/semester-jobs/semester-*; do
  [[ -e $record/workflow && ! -e $record/finished && $(<"$record/workflow") == "$3" ]] || continue
  unit=${record##*/}
  if [[ $(systemctl show -P LoadState -- "$unit") == loaded ]]; then
    systemctl stop -- "$unit"
    stopped=$((stopped + 1))
  fi
done
echo "$stopped"
