#!/bin/sh
# A health check that ends its container when COMMAND fails three times in a row, once it has succeeded: alive.sh COMMAND [ARGUMENT...]
# Docker marks an unhealthy container and leaves it alone; a container that ends is started again. Needs `init: true`: the first
# process of a container cannot be killed from inside, and ends when its child does.
set -u
count=${TMPDIR:-/tmp}/alive

"$@"
status=$?
if [ "$status" -eq 0 ]; then
  echo 0 >"$count"
  exit 0
fi
# Not yet begun: the start has its own limits.
[ -e "$count" ] || exit "$status"
failed=$(($(cat "$count") + 1))
echo "$failed" >"$count"
[ "$failed" -ge 3 ] || exit "$status"
# Outside a container there is another first process, and nothing is killed.
case $(cat /proc/1/comm) in
  docker-init | podman-init | tini | catatonit) ;;
  *) exit "$status" ;;
esac
echo "ended by its health check: $*"
for process in /proc/[0-9]*; do
  # The parent is the fourth field; the second, in parentheses, may hold spaces.
  parent=$(sed 's/.*) . \([0-9]*\) .*/\1/' "$process/stat" 2>/dev/null) || continue
  # -9, because what hangs hears nothing else.
  [ "$parent" = 1 ] && kill -9 "${process#/proc/}"
done
exit "$status"
