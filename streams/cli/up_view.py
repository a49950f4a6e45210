"""How a run of `weft up` looks: traces, records and dead letters as lines, counters, and the closing summary."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, TextIO

import typer

from streams.cli import view
from streams.cli.console import coloured, console, interactive, say
from streams.types import RawRecord

if TYPE_CHECKING:
    from rich.status import Status

    from streams.dev.books import Books
    from streams.dev.trace_groups import EnrichedFields


class Lines:
    """Shows a run on a stream: plain lines in a pipe, one row a line with counters below on a terminal."""

    def __init__(self, stream: TextIO = sys.stdout) -> None:
        self._stream = stream
        self._colour = coloured(stream)
        self._interactive = interactive(stream)
        self._console = console(stream)
        self._status: Status | None = None

    @contextmanager
    def status(self) -> Iterator[None]:
        """Keep a line at the bottom of a terminal that says what is going on."""
        if not self._interactive:
            yield
            return
        with self._console.status("starting") as self._status:
            yield
        self._status = None

    def notice(self, line: str) -> None:
        """Tell a person what is going on; in a pipe this leaves stdout to the records."""
        say(line)
        self._update(line)

    def trace(self, records: Sequence[EnrichedFields]) -> None:
        """Show the records of one trace below its id."""
        self._print(trace_lines(records, colour=self._colour))

    def record(self, record: EnrichedFields) -> None:
        """Show a record that belongs to no trace."""
        self._print([view.record_line(record, colour=self._colour)])

    def dead_letter(self, letter: RawRecord) -> None:
        """Show where a dead letter came from and why it is dead."""
        self._print([dead_letter_line(letter, colour=self._colour)])

    def progress(self, produced: int, enriched: int, dead: int) -> None:
        """Tell how far the run is, on a terminal alone."""
        self._update(f"{produced:,} produced, {enriched:,} enriched, {dead:,} dead")

    def _update(self, line: str) -> None:
        if self._status is not None:
            from rich.text import Text

            self._status.update(Text(line))

    def _print(self, lines: Iterable[str]) -> None:
        if self._interactive:
            from rich.text import Text

            self._console.print(*map(Text.from_ansi, lines), sep="\n", overflow="ellipsis", no_wrap=True)
        else:
            self._stream.writelines(f"{line}\n" for line in lines)
            self._stream.flush()


def trace_lines(records: Sequence[EnrichedFields], *, colour: bool) -> list[str]:
    """Give a heading with the trace id and one indented line a record."""
    trace_id = view.printable(str(records[0]["trace_id"]))
    heading = f"trace {trace_id}"
    if colour:
        heading = typer.style(heading, bold=True)
    # The heading says the trace id; in the lines it would be a repetition.
    return [heading, *(f"  {view.record_line({**record, 'trace_id': None}, colour=colour)}" for record in records)]


def dead_letter_line(letter: RawRecord, *, colour: bool) -> str:
    """Give one line of a dead letter."""
    label = typer.style("dead letter", fg="red") if colour else "dead letter"
    return f"{label} {view.dead_line(view.dead_reasons(letter), colour=colour)}"


def summary_lines(books: Books) -> list[str]:
    """Give the closing summary: what was counted in this run, and whether it balances."""
    counts, seen = books.counts, books.observed
    rows = [
        ("consumed", counts.consumed, ""),
        ("split", counts.split, "further records that one value held"),
        ("enriched", counts.enriched, _by_name(seen.enriched) if seen else ""),
        ("dead", counts.dead, _by_name(seen.dead) if seen else ""),
        ("sampled", counts.sampled, ""),
        ("joined", counts.joined, ""),
        ("in flight", books.in_flight, "not committed yet: the next start goes on there" if books.in_flight else ""),
    ]
    if sink := books.sink:
        rows.append(("stored", sink.counts.enriched, _sink_remark(sink)))
    if seen:
        rows.insert(0, ("produced", seen.produced, "by the demo"))
    lines = [f"{name:>9} {number:>9,}  {remark}".rstrip() for name, number, remark in rows]
    outcomes = counts.enriched + counts.dead + counts.sampled + counts.joined
    sums = f"consumed + split = {counts.consumed + counts.split:,}, outcomes = {outcomes:,}"
    return ["this run", *lines, f"{'balances' if books.balanced else 'does not balance'}: {sums}"]


def _sink_remark(sink: Books) -> str:
    others = {
        "refused": sink.counts.dead,
        "filtered": sink.counts.sampled,
        "not stored yet": sink.in_flight,
    }
    told = [f"{count:,} {name}" for name, count in others.items() if count]
    return ", ".join(["in SQLite: `weft query`", *told])


def _by_name(counter: Counter[str]) -> str:
    return ", ".join(f"{name} {number:,}" for name, number in counter.most_common())
