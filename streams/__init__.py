"""Weft: raw logs, metrics and spans from Kafka to one enriched record each."""
