#!/bin/sh
# Makes the namespace and its search attributes be as written here; repeating it changes nothing.
set -eu
: "${TEMPORAL_ADDRESS:?host:port of the frontend}" "${TEMPORAL_NAMESPACE:?its name}"
RETENTION=${RETENTION:-30d}
TRIES=${TRIES:-60}

# The server may still be starting, and for seconds it forgets a namespace that it has just made.
patiently() {
    tried=1
    until "$@"; do
        [ "$tried" -lt "$TRIES" ] || { echo "gave up after $tried tries: $*" >&2; exit 1; }
        tried=$((tried + 1))
        sleep 2
    done
}

found_or_made() {
    temporal operator namespace describe -n "$TEMPORAL_NAMESPACE" >/dev/null 2>&1 ||
        temporal operator namespace create -n "$TEMPORAL_NAMESPACE" --retention "$RETENTION"
}

# Refused for good when the name is taken by another type: remove that attribute first.
attribute() { # name, type
    patiently temporal operator search-attribute create -n "$TEMPORAL_NAMESPACE" --name "$1" --type "$2"
}

patiently temporal operator cluster health
patiently found_or_made
# `create` never changes a namespace that exists: a new retention arrives here.
patiently temporal operator namespace update -n "$TEMPORAL_NAMESPACE" --retention "$RETENTION"

attribute DealStage Keyword
attribute DealValue Double
attribute Customer Keyword
attribute ProjectKey Keyword
attribute NeedsAttention Bool
attribute Owner Keyword
