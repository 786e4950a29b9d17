# R9. By hand: nvidia-smi; nvidia-smi pmon -c 1; then ps -o user,lstart,args -p PID
# Prints each process that holds a GPU: its id, uid, owner, start time (seconds since 1970) and command line; a line `--`; the share
# of a GPU that each process used in the last second; a line `--`; and the driver's report. It comes last: users choose names in it.
report=$(read_gpus -q -x)
sed -n 's:.*<pid>\([0-9]\{1,10\}\)</pid>.*:\1:p' <<<"$report" | sort -nu |
  while IFS= read -r pid; do
    # A process may end at any time. One of a container runs under a subuid without a name: the number identifies the owner of the range.
    uid=$(stat -c %u -- "/proc/$pid" 2>/dev/null) || continue
    owner=$(stat -c %U -- "/proc/$pid" 2>/dev/null) || continue
    [[ $owner != UNKNOWN ]] || owner=$uid
    age=$(ps -o etimes= -p "$pid" | tr -d ' ') || continue
    printf '%s,%s,%s,%s,%s\n' "$pid" "$uid" "$owner" "$((EPOCHSECONDS - age))" \
      "$(tr '\0[:cntrl:]' ' ' <"/proc/$pid/cmdline" 2>/dev/null | head -c 300)"
  done
echo --
# Not supported on every GPU. Without it, the shares are unknown.
read_gpus pmon -c 1 -s u 2>/dev/null || true
echo --
printf '%s\n' "$report"
