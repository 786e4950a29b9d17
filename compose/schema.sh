#!/bin/sh
# Creates Temporal's two databases and updates them to the schema of this version. Safe to repeat.
set -eu
SQL_PASSWORD=$(cat /run/secrets/temporal_database_password)
export SQL_PASSWORD
versions=/etc/temporal/schema/postgresql/v12

tool() {
  temporal-sql-tool --plugin postgres12 --endpoint "$POSTGRES_SEEDS" --port "$DB_PORT" --user "$POSTGRES_USER" "$@"
}

for pair in temporal:temporal temporal_visibility:visibility; do
  database=${pair%%:*}
  # The first two fail if they have run before. Only the last must succeed.
  tool --database "$database" create-database || true
  tool --database "$database" setup-schema --version 0.0 || true
  tool --database "$database" update-schema --schema-dir "$versions/${pair##*:}/versioned"
done
