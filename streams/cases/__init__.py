"""Pipelines as tests: cases in YAML of what goes in and what must come out, run through the real pipeline."""
