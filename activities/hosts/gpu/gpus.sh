# R9. By hand: nvidia-smi; nvidia-smi pmon -c 1; then ps -o user,lstart,args -p PID
# Prints the GPUs, a line `--`, the processes, each with its owner and when it began (seconds since 1970) before it and its command
# line behind it, a line `--`, and what share of a GPU each process used in the last second.
nvidia-smi --query-gpu=index,uuid,name,memory.total,memory.used,utilization.gpu --format=csv,noheader,nounits
echo --
nvidia-smi --query-compute-apps=gpu_uuid,pid,used_memory --format=csv,noheader,nounits |
  while IFS= read -r line; do
    pid=$(cut -d, -f2 <<<"$line" | tr -d ' ')
    # A process may end between the two looks.
    { [[ $pid =~ ^[0-9]+$ ]] && owner=$(stat -c %U -- "/proc/$pid" 2>/dev/null); } || continue
    # A container's process runs under a subuid: then the number says whose range it is.
    [[ $owner != UNKNOWN ]] || owner=$(stat -c %u -- "/proc/$pid" 2>/dev/null) || continue
    age=$(ps -o etimes= -p "$pid" | tr -d ' ') || continue
    printf '%s, %s, %s, %s\n' "$owner" "$(($(date +%s) - age))" "$line" \
      "$(tr '\0[:cntrl:]' ' ' <"/proc/$pid/cmdline" 2>/dev/null | head -c 300)"
  done
echo --
# Not on every GPU: without it, nobody's share is known.
nvidia-smi pmon -c 1 -s u 2>/dev/null || true
