# R7: which accounts this host does not know. By hand: getent passwd USER
# Arguments: COMMAND (accounts.sync), or nothing. Standard input: one account a line. If the host does not know one of
# them, the command runs as root, once. Prints "failed STATUS" if it failed, and "unknown USER" for each account that is
# unknown after it.
sync_command=${1:-}
mapfile -t asked
unknown() {
  local user entry
  for user in "$@"; do
    entry=$(getent passwd -- "$user") || entry=''
    [[ ${entry%%:*} == "$user" ]] || echo "$user"
  done
}
mapfile -t missing < <(unknown "${asked[@]}")
if [[ ${#missing[@]} -gt 0 && -n $sync_command ]]; then
  status=0
  timeout --kill-after=5 120 bash -c "$sync_command" >/dev/null 2>&1 </dev/null || status=$?
  [[ $status == 0 ]] || echo "failed $status"
  mapfile -t missing < <(unknown "${missing[@]}")
fi
for user in "${missing[@]}"; do echo "unknown $user"; done
