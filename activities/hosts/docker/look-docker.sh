# R7: lists which users have a subuid and a subgid range here. Arguments: USER START COUNT…
# Prints "granted|missing|unknown|taken USER". taken: part of that range belongs to another owner here, or is the id of
# an account or group.
has() { valid_ranges "$1" | grep -qE "^($2|$3) "; } # FILE USER UID
taken() { # USER UID START COUNT
  {
    valid_ranges /etc/subuid
    valid_ranges /etc/subgid
    { getent passwd && getent group; } | awk -F: '$3 ~ /^[0-9]+$/ { print "-", $3, 1 }'
  } | awk -v user="$1" -v uid="$2" -v start="$3" -v count="$4" '
    $1 != user && $1 != uid && $2 < start + count && start < $2 + $3 { found = 1 } END { exit !found }'
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
