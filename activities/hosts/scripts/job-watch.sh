# Waits for a job of job-start for at most SECONDS, and says how it is.
# By hand: systemctl status UNIT
#
#   job-watch TOPLEVEL FOLDER UNIT SECONDS
#
# First line: `running`, `finished STATUS` or `lost` (no unit and no result: the host went down). Then, when running, the
# last line of output, which is the progress; when finished, the last 16 KB of output.
top=$1 folder=$2 unit=$3 seconds=$4
mount_toplevel "$top"
record=$(record_of "$top" "$folder" "$unit")
end=$((SECONDS + seconds))
while [[ ! -e $record/finished ]]; do
  if [[ $(systemctl show -P LoadState -- "$unit") != loaded && ! -e $record/finished ]]; then
    echo lost
    exit 0
  fi
  if ((SECONDS >= end)); then
    echo running
    tail -c 4096 -- "$record/output" 2>/dev/null | tr '\r' '\n' | tr -d '\000-\011\013-\037' |
      grep -a '[^ ]' | tail -n 1 | cut -c 1-200 || true
    exit 0
  fi
  sleep 0.2
done
read -r status _ <"$record/finished"
echo "finished $status"
tail -c 16384 -- "$record/output" 2>/dev/null || true
