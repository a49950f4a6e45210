"""One event in the making: the records that belong to it so far."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias

from streams.pipeline.multiline.lines import After, begin
from streams.pipeline.multiline.piece import Piece, is_document
from streams.pipeline.multiline.pieces import join
from streams.types import JoinedRecord, RawRecord

Key: TypeAlias = tuple[tuple[bytes | None, bytes], str]
"""Source and stream: of each at most one group is open."""


@dataclass(slots=True, eq=False)
class Group:
    """Records of one event, in their order.

    `blanks` are empty lines that came last: they belong to the event if it goes on, and are `absorbed` then; `size`
    counts them already. `error` says why Kafka's own client could not read the only record. `partial` says that
    something of the event may be missing.
    """

    lines: list[RawRecord]
    pieces: list[Piece]
    after: After
    is_open: bool
    error: str | None
    size: int
    partial: bool = False
    absorbed: bool = False
    blanks: list[Group] = field(default_factory=list)

    @classmethod
    def of(cls, raw: RawRecord, piece: Piece, error: str | None = None) -> Group:
        """Begin an event; one that is alone or empty is over at once."""
        is_open = not (piece.alone or piece.is_blank)
        return cls([raw], [piece], begin(piece.text) if is_open else After.TEXT, is_open, error, len(raw.value or b""))

    @property
    def key(self) -> Key:
        """Where its next line would come from."""
        piece = self.pieces[0]
        return piece.source, piece.stream

    @property
    def first(self) -> RawRecord:
        """The record that names the event."""
        return self.lines[0]

    @property
    def last_offset(self) -> int:
        """The offset of the last record."""
        return self.lines[-1].offset

    @property
    def unfinished(self) -> bool:
        """Whether its last line goes on in a later record."""
        return not self.pieces[-1].ends

    @property
    def is_document(self) -> bool:
        """Whether it is one line, put together of parts, that turned out to be a JSON document."""
        pieces = self.pieces
        if not pieces[0].content.startswith((b"{", b"[")) or any(piece.ends for piece in pieces[:-1]):
            return False
        return pieces[-1].ends and is_document(b"".join([piece.content for piece in pieces]))

    def keep_blank(self, raw: RawRecord, piece: Piece) -> Group:
        """Keep an empty line apart: whether it belongs to the event, the next line will tell."""
        blank = Group([raw], [piece], After.TEXT, is_open=True, error=None, size=len(raw.value or b""))
        self.blanks.append(blank)
        self.size += blank.size
        return blank

    def add(self, raw: RawRecord, piece: Piece, after: After) -> None:
        """Take a record in, and the empty lines before it."""
        for blank in self.blanks:
            self.lines += blank.lines
            self.pieces += blank.pieces
            blank.is_open, blank.absorbed = False, True
        self.blanks = []
        self.lines.append(raw)
        self.pieces.append(piece)
        self.size += len(raw.value or b"")
        self.after = after

    def close(self, *, partial: bool = False) -> None:
        """End the event; empty lines after it are records by themselves."""
        self.is_open = False
        self.partial = partial or self.unfinished
        for blank in self.blanks:
            blank.is_open = False

    def record(self) -> RawRecord:
        """Give the event as one raw record; one that needs no remark is what came from Kafka."""
        raw = self.first
        flags = (*(("multiline",) if len(self.lines) > 1 else ()), *(("partial",) if self.partial else ()))
        if not flags:
            return raw
        value = join(self.lines, self.pieces) if len(self.lines) > 1 else raw.value
        return JoinedRecord(
            tuple(self.lines), raw.topic, raw.partition, raw.offset, raw.timestamp, raw.key, value, raw.headers, flags
        )
