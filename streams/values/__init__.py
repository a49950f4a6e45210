"""Reading values out of sources: exact JSON, time, severity, ids, compression, text."""
