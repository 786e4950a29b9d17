# R9. By hand: nvidia-smi; nvidia-smi pmon -c 1; then ps -o user,lstart,args -p PID
# Prints the GPUs; a line `--`; the processes, each prefixed with owner and start time (seconds since 1970) and followed
# by its command line; a line `--`; and the share of a GPU that each process used in the last second.
read_gpus --query-gpu=index,uuid,name,memory.total,memory.used,utilization.gpu --format=csv,noheader,nounits
echo --
read_gpus --query-compute-apps=gpu_uuid,pid,used_memory --format=csv,noheader,nounits |
  while IFS= read -r line; do
    pid=$(cut -d, -f2 <<<"$line" | tr -d ' ')
    # A process may end between the two queries.
    { [[ $pid =~ ^[0-9]+$ ]] && owner=$(stat -c %U -- "/proc/$pid" 2>/dev/null); } || continue
    # A container's process runs under a subuid. The number then identifies the owner of the range.
    [[ $owner != UNKNOWN ]] || owner=$(stat -c %u -- "/proc/$pid" 2>/dev/null) || continue
    age=$(ps -o etimes= -p "$pid" | tr -d ' ') || continue
    printf '%s, %s, %s, %s\n' "$owner" "$(($(date +%s) - age))" "$line" \
      "$(tr '\0[:cntrl:]' ' ' <"/proc/$pid/cmdline" 2>/dev/null | head -c 300)"
  done
echo --
# Not supported on every GPU. Without it, the shares are unknown.
read_gpus pmon -c 1 -s u 2>/dev/null || true
