# R7: which users have a subuid and a subgid range here. Arguments: USER START COUNT…
# Prints "granted|missing|unknown|taken USER"; taken: somebody else has a part of that range here.
has() { grep -qE "^($2|$3):" "$1" 2>/dev/null; }
taken() { # USER UID START COUNT
  cat /etc/subuid /etc/subgid 2>/dev/null | awk -F: -v user="$1" -v uid="$2" -v start="$3" -v count="$4" '
    $1 != user && $1 != uid && NF == 3 && $2 < start + count && start < $2 + $3 { found = 1 } END { exit !found }'
}
while (($# >= 3)); do
  user=$1 start=$2 count=$3
  shift 3
  if ! uid=$(id -u -- "$user" 2>/dev/null); then
    echo "unknown $user"
  elif has /etc/subuid "$user" "$uid" && has /etc/subgid "$user" "$uid"; then
    echo "granted $user"
  elif taken "$user" "$uid" "$start" "$count"; then
    echo "taken $user"
  else
    echo "missing $user"
  fi
done
