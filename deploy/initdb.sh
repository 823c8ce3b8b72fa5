#!/bin/sh
# Run once by the PostgreSQL image on an empty data folder: the four roles, then their passwords.
set -eu
run() { psql -v ON_ERROR_STOP=1 --username "${POSTGRES_USER:-postgres}" --dbname "$POSTGRES_DB" "$@"; }
run --file /portal/roles.sql
run -v owner="$OWNER_PASSWORD" -v app="$APP_PASSWORD" -v audit="$AUDIT_PASSWORD" \
  -v backup="$BACKUP_PASSWORD" <<'SQL'
ALTER ROLE portal_owner PASSWORD :'owner';
ALTER ROLE portal_app PASSWORD :'app';
ALTER ROLE portal_audit PASSWORD :'audit';
ALTER ROLE portal_backup PASSWORD :'backup';
SQL
