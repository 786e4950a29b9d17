# Needs entry.sh.
# R5, for the plan: the uids of the exempt accounts. By hand: id -u NAME
#
#   exempt-uids NAME…
#
# Prints `NAME UID` for each account that this host knows.
for name in "$@"; do
  if uid=$(uid_of "$name"); then echo "$name $uid"; fi
done
