"""Stores that enriched records are written to, one sink a file or folder."""
