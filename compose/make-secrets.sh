#!/bin/sh
# Creates ./secrets for docker-compose.yml: random passwords for the databases, empty files for the other secrets.
# Never overwrites a file.
set -eu
cd "$(dirname "$0")/.."
umask 077
mkdir -p secrets

new() {
  [ -e "secrets/$1" ] || cat >"secrets/$1"
}

random() {
  od -An -N24 -tx1 /dev/urandom | tr -d ' \n'
}

random | new temporal_database_password
random | new semester_database_password
printf 'postgres://semester:%s@postgres:5432/semester' "$(cat secrets/semester_database_password)" | new semester_database_url
# Temporal's two databases, for backups and restores alone.
for name in temporal temporal_visibility; do
  printf 'postgres://temporal:%s@postgres:5432/%s\n' "$(cat secrets/temporal_database_password)" "$name"
done | new semester_temporal_database_url
# The format of "semester keys new". Users of the command line on other machines need the same key.
printf 'k-%s:%s' "$(date -u +%Y-%m-%d)" "$(head -c 32 /dev/urandom | base64)" | new semester_payload_keys
for name in semester_ssh_key semester_ssh_password semester_id_password semester_id_database_url semester_smtp_password \
  semester_survey_token semester_google_client_id semester_google_client_secret semester_google_refresh_token \
  semester_google_key semester_github_token semester_webhook_url semester_watch_smtp_url semester_watch_ping_url; do
  new "$name" </dev/null
done
# The containers' users must be able to read the files; the folder keeps other users out.
chmod 700 secrets
chmod 644 secrets/*
echo "Write your secrets into these empty files; a trailing line break is optional:"
find secrets -type f -empty | sort
