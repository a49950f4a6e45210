# Debian's Prometheus, as docker-compose.yml expects it.
ARG BASE_IMAGE
FROM ${BASE_IMAGE}
RUN apt-get -qq update \
 && DEBIAN_FRONTEND=noninteractive apt-get -qq install --yes --no-install-recommends prometheus \
 && mkdir /prometheus && chown 65534:65534 /prometheus
USER 65534:65534
