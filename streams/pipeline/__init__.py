"""The way of a chunk: decode, process, encode, reject; synchronous and pure."""

from streams.pipeline.pipeline import Pipeline

__all__ = ["Pipeline"]
