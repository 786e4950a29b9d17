# R9. By hand: nvidia-smi, then ps -o user= -p PID
# Prints the GPUs, a line `--`, and the processes, each with its owner before it.
nvidia-smi --query-gpu=index,uuid,name,memory.total --format=csv,noheader,nounits
echo --
nvidia-smi --query-compute-apps=gpu_uuid,pid,used_memory,process_name --format=csv,noheader,nounits |
  while IFS= read -r line; do
    pid=$(cut -d, -f2 <<<"$line" | tr -d ' ')
    # A process may end between the two looks.
    [[ $pid =~ ^[0-9]+$ ]] && owner=$(stat -c %U -- "/proc/$pid" 2>/dev/null) || continue
    # A container's process runs under a subuid: then the number says whose range it is.
    [[ $owner != UNKNOWN ]] || owner=$(stat -c %u -- "/proc/$pid" 2>/dev/null) || continue
    printf '%s, %s\n' "$owner" "$line"
  done
