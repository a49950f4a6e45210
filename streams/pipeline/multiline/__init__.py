"""What producers split over several records put together again: stack traces, and parts of long container lines."""

from streams.pipeline.multiline.joiner import Joiner

__all__ = ["Joiner"]
