#!/bin/sh
# Brings both of Temporal's databases to this image's schema; repeating it changes nothing.
set -eu
SQL_PASSWORD=$(cat "${PASSWORD_FILE:-/run/secrets/temporal_db_password}")
export SQL_PASSWORD

bring_up() { # database, folder of its schema
    temporal-sql-tool --database "$1" setup-schema --version 0.0
    temporal-sql-tool --database "$1" update-schema \
        --schema-dir "/etc/temporal/schema/postgresql/v12/$2/versioned"
}

bring_up temporal temporal
bring_up temporal_visibility visibility
