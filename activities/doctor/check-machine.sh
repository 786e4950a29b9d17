# Clock and free space of a host. By hand: date; df -h / /csehome /local/.docker
# Arguments: DIR… Prints clock= (Unix seconds), and for each existing DIR: space=AVAILABLE SIZE DIR (bytes)
printf 'clock=%s\n' "$(date +%s.%N)"
for dir in "$@"; do
  [[ -d $dir ]] || continue
  printf 'space=%s %s\n' "$(df --output=avail,size -B1 -- "$dir" | tail -n 1 | xargs)" "$dir"
done
