#!/bin/sh
# Backs up the service at each start and once a day; an hour after a failure it tries again.
set -eu
while true; do
  if node dist/client/semester.js backup --to /backups; then pause=86400; else pause=3600; fi
  # wait lets a signal end the pause.
  sleep "$pause" &
  wait $!
done
