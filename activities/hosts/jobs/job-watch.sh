# Needs jobs.sh.
# Waits at most SECONDS for the end of a job of job-start, and reports its state.
# By hand: systemctl status UNIT
#
#   job-watch TOPLEVEL FOLDER UNIT SECONDS
top=$1 folder=$2 unit=$3 seconds=$4
mount_toplevel "$top"
watch_job "$unit" "$(record_of "$top" "$folder" "$unit")" "$seconds"
