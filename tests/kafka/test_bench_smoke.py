"""The bench measures what it says: its arithmetic, its checker, and one small run of a real peer."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import orjson
import pytest
from aiokafka.partitioner import murmur2

from bench.check import Checker, Verdict, check
from bench.errors import BenchVoid, PeerFailed
from bench.figures import percentile, rate, slope_per_minute
from bench.generate import Pool, Sample
from bench.job import Bench
from bench.kafka import Kafka, connected
from bench.load import fill, pace
from bench.measure import Point, Throughput, require_pace, start, steady_delays, summarise, throughput, wall_rate
from bench.peers.catalogue import BARE_AIOKAFKA, NAIVE_FAUST, WEFT, Peer, Topics
from bench.plan import Figures
from bench.report import ratio
from bench.shape import is_canonical, is_enriched

_PARTITIONS = 6
_MEBIBYTE = 1024 * 1024


@dataclass
class Output:
    """A record as the checker reads it back."""

    key: bytes | None
    value: bytes | None
    partition: int = 0
    timestamp: int = 0
    topic: str = "out"
    offset: int = 0
    headers: tuple[Any, ...] = ()


@pytest.fixture(scope="module")
def samples() -> list[Sample]:
    """Enough records to hold some broken ones."""
    return Pool().take(1_000)


def enriched(sample: Sample) -> Output:
    raw = orjson.loads(sample.value)
    record = {
        "schema_version": 1,
        "event_id": "raw-2-7",
        "signal": "log",
        "timestamp": raw["timestamp"].replace("Z", "000000Z"),
        "trace_id": raw["trace_id"],
        "span_id": raw["span_id"],
        "severity_text": raw["level"],
        "severity_number": {"DEBUG": 5, "INFO": 9, "WARN": 13, "ERROR": 17}[raw["level"]],
        "body": raw["message"],
        "resource": {"service.name": raw["service"], "host.name": raw["host"]},
        "attributes": {"logger": raw["logger"], "http": raw["http"], "user_id": raw["user_id"]},
        "source": {"topic": "raw", "partition": 2, "offset": 7},
    }
    return Output(sample.key, orjson.dumps(record), _place(sample.key))


def dead(sample: Sample) -> Output:
    return Output(sample.key, sample.value)


def _place(key: bytes) -> int:
    place: int = (murmur2(key) & 0x7FFFFFFF) % _PARTITIONS
    return place


def judged(samples: Iterable[Sample], good: Iterable[Output], bad: Iterable[Output]) -> Verdict:
    checker = Checker(samples, is_enriched, _PARTITIONS)
    for output in good:
        checker.enriched(output)
    for output in bad:
        checker.dead(output)
    return checker.verdict


def outputs(samples: list[Sample]) -> tuple[list[Output], list[Output]]:
    return [enriched(s) for s in samples if not s.broken], [dead(s) for s in samples if s.broken]


# --- the job ---


def test_the_same_records_come_every_time_and_half_a_percent_is_broken() -> None:
    first, second = Pool().take(20_000), Pool().take(20_000)
    assert first == second
    assert 0.004 < sum(sample.broken for sample in first) / 20_000 < 0.006
    assert len({sample.key for sample in first}) == 20_000


def test_broken_records_are_no_json_and_all_others_are(samples: list[Sample]) -> None:
    for sample in samples:
        if sample.broken:
            with pytest.raises(orjson.JSONDecodeError):
                orjson.loads(sample.value)
        else:
            assert orjson.loads(sample.value)["trace_id"].encode() == sample.key


# --- the checker ---


def test_right_outputs_have_no_fault(samples: list[Sample]) -> None:
    verdict = judged(samples, *outputs(samples))
    assert (verdict.faults, verdict.enriched + verdict.dead) == ({}, 1_000)


def test_a_missing_record_is_noticed(samples: list[Sample]) -> None:
    good, bad = outputs(samples)
    assert judged(samples, good[1:], bad).faults == {"missing": 1}
    assert judged(samples, good, bad[1:]).faults == {"missing": 1}


def test_a_doubled_record_is_noticed_even_when_the_count_is_right(samples: list[Sample]) -> None:
    good, bad = outputs(samples)
    assert judged(samples, [*good[1:], good[1]], bad).faults == {"missing": 1, "doubled": 1}


def test_a_foreign_record_is_noticed(samples: list[Sample]) -> None:
    good, bad = outputs(samples)
    assert judged(samples, good, [*bad, Output(b"f" * 32, b"{}")]).faults == {"foreign": 1}


def _changed(output: Output, **fields: object) -> Output:
    return replace(output, value=orjson.dumps({**orjson.loads(output.value or b""), **fields}))


@pytest.mark.parametrize(
    "alter",
    [
        lambda output: _changed(output, body="something else"),
        lambda output: _changed(output, timestamp="2026-11-20T12:00:00.000000000Z"),
        lambda output: _changed(output, severity_number=1),
        lambda output: _changed(output, span_id=None),
        lambda output: _changed(output, event_id="raw-2-8"),
        lambda output: _changed(output, attributes={}),
        lambda output: replace(output, partition=(output.partition + 1) % _PARTITIONS),
        lambda output: replace(output, value=b"{"),
        lambda output: replace(output, value=None),
    ],
    ids=["body", "timestamp", "severity", "span", "event id", "lost values", "partition", "no JSON", "no value"],
)
def test_an_altered_record_is_noticed(samples: list[Sample], alter: Callable[[Output], Output]) -> None:
    good, bad = outputs(samples)
    assert judged(samples, [*good[:500], alter(good[500]), *good[501:]], bad).faults == {"altered": 1}


def test_an_altered_dead_letter_is_noticed(samples: list[Sample]) -> None:
    good, bad = outputs(samples)
    assert judged(samples, good, [replace(bad[0], value=b"x"), *bad[1:]]).faults == {"altered": 1}


def test_a_good_record_among_the_dead_and_a_broken_one_among_the_good_are_altered(samples: list[Sample]) -> None:
    good, bad = outputs(samples)
    intact = next(sample for sample in samples if not sample.broken)
    broken = next(sample for sample in samples if sample.broken)
    swapped = [out for out in good if out.key != intact.key], [out for out in bad if out.key != broken.key]
    verdict = judged(samples, [*swapped[0], Output(broken.key, b"{}")], [*swapped[1], dead(intact)])
    assert verdict.faults == {"altered": 2}


def test_the_faust_agents_record_is_judged_by_its_own_shape(samples: list[Sample]) -> None:
    raw = orjson.loads(next(s for s in samples if b"sent receipt" in s.value and not s.broken).value)
    record = {
        "trace_id": raw["trace_id"],
        "span_id": raw["span_id"],
        "severity_text": raw["level"],
        "severity_number": {"DEBUG": 5, "INFO": 9, "WARN": 13, "ERROR": 17}[raw["level"]],
        "body": "sent receipt to [REDACTED] and copy to [REDACTED]",
        "resource": {"service.name": raw["service"], "host.name": raw["host"]},
        "attributes": {"logger": raw["logger"], "http": raw["http"], "user_id": raw["user_id"]},
    }
    assert is_canonical(raw, record)
    assert not is_canonical(raw, {**record, "body": raw["message"]})


# --- the arithmetic ---


@pytest.mark.parametrize(
    ("values", "share", "expected"),
    [([7], 0.99, 7), ([3, 1, 2], 0.5, 2), (range(1, 101), 0.99, 99), (range(1, 101), 1, 100), ([1, 2], 0, 1)],
)
def test_percentiles_are_nearest_rank(values: Sequence[int], share: float, expected: int) -> None:
    assert percentile(values, share) == expected


@pytest.mark.parametrize(("values", "share"), [([], 0.5), ([1], 1.1), ([1], -0.1)])
def test_a_percentile_of_nothing_is_refused(values: list[int], share: float) -> None:
    with pytest.raises(ValueError, match="percentile"):
        percentile(values, share)


def test_slope_is_per_minute() -> None:
    assert slope_per_minute([0, 30, 60], [10, 11, 12]) == pytest.approx(2)


def test_a_rate_needs_time() -> None:
    assert rate(100, 0.5) == 200
    with pytest.raises(ValueError, match="no measurement"):
        rate(100, 0)


def test_wall_rate_leaves_out_what_came_in_the_first_millisecond() -> None:
    appended = {b"a": 1_000, b"b": 1_000, b"c": 1_500, b"d": 2_000}
    assert wall_rate(Verdict(4, appended_ms=appended)) == 2


def test_a_load_that_was_too_light_makes_the_run_void() -> None:
    stamps = {str(number).encode(): number * 10 for number in range(101)}
    require_pace(stamps, 105)
    with pytest.raises(BenchVoid, match="only 100 of 106"):
        require_pace(stamps, 106)


def test_delays_of_the_first_two_seconds_do_not_count() -> None:
    stamps = {b"a": 0, b"b": 1_999, b"c": 2_000, b"d": 3_000}
    assert steady_delays(stamps, {b"a": 900, b"b": 2_900, b"c": 2_005, b"d": 3_009}) == [5, 9]


def test_memory_is_the_peak_of_all_and_the_growth_after_the_first_fifth() -> None:
    points = [Point(second, size * _MEBIBYTE, second * 10, 1) for second, size in ((0, 300), (20, 100), (60, 102))]
    points.append(Point(100, 104 * _MEBIBYTE, 1_000, 1))
    memory = summarise(points)
    assert (memory.peak_mib, memory.per_second, memory.seconds) == (300, 10, 100)
    assert memory.growth_mib_per_minute == pytest.approx(3)


def test_a_ratio_is_taken_round_by_round() -> None:
    own = Figures(throughputs=[Throughput(100, 1), Throughput(300, 1), Throughput(200, 1)])
    other = Figures(throughputs=[Throughput(10, 1), Throughput(10, 1), Throughput(40, 1)])
    assert ratio(own, other) == 10


# --- a small run ---


def _bench(kafka: Kafka, folder: Path) -> Bench:
    return Bench(kafka, folder, core=None)


@pytest.mark.parametrize("peer", [BARE_AIOKAFKA, WEFT], ids=lambda peer: peer.name)
async def test_a_peer_is_measured_and_its_outputs_are_checked(
    kafka: str, tmp_path: Path, samples: list[Sample], peer: Peer
) -> None:
    async with connected(kafka) as broker:
        raws = f"{peer.name}-one", f"{peer.name}-many"
        for raw, number in zip(raws, (1, 1_000), strict=True):
            await broker.create(raw, _PARTITIONS)
            await fill(broker, raw, samples[:number])
        bench = _bench(broker, tmp_path)
        began = await start(bench, peer, raws[0], samples[:1])
        result = await throughput(bench, peer, raws[1], samples, replace(began, cpu_seconds=0))
        assert min(began.seconds, began.cpu_seconds, result.per_cpu_second) > 0
        await broker.delete(raws)


async def test_outputs_on_the_broker_that_lack_a_record_make_the_run_void(kafka: str, samples: list[Sample]) -> None:
    topics = Topics("unread", "void-enriched", "void-dead")
    async with connected(kafka) as broker:
        for topic in (topics.enriched, topics.dead):
            await broker.create(topic, 1, output=True)
        await fill(broker, topics.dead, [sample for sample in samples if sample.broken])
        with pytest.raises(BenchVoid, match="'missing': 9"):
            await check(broker, WEFT, topics, samples)
        await broker.delete([topics.enriched, topics.dead])


async def test_a_paced_load_keeps_its_rate_and_remembers_when_each_record_left(
    kafka: str, samples: list[Sample]
) -> None:
    async with connected(kafka) as broker:
        await broker.create("paced", _PARTITIONS)
        stamps = await pace(broker, "paced", samples[:200], per_second=400)
        assert set(stamps) == {sample.key for sample in samples[:200]}
        assert max(stamps.values()) - min(stamps.values()) >= 450
        assert sum((await broker.ends("paced")).values()) == 200
        await broker.delete(["paced"])


async def test_a_peer_that_ends_fails_the_run_with_what_it_said(kafka: str, tmp_path: Path) -> None:
    ending = replace(NAIVE_FAUST, name="ending", command=("sh", "-c", "echo it broke; exit 3"))
    async with connected(kafka) as broker:
        bench = _bench(broker, tmp_path)
        async with bench.outputs(ending, "raw", 1) as topics, bench.running(ending, topics) as job:
            with pytest.raises(PeerFailed, match=r"(?s)ended with 3.*it broke"):
                await job.until_written(1)
