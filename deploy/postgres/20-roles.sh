#!/bin/sh
# First start only: the role that the application connects as, which owns nothing. `cashward migrate` grants the rest.
set -eu
[ -n "${APPLICATION:-}" ] || exit 0
APPLICATION_PASSWORD_FILE=${APPLICATION_PASSWORD_FILE:-/run/secrets/application_password}
export APPLICATION_PASSWORD_FILE

# psql reads the password itself, so that no process list shows it.
psql --no-psqlrc --quiet -v ON_ERROR_STOP=1 -U "${POSTGRES_USER:-postgres}" -d postgres \
    -v application="$APPLICATION" -v database="$DATABASES" <<'SQL'
\set password `cat "$APPLICATION_PASSWORD_FILE"`
CREATE ROLE cashward_application NOLOGIN;
CREATE ROLE cashward_auditor NOLOGIN;
CREATE ROLE :"application" LOGIN PASSWORD :'password' IN ROLE cashward_application;
GRANT CONNECT ON DATABASE :"database" TO cashward_application, cashward_auditor;
SQL
