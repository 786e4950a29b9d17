#!/bin/sh
# Creates the namespace with its retention, and the search attributes that workflows upsert. Safe to repeat.
set -eu
until temporal operator cluster health; do sleep 1; done

if temporal operator namespace describe --namespace "$NAMESPACE" >/dev/null 2>&1; then
  temporal operator namespace update --namespace "$NAMESPACE" --retention "$RETENTION"
else
  temporal operator namespace create --namespace "$NAMESPACE" --retention "$RETENTION"
fi
# The server's services see a new namespace only after some seconds.
until temporal operator search-attribute list --namespace "$NAMESPACE" >/dev/null 2>&1; do sleep 1; done
temporal operator search-attribute create --namespace "$NAMESPACE" --name SemesterPhase --type Keyword \
  --name WaitingFor --type KeywordList
