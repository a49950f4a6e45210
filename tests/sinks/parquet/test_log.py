"""The log gives every number once, tells who was shut out, and stays small."""

from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import uuid4

import pytest

from streams.errors import UnexpectedState
from streams.sinks.parquet.files import Files, open_files
from streams.sinks.parquet.log import SNAPSHOT_EVERY, Fenced, Log
from streams.sinks.parquet.manifest import DataFile, Entry, Owner, decode_snapshot, encode_snapshot
from tests.sinks.parquet.datasets import Hooked

ONE, OTHER = ("enriched", 1), ("enriched", 2)


@pytest.fixture(params=["local", "remote"])
def files(request: pytest.FixtureRequest, folder: Path) -> Files:
    """Files of each kind."""
    found = open_files(folder if request.param == "local" else f"memory://{uuid4().hex}")
    found.prepare()
    return found


def file_named(path: str) -> DataFile:
    return DataFile(path, 1, 1, "2026-03-01T12:00:00.000000Z", "2026-03-01T12:00:00.000000Z")


def commit(log: Log, owner: Owner, epoch: int, *paths: str) -> int:
    return log.append(Entry(owner=owner, epoch=epoch, id=uuid4().hex, added=[file_named(path) for path in paths]))


def test_many_writers_get_every_number_once(files: Files) -> None:
    def write(number: int) -> list[int]:
        log = Log(files)
        owner = ("enriched", number)
        epoch = log.append(Entry(owner=owner))
        return [epoch] + [commit(log, owner, epoch, f"{number}/{at}") for at in range(40)]

    with ThreadPoolExecutor(4) as threads:
        numbers = [number for found in threads.map(write, range(4)) for number in found]

    log = Log(files)
    log.follow()
    assert sorted(numbers) == list(range(1, 4 * 41 + 1))
    assert set(log.snapshot().files) == {f"{number}/{at}" for number in range(4) for at in range(40)}


def test_who_was_taken_over_can_commit_nothing(files: Files) -> None:
    sleeper, awake = Log(files), Log(files)
    old = sleeper.append(Entry(owner=ONE))
    new = awake.append(Entry(owner=ONE))

    with pytest.raises(Fenced):
        commit(sleeper, ONE, old, "old")
    commit(awake, ONE, new, "new")

    assert (awake.holds("new"), awake.holds("old")) == (True, False)


def test_others_taking_over_do_not_shut_out(files: Files) -> None:
    log, other = Log(files), Log(files)
    epoch = log.append(Entry(owner=ONE))
    other.append(Entry(owner=OTHER))

    commit(log, ONE, epoch, "mine")

    assert log.holds("mine")


def test_the_log_stays_small_and_says_the_same(files: Files) -> None:
    log = Log(files)
    epoch = log.append(Entry(owner=ONE))
    for at in range(5 * SNAPSHOT_EVERY):
        marks = {("raw", 0): (at, -1)}
        removed = [str(at - 3)]
        log.append(Entry(owner=ONE, epoch=epoch, id=str(at), added=[file_named(str(at))], removed=removed, marks=marks))
        assert len(files.names("_weft/log")) <= 2 * SNAPSHOT_EVERY + 3

    fresh = Log(files)
    fresh.follow()
    assert fresh.snapshot() == log.snapshot()
    assert set(fresh.snapshot().files) == {str(5 * SNAPSHOT_EVERY - at) for at in (1, 2, 3)}
    assert fresh.standing(ONE).marks == {("raw", 0): (5 * SNAPSHOT_EVERY - 1, -1)}


