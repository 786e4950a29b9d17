#!/bin/sh
# Replaces the entry point of the PostgreSQL image: creates a cluster and its first database, runs the scripts of
# /docker-entrypoint-initdb.d once, then starts the server on its address.
set -eu
PGDATA=/var/lib/postgresql/data/cluster
if [ ! -e "$PGDATA/PG_VERSION" ]; then
  initdb --pgdata "$PGDATA" --username "$POSTGRES_USER" --pwfile "$POSTGRES_PASSWORD_FILE" --auth-local trust \
    --auth-host scram-sha-256 --encoding UTF8 --locale C.UTF-8 >/dev/null
  echo 'host all all all scram-sha-256' >>"$PGDATA/pg_hba.conf"
  pg_ctl --pgdata "$PGDATA" --wait --silent --options "-c listen_addresses=''" start >/dev/null
  createdb --username "$POSTGRES_USER" "$POSTGRES_DB" 2>/dev/null || true
  for script in /docker-entrypoint-initdb.d/*.sh; do "$script"; done
  pg_ctl --pgdata "$PGDATA" --wait --silent --mode fast stop
fi
exec postgres -D "$PGDATA" -c listen_addresses="$(hostname)"
