"""Kafka and sample traffic on one machine, for development and tests (extra `weft[dev]`)."""
