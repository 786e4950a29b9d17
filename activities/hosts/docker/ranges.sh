# R8: lists all subordinate ids, and the ids of accounts and groups. By hand: cat /etc/subuid /etc/subgid; getent passwd
# Prints "subuid|subgid OWNER START COUNT"; an owner listed by uid is named if this host knows the name. Then "rejected
# subuid|subgid LINE-NUMBER" for each invalid line, and "id N" for each uid and gid in use.
for file in subuid subgid; do
  while read -r owner start count; do
    name=
    [[ ! $owner =~ ^[0-9]+$ ]] || name=$(getent passwd "$owner" | cut -d: -f1 || true)
    echo "$file ${name:-$owner} $start $count"
  done < <(valid_ranges "/etc/$file")
  while read -r number; do echo "rejected $file $number"; done < <(rejected_ranges "/etc/$file")
done
{ getent passwd && getent group; } | awk -F: '$3 ~ /^[0-9]+$/ { print "id " $3 }' | sort -u
