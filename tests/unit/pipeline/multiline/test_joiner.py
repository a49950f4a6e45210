"""What is joined with what, what bounds it, and what waits for it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import pytest

from streams.testing import NOON, FakeRecord
from tests.joined import Event, Joining, events_of

HEAD, FRAME = "2026-11-24 12:00:00,000 ERROR it failed", "\tat shop.Main.main(Main.java:3)"
JOINED = ("multiline",)
CUT_SHORT = ("multiline", "partial")


def docker(log: str, stream: str = "stdout", **more: Any) -> str:
    return json.dumps({"log": log, "stream": stream, "time": "2026-11-24T12:00:00.000000001Z"} | more)


def cri(tag: str, text: str, stream: str = "stdout") -> str:
    return f"2026-11-24T12:00:00.000000001Z {stream} {tag} {text}"


def keyed(value: str, key: bytes | None, offset: int, after_ms: int = 0) -> FakeRecord:
    return FakeRecord(value.encode(), offset, key, timestamp=NOON + after_ms)


def offsets(events: Sequence[Event]) -> list[tuple[int, ...]]:
    return [event.offsets for event in events]


def logs(event: Event) -> str:
    log: str = json.loads(event.value or b"")["log"]
    return log


class TestSources:
    def test_lines_of_different_keys_do_not_mix_and_leave_in_the_order_of_their_first_offsets(self) -> None:
        events = events_of(keyed(HEAD, b"a", 0), keyed(HEAD, b"b", 1), keyed(FRAME, b"a", 2), keyed(FRAME, b"b", 3))

        assert offsets(events) == [(0, 2), (1, 3)]

    def test_no_key_is_another_source_than_an_empty_one(self) -> None:
        assert offsets(events_of(keyed(HEAD, None, 0), keyed(FRAME, b"", 1))) == [(0,), (1,)]

    @pytest.mark.parametrize(
        "where",
        [
            {"kubernetes": {"pod_name": "a"}},
            {"docker": {"container_id": "a"}},
            {"container_id": "a"},
            {"container_name": "a"},
            {"attrs": {"com.docker.compose.service": "a"}},
        ],
        ids=lambda where: next(iter(where)),
    )
    def test_lines_of_different_containers_do_not_mix(self, where: dict[str, Any]) -> None:
        other = json.loads(json.dumps(where).replace('"a"', '"b"'))
        events = events_of(docker(HEAD + "\n", **where), docker(HEAD + "\n", **other), docker(FRAME + "\n", **where))

        assert offsets(events) == [(0, 2), (1,)]

    def test_the_streams_of_a_container_do_not_mix(self) -> None:
        events = events_of(docker(HEAD + "\n"), docker("other\n", "stderr"), docker(FRAME + "\n"))

        assert offsets(events) == [(0, 2), (1,)]

    def test_lines_with_and_without_envelope_do_not_mix(self) -> None:
        assert offsets(events_of(docker(HEAD + "\n"), FRAME, cri("F", FRAME))) == [(0,), (1,), (2,)]


class TestEnvelopes:
    def test_docker_lines_are_joined_in_the_envelope_of_the_first(self) -> None:
        (event,) = events_of(docker(HEAD + "\n", attrs={"a": "b"}), docker(FRAME + "\n", attrs={"a": "b"}))

        assert json.loads(event.value or b"") == json.loads(docker(f"{HEAD}\n{FRAME}\n", attrs={"a": "b"}))

    def test_cri_lines_are_joined_in_the_envelope_of_the_first(self) -> None:
        (event,) = events_of(cri("F", HEAD), cri("F", FRAME))

        assert event.value == cri("F", f"{HEAD}\n{FRAME}").encode()

    def test_parts_of_a_docker_line_become_the_line(self) -> None:
        (event,) = events_of(docker("This is "), docker("one "), docker("line\n"))

        assert (logs(event), event.flags) == ("This is one line\n", JOINED)

    def test_parts_of_a_cri_line_become_the_line(self) -> None:
        (event,) = events_of(cri("P", "This is "), cri("P", "one "), cri("F", "line"))

        assert (event.value, event.flags) == (cri("F", "This is one line").encode(), JOINED)

    def test_a_part_goes_on_whatever_it_looks_like(self) -> None:
        (event,) = events_of(cri("P", "This is "), cri("F", HEAD))

        assert event.value == cri("F", f"This is {HEAD}").encode()

    def test_a_frame_in_parts_belongs_to_its_stack_trace(self) -> None:
        (event,) = events_of(
            cri("F", HEAD), cri("P", "\tat shop.Main."), cri("F", "main(Main.java:3)"), cri("F", FRAME)
        )

        assert event.value == cri("F", f"{HEAD}\n{FRAME}\n{FRAME}").encode()

    def test_another_stream_of_the_container_ends_a_line_in_parts(self) -> None:
        """The example of the Kubernetes logging design, whose last line names another stream than its first two."""
        events = events_of(cri("P", "First part, "), cri("P", "second part"), cri("F", "of another", "stderr"))

        assert events == [
            Event((0, 1), cri("P", "First part, second part").encode(), CUT_SHORT),
            Event((2,), cri("F", "of another", "stderr").encode()),
        ]

    def test_a_part_that_nothing_follows_is_kept_and_flagged(self) -> None:
        assert events_of(docker("half")) == [Event((0,), docker("half").encode(), ("partial",))]

    def test_a_json_object_that_came_in_parts_is_whole_with_its_last_one(self) -> None:
        joining = Joining()

        assert offsets(joining.take(docker('{"message":'), docker('"hello"}\n'))) == [(0, 1)]

    def test_a_json_object_inside_an_envelope_is_whole(self) -> None:
        assert offsets(Joining().take(docker('{"message":"hello"}\n'))) == [(0,)]

    @pytest.mark.parametrize(
        "value",
        [
            '{"log":"half","stream":"stdout"}',
            '{"log":"half","stream":"other","time":"2026-11-24T12:00:00Z"}',
            '{"log":7,"stream":"stdout","time":"2026-11-24T12:00:00Z"}',
            '{"log":"a","log":"half","stream":"stdout","time":"2026-11-24T12:00:00Z"}',
        ],
        ids=["no time", "no stream", "no text", "two texts"],
    )
    def test_what_is_no_docker_line_is_whole(self, value: str) -> None:
        assert Joining().take(value) == [Event((0,), value.encode())]


class TestAlone:
    """Records that nothing is joined with; they are given at once."""

    @pytest.mark.parametrize(
        "record",
        [
            FakeRecord(None),
            FakeRecord(b""),
            FakeRecord(b" \n"),
            FakeRecord(b'{"message":"hello"}'),
            FakeRecord(b'[{"message":"hello"}]'),
            FakeRecord(b"\x00\x01binary"),
            FakeRecord(b"\x1f\x8b\x08\x00compressed\xff\xff\xff\xff\xff\xff\xff"),
            FakeRecord(b"x" * 2_000),
            FakeRecord(b"text", headers=[("content-type", b"application/json")]),
            FakeRecord(b"text", headers=[("weft-dialect", b"json")]),
        ],
        ids=["null", "empty", "blank", "object", "array", "binary", "gzip", "too large", "said to be JSON", "named"],
    )
    def test_is_given_at_once(self, record: FakeRecord) -> None:
        assert Joining(event_bytes=1_024).take(record) == [Event((0,), record.value)]

    def test_ends_the_event_before_it(self) -> None:
        joining = Joining()
        joining.take(HEAD)

        assert offsets(joining.take('{"message":"hello"}')) == [(0,), (1,)]

    def test_text_said_to_be_text_is_joined(self) -> None:
        headers = [("Content-Type", b"text/plain; charset=utf-8")]
        records = [FakeRecord(line.encode(), offset, headers=headers) for offset, line in enumerate([HEAD, FRAME])]

        assert offsets(events_of(*records)) == [(0, 1)]

    def test_what_kafkas_own_client_could_not_read_ends_the_event_before_it(self) -> None:
        joining = Joining()
        joining.take(HEAD)
        chunk_events = joining.take_undecodable(FRAME, "a broken header")

        assert chunk_events == [((0,), None), ((1,), "a broken header")]


class TestBlankLines:
    def test_between_lines_of_an_event_they_belong_to_it(self) -> None:
        assert offsets(events_of(HEAD, "", " ", FRAME)) == [(0, 1, 2, 3)]

    def test_they_begin_no_event(self) -> None:
        assert offsets(events_of("", FRAME)) == [(0,), (1,)]

    def test_behind_an_event_they_are_records_of_their_own(self) -> None:
        assert offsets(events_of(HEAD, FRAME, "", "", HEAD)) == [(0, 1), (2,), (3,), (4,)]

    def test_they_keep_their_place_when_another_source_was_quicker(self) -> None:
        events = events_of(keyed(HEAD, b"a", 0), keyed("", b"a", 1), keyed(HEAD, b"b", 2), keyed(HEAD, b"a", 3))

        assert offsets(events) == [(0,), (1,), (2,), (3,)]


class TestBounds:
    def test_an_event_has_no_more_lines_than_allowed(self) -> None:
        assert events_of(HEAD, *[FRAME] * 3, event_lines=3) == [
            Event((0, 1, 2), f"{HEAD}\n{FRAME}\n{FRAME}".encode(), CUT_SHORT),
            Event((3,), FRAME.encode()),
        ]

    def test_an_event_has_no_more_bytes_than_allowed(self) -> None:
        long = "\tat " + "x" * 500
        events = events_of(HEAD, long, long, event_bytes=1_024)

        assert [(event.offsets, event.flags) for event in events] == [((0, 1), CUT_SHORT), ((2,), ())]

    def test_an_event_lasts_no_longer_than_allowed_in_the_time_of_its_records(self) -> None:
        events = events_of(
            keyed(HEAD, None, 0), keyed(FRAME, None, 1, 10), keyed(FRAME, None, 2, 11), event_milliseconds=10
        )

        assert [(event.offsets, event.flags) for event in events] == [((0, 1), CUT_SHORT), ((2,), ())]

    def test_an_event_is_over_when_the_time_of_others_has_moved_on(self) -> None:
        joining = Joining(event_milliseconds=10)
        joining.take(keyed(HEAD, b"a", 0))

        assert joining.take(keyed(HEAD, b"b", 1, 11)) == [Event((0,), HEAD.encode())]

    def test_a_part_of_a_line_is_flagged_when_time_has_moved_on(self) -> None:
        joining = Joining(event_milliseconds=10)
        joining.take(keyed(docker("half"), b"a", 0))

        assert joining.take(keyed(HEAD, b"b", 1, 11)) == [Event((0,), docker("half").encode(), ("partial",))]

    @pytest.mark.parametrize(
        ("bounds", "at"),
        [({"chain_records": 4}, 4), ({"chain_bytes": 1_024}, 3), ({"chain_milliseconds": 20}, 4)],
        ids=["records", "bytes", "milliseconds"],
    )
    def test_a_chain_of_overlapping_events_ends_at_its_bound(self, bounds: dict[str, int], at: int) -> None:
        """Two sources take turns, so that there is never an offset without an event around it."""
        joining = Joining(event_milliseconds=1_000, **bounds)
        lines = [HEAD + "x" * 400, FRAME + "x" * 400]
        given: list[Event] = []
        for offset in range(at):
            assert given == []
            given = joining.take(keyed(lines[offset // 2], b"ab"[offset % 2 :][:1], offset, offset * 7))

        assert joining.complete == at
        assert all("partial" in event.flags for event in given)
        assert sorted(offset for event in given for offset in event.offsets) == list(range(at))

    def test_a_chain_is_counted_from_where_no_event_overlaps(self) -> None:
        joining = Joining(chain_records=3)

        assert [offsets(joining.take(HEAD)) for _ in range(6)] == [[], *([(offset,)] for offset in range(5))]


class TestComplete:
    def test_nothing_is_complete_behind_an_open_event(self) -> None:
        joining = Joining()
        joining.take(keyed(HEAD, b"a", 0), keyed('{"message":"hello"}', b"b", 1))

        assert joining.complete == 0

    def test_what_overlaps_an_open_event_waits_for_it(self) -> None:
        joining = Joining()
        first = joining.take(keyed(HEAD, b"a", 0), keyed(HEAD, b"b", 1), keyed(FRAME, b"a", 2), keyed(HEAD, b"a", 3))
        second = joining.take(keyed(HEAD, b"b", 4))

        assert (first, joining.complete) == ([], 3)
        assert offsets(second) == [(0, 2), (1,)]

    def test_offsets_without_records_are_complete_with_what_is_before_them(self) -> None:
        joining = Joining()
        joining.take('{"message":"hello"}')

        assert joining.joiner.complete(9) == 9


class TestCut:
    def test_closes_everything_that_is_open_without_a_remark(self) -> None:
        joining = Joining()
        joining.take(keyed(HEAD, b"a", 0), keyed(HEAD, b"b", 1))

        assert joining.cut() == [Event((0,), HEAD.encode()), Event((1,), HEAD.encode())]
        assert joining.state.cut is None

    @pytest.mark.parametrize("cut", [2, 3])
    def test_stands_before_its_offset_in_the_middle_of_a_chunk(self, cut: int) -> None:
        events = Joining().take(HEAD, FRAME, FRAME, FRAME, cut=cut)

        assert offsets(events) == [tuple(range(cut))]

    def test_waits_for_its_offset(self) -> None:
        joining = Joining()

        assert joining.take(HEAD, cut=3) == []
        assert joining.take(FRAME, cut=3) == []
        assert offsets(joining.take(FRAME, FRAME, cut=3)) == [(0, 1, 2)]
