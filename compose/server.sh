#!/bin/sh
# The server takes its database password from the environment only; here it comes from a file.
set -eu
POSTGRES_PWD=$(cat /run/secrets/temporal_database_password)
export POSTGRES_PWD
exec /etc/temporal/entrypoint.sh
