"""Prometheus remote write: what a series is, stale markers, exemplars, native histograms, bad series alone."""

from __future__ import annotations

import struct
from typing import Any

import cramjam
import orjson
import pytest

from streams.dialects.telemetry.prometheus_request import MESSAGES
from streams.testing import FakeRecord
from tests.through import dead_of, outcome_of, record_of, records_of

NOON = 1_700_000_000_000
STALE = struct.unpack("<d", struct.pack("<Q", 0x7FF0000000000002))[0]
COUNTER, GAUGE, HISTOGRAM, SUMMARY = 1, 2, 3, 5


def labels(name: str, **more: str) -> list[Any]:
    return [
        MESSAGES["Label"](name=key.encode(), value=value.encode()) for key, value in {"__name__": name, **more}.items()
    ]


def series(name: str = "up", *samples: float, **fields: Any) -> Any:
    return MESSAGES["TimeSeries"](
        labels=fields.pop("labels", labels(name)),
        samples=[MESSAGES["Sample"](value=value, timestamp=NOON + index) for index, value in enumerate(samples)],
        **fields,
    )


def metadata(name: str, kind: int, **texts: bytes) -> bytes:
    return bytes(MESSAGES["MetricMetadata"](metric_family_name=name.encode(), type=kind, **texts).SerializeToString())


def request(*listed: Any, about: tuple[bytes, ...] = ()) -> bytes:
    written = [one if isinstance(one, bytes) else one.SerializeToString() for one in listed]
    message = MESSAGES["WriteRequest"](timeseries=written, metadata=about)
    return bytes(cramjam.snappy.compress_raw(message.SerializeToString()))


def hinted(value: bytes) -> FakeRecord:
    return FakeRecord(value, headers=(("weft-dialect", b"prometheus-remote-write"),))


def metrics(value: bytes) -> list[dict[str, Any]]:
    return [record["metric"] for record in records_of(hinted(value)) if record["signal"] == "metric"]


def test_every_sample_of_a_series_is_a_point() -> None:
    records = records_of(hinted(request(series("up", 1, 0), series("load", 0.5))))
    assert [(record["metric"]["name"], record["metric"]["value"]) for record in records] == [
        ("up", 1.0),
        ("up", 0.0),
        ("load", 0.5),
    ]
    assert records[1]["timestamp"] == "2023-11-14T22:13:20.001000000Z"


@pytest.mark.parametrize(
    ("name", "about", "kind"),
    [
        ("jobs_total", None, "sum"),
        ("jobs", None, "gauge"),
        ("jobs_count", None, "gauge"),
        ("jobs_total", ("jobs", COUNTER), "sum"),
        ("jobs", ("jobs", COUNTER), "sum"),
        ("jobs_total", ("jobs_total", GAUGE), "gauge"),
        ("jobs_total", ("jobs", 0), "sum"),
        ("time_bucket", ("time", HISTOGRAM), "sum"),
        ("time_count", ("time", HISTOGRAM), "sum"),
        ("time_sum", ("time", HISTOGRAM), "gauge"),
        ("time_count", ("time", SUMMARY), "sum"),
        ("time", ("time", SUMMARY), "gauge"),
    ],
)
def test_metadata_says_what_a_series_is_else_its_name(name: str, about: tuple[str, int] | None, kind: str) -> None:
    (metric,) = metrics(request(series(name, 1), about=(metadata(*about),) if about else ()))
    assert metric["type"] == kind
    assert (metric["monotonic"], metric["temporality"]) == ((True, "cumulative") if kind == "sum" else (None, None))


def test_a_bucket_of_a_classic_histogram_only_grows() -> None:
    (metric,) = metrics(request(series("t_bucket", 1, labels=labels("t_bucket", le="0.5"))))
    assert metric["type"] == "sum"


def test_metadata_describes_its_metrics_and_is_a_record_itself() -> None:
    about = metadata("jobs", COUNTER, help=b"Jobs done", unit=b"jobs")
    metric, said = records_of(hinted(request(series("jobs_total", 1), about=(about,))))
    assert (metric["metric"]["description"], metric["metric"]["unit"]) == ("Jobs done", "jobs")
    assert (said["event_name"], said["body"]) == ("prometheus.metadata", "Jobs done")
    assert said["attributes"] == {
        "prometheus.metric.name": "jobs",
        "prometheus.metric.type": "counter",
        "prometheus.metric.unit": "jobs",
    }


def test_a_stale_marker_says_that_there_is_no_value() -> None:
    stale, nan, infinite = metrics(request(series("up", STALE, float("nan"), float("inf"))))
    assert ("value" in stale, stale["no_recorded_value"]) == (False, True)
    assert (nan["value"], infinite["value"]) == ("NaN", "Infinity")


TRACE, SPAN = "83a9efd15c1c98a977e0711cc93ee28b", "e127af99e3b3e074"


def exemplar(**said: str) -> Any:
    pairs = [MESSAGES["Label"](name=key.encode(), value=value.encode()) for key, value in said.items()]
    return MESSAGES["Exemplar"](labels=pairs, value=0.7, timestamp=NOON)


