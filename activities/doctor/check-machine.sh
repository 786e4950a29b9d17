# Clock, login lock and free space of a host. By hand: date; df -h / /csehome /local/.docker
# Arguments: LOCK DIR… Prints clock= (Unix seconds), closed= (since when the file LOCK closes logins; empty: it does not), and for each existing DIR: space=AVAILABLE SIZE DIR (bytes)
printf 'clock=%s\n' "$(date +%s.%N)"
lock=$1
shift
printf 'closed=%s\n' "$(sed -n 's/^# Logins are closed by gpu-semester since \([^ ,]*\),.*/\1/p' "$lock" 2>/dev/null || true)"
for dir in "$@"; do
  [[ -d $dir ]] || continue
  printf 'space=%s %s\n' "$(df --output=avail,size -B1 -- "$dir" | tail -n 1 | xargs)" "$dir"
done
