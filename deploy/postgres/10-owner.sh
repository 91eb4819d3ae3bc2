#!/bin/sh
# First start only: one plain role that owns the databases it works in, and nothing else.
set -eu
: "${OWNER:?the role to create}" "${DATABASES:?the databases it owns, separated by spaces}"
OWNER_PASSWORD_FILE=${OWNER_PASSWORD_FILE:-/run/secrets/owner_password}
export OWNER_PASSWORD_FILE

sql() { psql --no-psqlrc --quiet -v ON_ERROR_STOP=1 -U "${POSTGRES_USER:-postgres}" -d postgres -v owner="$OWNER" "$@"; }

# psql reads the password itself, so that no process list shows it.
sql <<'SQL'
\set password `cat "$OWNER_PASSWORD_FILE"`
CREATE ROLE :"owner" LOGIN PASSWORD :'password';
SQL

for database in $DATABASES; do
    sql -v database="$database" <<'SQL'
CREATE DATABASE :"database" OWNER :"owner";
REVOKE ALL ON DATABASE :"database" FROM PUBLIC;
SQL
done
