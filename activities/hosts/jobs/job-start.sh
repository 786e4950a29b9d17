# Needs jobs.sh.
# Runs a long step as a transient systemd unit, which survives a lost connection and a killed worker.
# By hand: systemd-run --unit=semester-… bash SCRIPT
#
#   job-start TOPLEVEL FOLDER UNIT WORKFLOW SECONDS BYTES-OF-SCRIPT BYTES-OF-ARGS BYTES-OF-AFTER BYTES-OF-AFTER-ARGS
#
# Prints `started` or `attached`, then the job's state after at most SECONDS (jobs.sh), so a short job costs one
# command.
#
# Standard input: script, its NUL-terminated arguments, the script that always runs afterwards with its arguments (both
# may be empty), and the rest is the script's own standard input.
#
# The record lies on the file system's top level, outside every root, so that it survives a reboot and a new root:
#   FOLDER/UNIT/{workflow,script.sh,args,input,started,output,finished}
# On a full disk it lies below /run/semester-jobs instead. While the job runs, its output lies in memory too (output_of): a disk
# that becomes full must not end a job that makes room.
# If the unit exists, attaches. If `finished` exists, returns the result. If only `started` exists (a power cut), it is
# unknown whether the job finished, so it runs again. Every script allows that, because each first inspects the existing
# state.
top=$1 folder=$2 unit=$3 workflow=$4 seconds=$5 script_bytes=$6 args_bytes=$7 after_bytes=$8 after_args_bytes=$9
mount_toplevel "$top"
record=$(record_of "$top" "$folder" "$unit")

# Whether it runs, or has ended: then its record stays where it is.
is_known() { [[ -e $record/started ]] && { [[ -e $record/finished ]] || is_loaded "$unit"; }; }
has_room() {
  private_folder "$top/$folder" "$record" || return 1
  head -c 2M /dev/zero >"$record/room" && sync -- "$record/room" && rm -f -- "$record/room"
}
if ! is_known && ! has_room 2>/dev/null; then
  # A wipe frees space on a full disk, so it must run there. After a reboot it runs again without its record.
  # Another worker may be starting it there at this moment.
  [[ -e $record/started ]] || rm -rf -- "$record" || true
  record=/run/semester-jobs/$unit
  private_folder /run/semester-jobs "$record"
fi

# Records name people in their input. None is needed after two semesters.
find "$top/$folder" -mindepth 1 -maxdepth 1 -name 'semester-*' -mtime +400 -exec rm -rf -- {} + || true

# With two workers at once, the second one finds the job of the first one.
exec 9>"$record/lock"
flock 9

if is_loaded "$unit" || [[ -e $record/finished ]]; then
  echo attached
  exec 9>&-
  watch_job "$unit" "$record" "$seconds"
  exit 0
fi
output=$(output_of "$unit")
private_folder "${output%/*}"
rm -f -- "$output"
if [[ -e $record/started ]]; then
  echo "this job had started, but the host went down before it finished: it runs again" >"$output"
fi

take() { # BYTES
  (($1 == 0)) || head -c "$1"
}
take "$script_bytes" >"$record/script.sh"
take "$args_bytes" >"$record/args"
take "$after_bytes" >"$record/after.sh"
take "$after_args_bytes" >"$record/after.args"
cat >"$record/input"
printf '%s\n' "$workflow" >"$record/workflow"

cat >"$record/run.sh" <<'RUN'
set -euo pipefail
mapfile -d '' args <args
exec bash script.sh "${args[@]}" <input
RUN

# Runs after the script ended in any way, also by a signal. systemd sets EXIT_CODE and EXIT_STATUS.
cat >"$record/end.sh" <<'END'
set -uo pipefail
status=${EXIT_STATUS:-255}
[[ $status =~ ^[0-9]+$ ]] || status=$((128 + $(kill -l "$status")))
if [[ -s after.sh ]]; then
  mapfile -d '' args <after.args
  bash after.sh "${args[@]}" </dev/null || { after=$?; ((status != 0)) || status=$after; }
fi
store() {
  tail -c 65536 -- "$OUTPUT" >output.new && sync -- output.new && mv -fT -- output.new output &&
    printf '%s %s\n' "$status" "$(date -u +%FT%TZ)" >finished.new && sync -- finished.new && mv -fT -- finished.new finished && sync -- .
}
# On a disk that has become full, the result goes to memory, where it is looked for first.
if ! store; then
  memory=/run/semester-jobs/${PWD##*/}
  umask 077
  mkdir -p -- "$memory" && cp -- workflow "$memory" && cd -- "$memory" && store
fi
rm -f -- "$OUTPUT"
END

date -u +%FT%TZ >"$record/started"
sync -- "$record"/*
systemd-run --quiet --no-block --unit="$unit" --property=Type=exec --property=CollectMode=inactive-or-failed \
  --property=WorkingDirectory="$record" --property=TimeoutStopSec=60 --property=SyslogLevel=debug \
  --property="StandardOutput=append:$output" --property="StandardError=append:$output" \
  --property="ExecStopPost=/bin/bash end.sh" --setenv=LC_ALL=C --setenv=OUTPUT="$output" \
  /bin/bash run.sh >&2
echo started
exec 9>&-
watch_job "$unit" "$record" "$seconds"
