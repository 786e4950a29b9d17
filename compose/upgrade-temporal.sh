#!/bin/sh
# Raises Temporal's server to the version of docker-compose.yml, one minor version at a time, as its makers demand: each step migrates
# the schema, starts the server and waits until it is healthy. Stops at the first failure. Safe to repeat.
# The worker keeps running; it waits while Temporal restarts.
set -eu
cd "$(dirname "$0")/.."

# The last tried version of each minor. A newer tag in docker-compose.yml belongs here, too.
steps='1.30.6 1.31.2'

# The default of the variable is what is looked for, not its value.
# shellcheck disable=SC2016
target=$(sed -n 's/.*temporalio\/server:${TEMPORAL_VERSION:-\(.*\)}.*/\1/p' docker-compose.yml)
running=$(docker compose exec -T temporal temporal-server --version | sed -n 's/.*version \([0-9.]*\).*/\1/p')
[ -n "$running" ] || {
  echo "Temporal does not run, so its version is unknown. Start it with its old version: TEMPORAL_VERSION=… docker compose up -d temporal" >&2
  exit 1
}

# Whether version $1 is lower than $2.
lower() {
  [ "$1" != "$2" ] && [ "$(printf '%s\n%s\n' "$1" "$2" | sort -V | head -n 1)" = "$1" ]
}
minor() {
  echo "$1" | cut -d. -f1,2
}

if lower "$target" "$running"; then
  echo "Temporal $running runs, which is newer than $target: a schema does not go back. Restore the dump from before the upgrade." >&2
  exit 1
fi
path=$(
  for version in $steps $target; do
    if lower "$running" "$version" && { lower "$version" "$target" || [ "$version" = "$target" ]; }; then echo "$version"; fi
  done | sort -V -u
)
[ -n "$path" ] || {
  echo "Temporal $running runs already."
  exit 0
}
# Each step is at most one minor above the one before.
before=$running
for version in $path; do
  if [ "$(minor "$version")" != "$(minor "$before")" ] &&
    [ "$(minor "$version" | cut -d. -f2)" -ne "$(($(minor "$before" | cut -d. -f2) + 1))" ]; then
    echo "From $before to $version a minor version is missing. Add one of its versions to 'steps' in $0." >&2
    exit 1
  fi
  before=$version
done

umask 077
dump="postgres-before-temporal-$target.sql"
docker compose exec -T postgres pg_dumpall --username temporal >"$dump.part"
tail -n 5 "$dump.part" | grep -q 'cluster dump complete' || {
  echo "The dump $dump.part is not complete; nothing was changed." >&2
  exit 1
}
mv "$dump.part" "$dump"
echo "The way back is $dump. It holds names and addresses: delete it when all is well."
for version in $path; do
  echo "Temporal $version"
  TEMPORAL_VERSION=$version docker compose up --detach --wait temporal
done
docker compose up --detach
