# Wraps every script that runs over SSH. Ends the script and all of its children when the connection or the worker is
# gone, or when its time is over. Otherwise the script would run on: sshd does not end what runs under sudo.
#
#   wrapper NONCE BYTES-OF-INPUT SECONDS TEXT NAME ARG…
#
# Runs in a session of its own (setsid), whose process group is $$. Standard input: the script's own input. It then
# stays open, without data, as long as the worker is connected.
export LC_ALL=C PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
nonce=$1 bytes=$2 seconds=$3 text=$4 name=$5
shift 5

feed() {
  exec 2>/dev/null
  ((bytes == 0)) || head -c "$bytes"
  exec >&-
  local end=$((SECONDS + seconds))
  # Until the input ends, or the time is over. It starts no process: every command of the service waits here.
  while ((SECONDS < end)) && read -r -N 65536 -t "$((end - SECONDS))"; do :; done
  trap '' TERM
  kill -TERM -- -$$
  for _ in {1..50}; do
    sleep 0.1
    kill -0 $$ || exit 0
  done
  kill -KILL -- -$$
}

trap : TERM
exec 3<&0
# Printed only now, after sudo's prompt, so sudo cannot take any input for a password.
printf '%s\n' "$nonce"
bash -c "$text" "$name" "$@" < <(exec <&3 3<&-; feed) 3<&- &
child=$!
status=0
wait "$child" || status=$?
while kill -0 "$child" 2>/dev/null; do
  status=0
  wait "$child" || status=$?
done
trap '' TERM
kill -TERM 0
exit "$status"