def test_an_exemplar_goes_with_its_sample() -> None:
    first, last = records_of(
        hinted(request(series("t", 1, 2, exemplars=[exemplar(trace_id=TRACE, span_id=SPAN, a="b")])))
    )
    assert "exemplars" not in first["metric"]
    assert last["trace_id"] is None
    assert last["metric"]["exemplars"] == [
        {
            "timestamp": "2023-11-14T22:13:20.000000000Z",
            "trace_id": TRACE,
            "span_id": SPAN,
            "value": 0.7,
            "attributes": {"a": "b"},
        }
    ]


def test_an_exemplar_alone_is_an_event_of_its_trace() -> None:
    record = record_of(hinted(request(series("t", exemplars=[exemplar(trace_id=TRACE, span_id="odd")]))))
    assert (record["signal"], record["event_name"], record["body"]) == ("log", "prometheus.exemplar", "t")
    assert (record["trace_id"], record["span_id"]) == (TRACE, None)
    assert record["attributes"] == {"prometheus.exemplar.value": 0.7, "span_id": "odd"}


def spans(*runs: tuple[int, int]) -> list[Any]:
    return [MESSAGES["BucketSpan"](offset=offset, length=length) for offset, length in runs]


def histogram(**fields: Any) -> Any:
    return series("t", histograms=[MESSAGES["Histogram"](**{"timestamp": NOON, "schema": 1, **fields})])


def test_a_native_histogram_is_an_exponential_one() -> None:
    (metric,) = metrics(
        request(
            histogram(
                count_int=15,
                sum=20.5,
                zero_threshold=0.001,
                zero_count_int=2,
                positive_spans=spans((-1, 2), (3, 1)),
                positive_deltas=[4, -1, 2],
                negative_spans=spans((0, 1)),
                negative_deltas=[1],
            )
        )
    )
    assert metric == {
        "name": "t",
        "type": "exponential_histogram",
        "temporality": "cumulative",
        "monotonic": None,
        "start_timestamp": None,
        "count": 15,
        "sum": 20.5,
        "scale": 1,
        "zero_count": 2,
        "zero_threshold": 0.001,
        "positive": {"offset": -2, "counts": [4, 3, 0, 0, 0, 5]},
        "negative": {"offset": -1, "counts": [1]},
    }


def test_a_histogram_of_floats_is_read_where_they_are_whole() -> None:
    (metric,) = metrics(
        request(histogram(count_float=3.0, positive_spans=spans((1, 2)), positive_counts=[1.0, 2.0], reset_hint=3))
    )
    assert (metric["count"], metric["temporality"]) == (3, None)
    assert metric["positive"] == {"offset": 0, "counts": [1, 2]}


def test_a_histogram_with_its_own_bounds() -> None:
    (metric,) = metrics(
        request(
            histogram(
                schema=-53, count_int=3, custom_values=[1, 2, 3], positive_spans=spans((1, 2)), positive_deltas=[1, 1]
            )
        )
    )
    assert (metric["type"], metric["bounds"], metric["bucket_counts"]) == ("histogram", [1.0, 2.0, 3.0], [0, 1, 2, 0])


@pytest.mark.parametrize(
    "bad",
    [
        series("", 1),
        series("up", 1, labels=[MESSAGES["Label"](name=b"__name__", value=b"\xff")]),
        b"\xff\xff",
        histogram(schema=9),
        histogram(count_float=1.5),
        histogram(positive_spans=spans((0, 2)), positive_deltas=[1]),
        histogram(positive_spans=spans((0, 1), (2**31 - 1, 1)), positive_deltas=[1, 1]),
        histogram(positive_spans=spans((0, 1), (-3, 1)), positive_deltas=[1, 1]),
        histogram(positive_spans=spans((0, 1)), positive_deltas=[-1]),
        histogram(schema=-53, custom_values=[1], positive_spans=spans((5, 1)), positive_deltas=[1]),
    ],
)
def test_a_bad_series_dies_alone_and_can_be_replayed_alone(bad: Any) -> None:
    outcome = outcome_of(hinted(request(series("up", 1), bad, series("up", 2))))
    (letter,) = outcome.dead
    assert (letter.reason, letter.inner, len(outcome.values)) == ("decode.protobuf", 1, 2)
    assert letter.value == request(bad)


def test_a_request_may_come_without_compression() -> None:
    assert record_of(hinted(bytes(cramjam.snappy.decompress_raw(request(series("up", 1))))))["metric"]["name"] == "up"


@pytest.mark.parametrize(
    ("value", "reason"),
    [(b"\x00\x01", "decode.protobuf"), (request(), "decode.protobuf"), (request(series("up")), "decode.empty")],
)
def test_what_is_no_request_dies_whole(value: bytes, reason: str) -> None:
    assert dead_of(hinted(value)).reason == reason


def test_a_request_that_would_open_to_too_much_is_not_opened() -> None:
    assert dead_of(hinted(bytes(cramjam.snappy.compress_raw(bytes(9_000_000))))).reason == "limit.decoded"


def test_a_time_out_of_range_is_kept() -> None:
    odd = MESSAGES["TimeSeries"](labels=labels("up"), samples=[MESSAGES["Sample"](value=1, timestamp=5)])
    record = record_of(hinted(request(odd)))
    assert (record["timestamp"], record["attributes"], record["flags"]) == (
        None,
        {"timestamp": 5},
        ["timestamp.out_of_range"],
    )


def test_values_are_numbers_in_the_record() -> None:
    (value,) = outcome_of(hinted(request(series("up", 1e300)))).values
    assert orjson.loads(value)["metric"]["value"] == 1e300
