# Needs jobs.sh.
# Stops a workflow's jobs, and verifies that they have ended. By hand: systemctl stop semester-…
# Arguments: TOPLEVEL FOLDER WORKFLOW. `ID@` means every run of the workflow ID. Prints the number of stopped jobs.
mount_toplevel "$1"
stopped=0
for record in "$1/$2"/semester-* /run/semester-jobs/semester-*; do
  [[ -e $record/workflow && ! -e $record/finished ]] || continue
  workflow=$(<"$record/workflow")
  [[ $workflow == "$3" || ($3 == *@ && $workflow == "$3"*) ]] || continue
  unit=${record##*/}
  if is_loaded "$unit"; then
    # It may end by itself at this moment: then systemctl knows no such unit.
    systemctl stop -- "$unit" || ! is_loaded "$unit" || fail "systemd does not stop $unit: systemctl status $unit, then retry"
    ! systemctl is-active --quiet -- "$unit" || fail "$unit still runs: systemctl kill --signal=KILL $unit, then retry"
    stopped=$((stopped + 1))
  fi
done
echo "$stopped"
