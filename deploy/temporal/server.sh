#!/bin/sh
# The server's image knows no *_FILE variable: this hands it the password and steps aside.
set -eu
POSTGRES_PWD=$(cat "${PASSWORD_FILE:-/run/secrets/temporal_db_password}")
export POSTGRES_PWD
exec /etc/temporal/entrypoint.sh
