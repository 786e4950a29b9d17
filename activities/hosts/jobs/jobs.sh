# Put before the scripts that say so. How a job of job-start is, after at most SECONDS of waiting for its end.
#
# First line: `running`, `finished STATUS` or `lost` (no unit and no result: the host went down). Then, when running, the
# last line of output, which is the progress; when finished, the last 16 KB of output.
watch_job() { # UNIT RECORD SECONDS
  local unit=$1 record=$2 looks status
  # Most jobs take a moment, and every look costs a little: often at first, then five times a second.
  for ((looks = 0; looks < 10 + 5 * $3; looks++)); do
    [[ ! -e $record/finished ]] || break
    # Not at every look: asking systemd costs more than a job that is done in a moment.
    if ((looks % 5 == 4)) && [[ $(systemctl show -P LoadState -- "$unit") != loaded && ! -e $record/finished ]]; then
      echo lost
      return
    fi
    if ((looks < 10)); then sleep 0.05; else sleep 0.2; fi
  done
  if [[ -e $record/finished ]]; then
    read -r status _ <"$record/finished"
    echo "finished $status"
    tail -c 16384 -- "$record/output" 2>/dev/null || true
  else
    echo running
    tail -c 4096 -- "$record/output" 2>/dev/null | tr '\r' '\n' | tr -d '\000-\011\013-\037' |
      grep -a '[^ ]' | tail -n 1 | cut -c 1-200 || true
  fi
}
