"""OTLP/HTTP to any collector or backend."""
