# R7: which users have a subuid and a subgid range here. Arguments: USER… Prints "granted|missing|unknown USER".
has() { grep -qE "^($2|$3):" "$1" 2>/dev/null; }
for user in "$@"; do
  if ! uid=$(id -u -- "$user" 2>/dev/null); then
    echo "unknown $user"
  elif has /etc/subuid "$user" "$uid" && has /etc/subgid "$user" "$uid"; then
    echo "granted $user"
  else
    echo "missing $user"
  fi
done
