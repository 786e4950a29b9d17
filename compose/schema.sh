#!/bin/sh
# Temporal's two databases at the schema of this version; does nothing where they are.
set -eu
SQL_PASSWORD=$(cat /run/secrets/temporal_database_password)
export SQL_PASSWORD
versions=/etc/temporal/schema/postgresql/v12

tool() {
  temporal-sql-tool --plugin postgres12 --endpoint "$POSTGRES_SEEDS" --port "$DB_PORT" --user "$POSTGRES_USER" "$@"
}

for pair in temporal:temporal temporal_visibility:visibility; do
  database=${pair%%:*}
  # Both are refused where they have been done; the last command is the one that must not fail.
  tool --database "$database" create-database || true
  tool --database "$database" setup-schema --version 0.0 || true
  tool --database "$database" update-schema --schema-dir "$versions/${pair##*:}/versioned"
done
