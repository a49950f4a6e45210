"""Trace and span ids in their canonical form (W3C Trace Context, sections 3.2.2.3 and 3.2.2.4)."""

from typing import Annotated, Final

from pydantic import Field

NON_ZERO_HEX_PATTERN: Final = "^0*[1-9a-f][0-9a-f]*$"
"""Lowercase hexadecimal, not all zeros; the length is a constraint of its own."""

TraceId = Annotated[str, Field(min_length=32, max_length=32, pattern=NON_ZERO_HEX_PATTERN)]
"""16 bytes as 32 lowercase hexadecimal digits, never all zeros."""

SpanId = Annotated[str, Field(min_length=16, max_length=16, pattern=NON_ZERO_HEX_PATTERN)]
"""8 bytes as 16 lowercase hexadecimal digits, never all zeros."""

TraceFlags = Annotated[int, Field(ge=0, le=255)]
"""One byte: bit 0 is "sampled", bit 1 "random trace id" (W3C Trace Context, section 3.2.2.5)."""
