#!/usr/bin/env bash
# Gives a Debian machine the PostgreSQL server of its release, for the tests to start clusters of their own with:
#
#   deploy/ci/postgres.sh
#
# Needs root. What is there already is kept; no cluster is made and none is started.
set -euo pipefail

NO_CLUSTER=/etc/postgresql-common/createcluster.d/none.conf
export DEBIAN_FRONTEND=noninteractive

say() { echo "postgres: $* (${SECONDS} s)" >&2; }
fail() { say "$*"; exit 1; }
within() { timeout --signal=KILL "$@" >&2; }
is_there() { compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null || command -v initdb >/dev/null; }

if is_there; then exit; fi
[ "$(id -u)" = 0 ] || fail 'must run as root'
[ -e /etc/debian_version ] || fail 'only knows Debian; elsewhere install the PostgreSQL server'
say 'installing the server'
within 120 apt-get -qq update
mkdir -p "$(dirname "$NO_CLUSTER")"
echo 'create_main_cluster = false' >"$NO_CLUSTER"
within 300 apt-get -qq install --yes --no-install-recommends postgresql
is_there || fail 'the package holds no initdb'
say 'ready'
