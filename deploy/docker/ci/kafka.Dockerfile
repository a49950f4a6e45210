# Apache Kafka as docker-compose.yml expects it, from the pinned jars and a Java runtime in the build context.
ARG BASE_IMAGE
FROM ${BASE_IMAGE}
COPY java /opt/java
COPY libs /opt/kafka/libs
ENV PATH=/opt/java/bin:$PATH
RUN mkdir -p /var/lib/kafka/data && chown 1000:1000 /var/lib/kafka/data
USER 1000:1000
