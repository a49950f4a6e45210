#!/bin/sh
# Formats an empty data folder, then becomes the broker.
# Any image with Java 17 or newer on its path and Kafka's jars in /opt/kafka/libs serves.
set -eu

export CLASSPATH='/opt/kafka/libs/*'
# The two levels are those of the logging libraries that images bring along.
export JDK_JAVA_OPTIONS='-Xmx512m -XX:-UsePerfData -Dlog4j2.level=WARN -Dorg.slf4j.simpleLogger.defaultLogLevel=warn'
properties=/etc/weft/server.properties

if [ ! -e /var/lib/kafka/data/meta.properties ]; then
    cluster=$(java kafka.tools.StorageTool random-uuid)
    java kafka.tools.StorageTool format --config "$properties" --cluster-id "$cluster"
fi

exec java kafka.Kafka "$properties" \
    --override "advertised.listeners=PLAINTEXT://kafka:9092,HOST://127.0.0.1:${KAFKA_PORT:-9094}"
