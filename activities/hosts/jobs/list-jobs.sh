# Lists the records of jobs, one a line: UNIT STARTED WORKFLOW. By hand: cat FOLDER/semester-*/{started,workflow}
#
#   list-jobs TOPLEVEL FOLDER
mount_toplevel "$1"
for record in "$1/$2"/semester-*/ /run/semester-jobs/semester-*/; do
  [[ -s $record/started && -s $record/workflow ]] || continue
  read -r started <"$record/started"
  read -r workflow <"$record/workflow"
  printf '%s %s %s\n' "$(basename -- "$record")" "$started" "$workflow"
done
