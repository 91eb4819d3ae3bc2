#!/bin/sh
# Makes up the databases' passwords, never over an existing one, and names what only a vendor can give.
set -eu
cd "${SECRETS_DIR:-$(dirname "$0")/secrets}"

# The folder keeps other people of this host away; the files are open to the containers' own users.
chmod 700 .

for name in temporal_db_admin_password temporal_db_password \
            cashward_db_admin_password cashward_db_migrator_password cashward_db_password; do
    [ -s "$name" ] || head -c 24 /dev/urandom | od -An -tx1 | tr -d ' \n' >"$name"
done

missing=0
ask() { # file, where it comes from
    [ -s "$1" ] || { echo "fill $PWD/$1: $2" >&2; missing=1; }
}
ask hubspot_access_token "HubSpot, Settings > Integrations > Private apps"
ask jira_token "Atlassian account, Security > API tokens"
ask xero_client_secret "Xero developer portal, My apps > Configuration"

for file in *_password *_token *_secret; do
    [ ! -e "$file" ] || chmod 644 "$file"
done
exit "$missing"
