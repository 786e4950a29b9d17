#!/bin/sh
# Makes ./secrets for docker-compose.yml: random passwords for the databases, empty files for what only you know.
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
# As "semester keys new" prints one. People who use the command line elsewhere need the same.
printf 'k-%s:%s' "$(date -u +%Y-%m-%d)" "$(head -c 32 /dev/urandom | base64)" | new semester_payload_keys
for name in semester_ssh_key semester_ssh_password semester_id_password semester_id_database_url semester_smtp_password \
  semester_survey_token semester_google_client_id semester_google_client_secret semester_google_refresh_token \
  semester_google_key semester_github_token semester_webhook_url; do
  new "$name" </dev/null
done
# The containers' users must be able to read them: nobody else can enter the folder.
chmod 700 secrets
chmod 644 secrets/*
echo "Fill in the empty ones, without a line break at the end or with one:"
find secrets -type f -empty | sort
