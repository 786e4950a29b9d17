# R8: everybody's subordinate ids here. By hand: cat /etc/subuid /etc/subgid
# Prints "subuid|subgid OWNER START COUNT"; an owner that is listed by uid is named, where this host knows the name.
for file in subuid subgid; do
  [[ -e /etc/$file ]] || continue
  while IFS=: read -r owner start count || [[ -n $owner ]]; do
    [[ $owner =~ ^[A-Za-z0-9._-]+$ && $start =~ ^[0-9]+$ && $count =~ ^[0-9]+$ ]] || continue
    name=
    [[ ! $owner =~ ^[0-9]+$ ]] || name=$(getent passwd "$owner" | cut -d: -f1 || true)
    echo "$file ${name:-$owner} $start $count"
  done <"/etc/$file"
done
