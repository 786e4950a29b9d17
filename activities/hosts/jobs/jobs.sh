# Library.

# A unit writes `finished` before systemd unloads it. Ask in this order: not loaded, then not finished.
# A systemd that does not answer counts as loaded: the job may run.
is_loaded() { [[ $(systemctl show -P LoadState -- "$1" || echo loaded) == *loaded ]]; } # UNIT

# The file of a job's output while it runs.
output_of() { echo "/run/semester-output/$1"; } # UNIT

# Reports the state of a job of job-start, after waiting at most SECONDS for its end.
#
# First line: `running`, `finished STATUS` or `lost` (no unit and no result: the host went down). Then, if running, the
# last line of output, which is the progress; if finished, the last 16 KB of output.
watch_job() { # UNIT RECORD SECONDS
  local unit=$1 record=$2 looks status
  # Most jobs end within a moment, and every poll has a cost: polls often at first, then five times a second.
  for ((looks = 0; looks < 10 + 5 * $3; looks++)); do
    [[ ! -e $record/finished ]] || break
    # Not at every poll: the query to systemd costs more than a short job.
    if ((looks % 5 == 4)) && ! is_loaded "$unit" && [[ ! -e $record/finished ]]; then
      echo lost
      return
    fi
    if ((looks < 10)); then pause 0.05; else pause 0.2; fi
  done
  if [[ -e $record/finished ]]; then
    read -r status _ <"$record/finished"
    echo "finished $status"
    tail -c 16384 -- "$record/output" 2>/dev/null || true
  else
    echo running
    tail -c 4096 -- "$(output_of "$unit")" 2>/dev/null | tr '\r' '\n' | tr -d '\000-\011\013-\037' |
      grep -a '[^ ]' | tail -n 1 | cut -c 1-200 || true
  fi
}
