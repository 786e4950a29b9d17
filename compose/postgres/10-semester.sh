#!/bin/sh
# Creates a database and a role for the worker's store. Runs once, when the volume is new.
set -eu
psql --set=ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" \
  --set=password="$(cat /run/secrets/semester_database_password)" <<'SQL'
CREATE ROLE semester LOGIN PASSWORD :'password';
CREATE DATABASE semester OWNER semester;
SQL
