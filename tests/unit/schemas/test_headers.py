"""Headers under `weft.`: a stranger's are kept apart and never believed."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.headers import distrust, pack_headers, redrive_attempts, unpack_headers


@pytest.mark.parametrize(
    ("incoming", "kept"),
    [
        ("weft.dead.reason", "weft.untrusted.dead.reason"),
        ("WEFT.Dead.Reason", "weft.untrusted.Dead.Reason"),
        ("weft.redrive.attempts", "weft.untrusted.redrive.attempts"),
        ("weft.", "weft.untrusted."),
        ("weft.untrusted.dead.reason", "weft.untrusted.dead.reason"),
        ("weft-dialect", "weft-dialect"),
        ("content-type", "content-type"),
        ("x.weft.dead.reason", "x.weft.dead.reason"),
        ("", ""),
    ],
)
def test_incoming_weft_headers_are_renamed(incoming: str, kept: str) -> None:
    assert distrust([(incoming, b"v")]) == [(kept, b"v")]


def test_order_duplicates_and_nulls_are_kept() -> None:
    headers = [("a", b"1"), ("weft.x", None), ("a", b"2"), ("weft.x", b"3")]

    assert distrust(headers) == [("a", b"1"), ("weft.untrusted.x", None), ("a", b"2"), ("weft.untrusted.x", b"3")]


@settings(deadline=None)
@given(st.lists(st.tuples(st.text(), st.none() | st.binary())))
def test_renaming_twice_changes_nothing_more(headers: list[tuple[str, bytes | None]]) -> None:
    once = distrust(headers)

    assert distrust(once) == once
    assert not any(name.lower().startswith("weft.dead.") for name, _ in once)


@pytest.mark.parametrize(
    ("headers", "attempts"),
    [
        ([], 0),
        ([("weft.redrive.attempts", b"3")], 3),
        ([("Weft.Redrive.Attempts", b"3")], 3),
        ([("weft.redrive.attempts", b"3"), ("weft.redrive.attempts", b"5"), ("other", b"9")], 5),
        ([("weft.redrive.attempts", b"-3")], 0),
        ([("weft.redrive.attempts", b"3.5")], 0),
        ([("weft.redrive.attempts", b"")], 0),
        ([("weft.redrive.attempts", None)], 0),
        ([("weft.redrive.attempts", "٣".encode())], 0),
        ([("weft.redrive.attempts", b"9999999")], 1_000_000),
        ([("weft.redrive.attempts", b"9" * 100_000)], 0),
        ([("weft.untrusted.redrive.attempts", b"3")], 0),
    ],
)
def test_attempts_of_a_redrive_are_read_with_care(headers: list[tuple[str, bytes | None]], attempts: int) -> None:
    assert redrive_attempts(headers) == attempts


def test_packed_headers_are_plain_text() -> None:
    assert pack_headers([(b"\xff\xfe", b"hi"), (b"\xfd", None), (b"\xfc", b"")]) == "//4=:aGk=,/Q==,/A==:"


@settings(deadline=None)
@given(st.lists(st.tuples(st.binary(min_size=1), st.none() | st.binary())))
def test_packed_headers_come_back(headers: list[tuple[bytes, bytes | None]]) -> None:
    assert unpack_headers(pack_headers(headers)) == headers


@pytest.mark.parametrize("text", ["not base64!", "/A", "/A==:x"])
def test_other_text_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"base64|padding|[Nn]on-"):
        unpack_headers(text)
