#!/usr/bin/env bash
# Gives a Debian machine that can pull no image a Docker engine and the images that docker-compose.yml needs:
#
#   make setup && eval "$(deploy/docker/ci/engine.sh)"
#
# The variables that name them go to stdout, everything else to stderr. Needs root. What is there already is kept,
# so a second run takes seconds. The engine goes on running: kill "$(cat /var/run/docker.pid)" ends it.
set -euo pipefail

HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
PYTHON=$HERE/../../../.venv/bin/python
SUITE=bookworm
COMPOSE_SUITE=trixie # the first Debian release with Compose v2
KEYRING=/usr/share/keyrings/debian-archive-keyring.gpg
CERTIFICATES=/etc/ssl/certs/ca-certificates.crt
BASE_IMAGE=local/python-base:$SUITE
KAFKA_IMAGE=local/kafka:4.1.0
PROMETHEUS_IMAGE=local/prometheus:$SUITE
export DOCKER_BUILDKIT=0 DEBIAN_FRONTEND=noninteractive

say() { echo "engine: $* (${SECONDS} s)" >&2; }
fail() { say "$*"; exit 1; }
within() { timeout --signal=KILL "$@" >&2; }
is_missing() { ! docker image inspect "$1" >/dev/null 2>&1; }

require_machine() {
    [ "$(id -u)" = 0 ] || fail 'must run as root'
    [ -e /etc/debian_version ] || fail 'only knows Debian; elsewhere install Docker with Compose v2'
    [ -x "$PYTHON" ] || fail 'needs the environment: make setup'
}

install_engine() {
    if command -v dockerd >/dev/null && command -v debootstrap >/dev/null; then return; fi
    say 'installing the engine'
    within 120 apt-get -qq update
    within 300 apt-get -qq install --yes --no-install-recommends docker.io debootstrap iptables ca-certificates
}

mirror() { # the one that this machine's apt already uses
    apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' | grep -v security | head -n 1
}

install_compose() {
    if docker compose version >/dev/null 2>&1; then return; fi
    say 'installing Compose'
    local folder=$WORK/compose plugins=${DOCKER_CONFIG:-$HOME/.docker}/cli-plugins
    mkdir -p "$folder/lists/partial" "$plugins"
    echo "deb [signed-by=$KEYRING] $(mirror) $COMPOSE_SUITE main" >"$folder/sources.list"
    # Its own lists: the machine's packages must stay those of its own release.
    local options=(-o "Dir::Etc::SourceList=$folder/sources.list" -o Dir::Etc::SourceParts=-
        -o "Dir::State::Lists=$folder/lists" -o Dir::Cache::PkgCache= -o Dir::Cache::SrcPkgCache= -o APT::Sandbox::User=root)
    within 120 apt-get -qq "${options[@]}" update
    (cd "$folder" && within 120 apt-get -qq "${options[@]}" download docker-compose)
    dpkg-deb --extract "$folder"/docker-compose_*.deb "$folder/content"
    install "$folder/content/usr/libexec/docker/cli-plugins/docker-compose" "$plugins/"
}

start_engine() {
    if docker info >/dev/null 2>&1; then return; fi
    say 'starting the engine'
    local log=/var/log/weft-dockerd.log
    setsid dockerd </dev/null >"$log" 2>&1 &
    for _ in $(seq 60); do
        if docker info >/dev/null 2>&1; then return; fi
        sleep 0.5
    done
    tail -n 20 "$log" >&2
    fail "the engine does not answer; its log is $log"
}

make_base_image() {
    is_missing "$BASE_IMAGE" || return 0
    say 'making the base image'
    local root=$WORK/root
    within 400 debootstrap --variant=minbase --include=ca-certificates,python3,python3-venv "$SUITE" "$root" "$(mirror)"
    rm -f "$root"/var/cache/apt/archives/*.deb
    cp "$CERTIFICATES" "$root$CERTIFICATES" # a company's own authority included
    tar -C "$root" -c . | within 120 docker import --change "ENV SSL_CERT_FILE=$CERTIFICATES PIP_CERT=$CERTIFICATES" - "$BASE_IMAGE"
}

build() { # IMAGE DOCKERFILE CONTEXT
    within 300 docker build --quiet --network host --build-arg "BASE_IMAGE=$BASE_IMAGE" --tag "$1" --file "$2" "$3"
}

make_kafka_image() {
    is_missing "$KAFKA_IMAGE" || return 0
    say 'making the Kafka image'
    within 300 "$PYTHON" "$HERE/kafka_context.py" "$WORK/kafka"
    build "$KAFKA_IMAGE" "$HERE/kafka.Dockerfile" "$WORK/kafka"
}

make_prometheus_image() {
    is_missing "$PROMETHEUS_IMAGE" || return 0
    say 'making the Prometheus image'
    local empty=$WORK/prometheus
    mkdir "$empty"
    build "$PROMETHEUS_IMAGE" "$HERE/prometheus.Dockerfile" "$empty"
}

require_machine
WORK=$(mktemp --directory --tmpdir=/var/tmp weft-engine.XXXXXX) # not /tmp, where programs may be forbidden to run
trap 'rm -rf "$WORK"' EXIT
install_engine
install_compose
start_engine
make_base_image
make_kafka_image
make_prometheus_image
say 'ready'
cat <<END
export BASE_IMAGE=$BASE_IMAGE KAFKA_IMAGE=$KAFKA_IMAGE PROMETHEUS_IMAGE=$PROMETHEUS_IMAGE
export BUILD_NETWORK=host DOCKER_BUILDKIT=0 TESTCONTAINERS_RYUK_DISABLED=true
END