@pytest.mark.parametrize("fenced", [False, True])
def test_a_writer_that_slept_does_not_commit_under_a_number_that_was_deleted(files: Files, fenced: bool) -> None:
    """The number that it thinks is next was used, and is free again."""
    awake = Log(files)
    slept: list[bool] = []

    def sleep(operation: str, path: str) -> None:
        if operation == "create" and path.endswith("2.json") and not slept:
            slept.append(True)
            epoch = awake.append(Entry(owner=OTHER))
            for _ in range(3 * SNAPSHOT_EVERY):
                commit(awake, OTHER, epoch)
            if fenced:
                awake.append(Entry(owner=ONE))

    sleeper = Log(Hooked(files, before=sleep))  # type: ignore[arg-type]
    epoch = sleeper.append(Entry(owner=ONE))
    if fenced:
        with pytest.raises(Fenced):
            commit(sleeper, ONE, epoch, "mine")
    else:
        assert commit(sleeper, ONE, epoch, "mine") > 3 * SNAPSHOT_EVERY

    awake.follow()
    assert slept
    assert awake.holds("mine") is not fenced
    assert f"{2:020}.json" not in files.names("_weft/log")


@pytest.mark.parametrize("snapshots", [1, 2, 3])
def test_an_entry_that_others_went_far_beyond_before_its_writer_noticed_stays_committed(
    files: Files, snapshots: int
) -> None:
    others = Log(files)
    slept: list[bool] = []

    def sleep(operation: str, path: str) -> None:
        if operation == "create" and path.endswith("2.json") and not slept:
            slept.append(True)
            epoch = others.append(Entry(owner=OTHER))
            while others.snapshot().seq < snapshots * SNAPSHOT_EVERY:
                commit(others, OTHER, epoch)

    writer = Log(Hooked(files, after=sleep))  # type: ignore[arg-type]
    commit(writer, ONE, writer.append(Entry(owner=ONE)), "mine")

    assert slept
    assert writer.holds("mine")
    fresh = Log(files)
    fresh.follow()
    assert fresh.holds("mine")
    assert (f"{2:020}.json" in files.names("_weft/log")) is (snapshots == 1)


def test_a_file_that_exists_because_it_was_made_twice_is_committed_once(files: Files) -> None:
    """As S3's client does when it had no answer the first time."""

    def say_it_exists(operation: str, path: str) -> None:
        if operation == "create":
            raise FileExistsError(path)

    epoch = Log(files).append(Entry(owner=ONE))
    log = Log(Hooked(files, after=say_it_exists))  # type: ignore[arg-type]

    assert commit(log, ONE, epoch, "mine") == 2
    assert log.holds("mine")


def test_a_snapshot_says_all_of_a_state() -> None:
    dice = random.Random(7)  # noqa: S311
    files = {}
    log = Log(open_files(f"memory://{uuid4().hex}"))
    for owner in (ONE, OTHER, ("maintenance", -1)):
        epoch = log.append(Entry(owner=owner))
        for _ in range(3):
            path = f"signal=log/day=2026-03-01/hour=12/{uuid4().hex}.parquet"
            files[path] = DataFile(path, dice.randint(1, 99), dice.randint(1, 99), "a", "b")
            marks = {("raw@2", 5): (2**40, 3), ("raw", 0): (dice.randint(0, 9), -1)}
            log.append(Entry(owner=owner, epoch=epoch, id=uuid4().hex, added=[files[path]], marks=marks))

    state = log.snapshot()

    assert state.files == files
    assert decode_snapshot(encode_snapshot(state)) == state


@pytest.mark.parametrize(
    ("name", "content"),
    [
        (f"{1:020}.json", b"{"),
        (f"{1:020}.json", b'{"version":2}'),
        (f"{1:020}.json", b"[]"),
        (f"{5:020}.snapshot.json.gz", b"no gzip"),
    ],
)
def test_what_is_no_log_ends_the_program(files: Files, name: str, content: bytes) -> None:
    files.write(f"_weft/log/{name}", content)

    with pytest.raises(UnexpectedState):
        Log(files).follow()


def test_an_entry_of_an_epoch_that_is_over_ends_the_program(files: Files) -> None:
    log = Log(files)
    commit(log, ONE, log.append(Entry(owner=ONE)), "a")
    broken = Log(files)
    broken.follow()
    files.create(f"_weft/log/{3:020}.json", files.read(f"_weft/log/{2:020}.json").replace(b'"epoch":1', b'"epoch":7'))

    with pytest.raises(UnexpectedState):
        broken.follow()
