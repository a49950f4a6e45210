"""`http`: methods, status codes and routes, whoever logged the request."""

from __future__ import annotations

from typing import Any

import pytest

from schemas.examples import example
from streams.processors.http import Http
from streams.processors.routes import route_of
from tests.processors import record_with

METHOD, ORIGINAL = "http.request.method", "http.request.method_original"
STATUS, CLASS, ROUTE = "http.response.status_code", "http.response.status_class", "http.route"


def added(attributes: dict[str, Any], *, infer: bool = False, **fields: Any) -> dict[str, Any]:
    """What the processor adds to attributes; it must leave all that were there."""
    record = record_with(dict(attributes), **fields)
    acted = Http(Http.Options(infer_severity=infer)).process(record)
    changed = {name: value for name, value in record["attributes"].items() if attributes.get(name) is not value}
    assert acted is bool(changed)
    assert attributes.keys() <= record["attributes"].keys()
    return changed


@pytest.mark.parametrize(
    ("attributes", "expected"),
    [
        pytest.param(
            {METHOD: "GET", "url.path": "/users/42", STATUS: 200},
            {CLASS: "2xx", ROUTE: "/users/{id}"},
            id="OpenTelemetry",
        ),
        pytest.param(
            {"http.method": "POST", "http.target": "/a?b=1", "http.status_code": 503},
            {METHOD: "POST", STATUS: 503, CLASS: "5xx", ROUTE: "/a"},
            id="OpenTelemetry before 1.21",
        ),
        pytest.param(
            {"http": {"method": "GET", "path": "/cart", "status": 302}},
            {METHOD: "GET", STATUS: 302, CLASS: "3xx", ROUTE: "/cart"},
            id="an object",
        ),
        pytest.param(
            {"req": {"method": "GET", "url": "/x/7"}, "res": {"statusCode": 404}},
            {METHOD: "GET", STATUS: 404, CLASS: "4xx", ROUTE: "/x/{id}"},
            id="pino-http",
        ),
        pytest.param(
            {"http": {"request": {"method": "GET"}, "response": {"status_code": 200}}},
            {METHOD: "GET", STATUS: 200, CLASS: "2xx"},
            id="ECS in objects",
        ),
        pytest.param(
            {"httpRequest": {"requestMethod": "GET", "requestUrl": "https://a.b/c/1", "status": 200}},
            {METHOD: "GET", STATUS: 200, CLASS: "2xx", ROUTE: "/c/{id}"},
            id="Google Cloud",
        ),
        pytest.param(
            {"method": "GET", "path": "/a", "status": "200"},
            {METHOD: "GET", STATUS: 200, CLASS: "2xx", ROUTE: "/a"},
            id="plain words together",
        ),
        pytest.param({"status": 200, "path": "/var/log"}, {}, id="plain words without a method"),
        pytest.param({"method": "GET"}, {}, id="a plain method alone"),
        pytest.param({"method": "charge", "status": 200}, {}, id="a method of something else"),
        pytest.param({STATUS: "404"}, {STATUS: 404, CLASS: "4xx"}, id="a status in quotes"),
        pytest.param({STATUS: 0}, {}, id="no response"),
        pytest.param({STATUS: 600}, {}, id="no status"),
        pytest.param({STATUS: True}, {}, id="a boolean"),
        pytest.param({"http": ["GET"], "url.path": 7}, {}, id="nothing of the kind"),
        pytest.param({ROUTE: "/own/:id", "url.path": "/own/7"}, {}, id="a route of its own"),
        pytest.param({}, {}, id="no request"),
    ],
)
def test_a_request_has_one_set_of_names(attributes: dict[str, Any], expected: dict[str, Any]) -> None:
    assert added(attributes) == expected


@pytest.mark.parametrize(
    ("method", "expected"),
    [
        ("get", {METHOD: "GET", ORIGINAL: "get"}),
        ("QUERY", {}),
        ("PROPFIND", {METHOD: "_OTHER", ORIGINAL: "PROPFIND"}),
        ("\x16\x03\x01", {METHOD: "_OTHER", ORIGINAL: "\x16\x03\x01"}),
        ("_OTHER", {}),
        (7, {}),
    ],
)
def test_a_method_that_http_does_not_define_is_other(method: Any, expected: dict[str, Any]) -> None:
    assert added({METHOD: method}) == expected


@pytest.mark.parametrize(
    ("status", "fields", "number"),
    [
        (500, {}, 17),
        (404, {}, 13),
        (200, {}, 0),
        (500, {"severity_number": 9, "severity_text": "INFO"}, 9),
        (500, {"severity_text": "odd"}, 0),
    ],
)
def test_severity_is_inferred_where_it_is_asked_for_and_the_source_is_silent(
    status: int, fields: dict[str, Any], number: int
) -> None:
    for infer in (False, True):
        record = record_with({STATUS: status}, **fields)
        Http(Http.Options(infer_severity=infer)).process(record)
        given = fields.get("severity_number", 0)
        assert record["severity_number"] == (number if infer else given)
        assert ("severity.inferred" in record.get("flags", ())) is (infer and number != given)


def test_points_of_metrics_and_routes_of_clients_are_left_alone() -> None:
    point: Any = example("metric_sum", attributes={STATUS: 200, "url.path": "/a/1"})
    assert not Http(Http.Options()).process(point)
    call: Any = example("span", attributes={"url.path": "/a/1", STATUS: 200})
    call["span"]["kind"] = "client"
    assert Http(Http.Options()).process(call)
    assert ROUTE not in call["attributes"]


@pytest.mark.parametrize(
    ("target", "route"),
    [
        ("/", "/"),
        ("/healthz", "/healthz"),
        ("/users/42/orders/9?full=1#top", "/users/{id}/orders/{id}"),
        ("/items/3fa85f64-5717-4562-b3fc-2c963f66afa6", "/items/{id}"),
        ("/blobs/4bf92f3577b34da6a3ce929d0e0e4736/", "/blobs/{id}/"),
        ("/commits/9fceb02", "/commits/{id}"),
        ("/api/v2/x", "/api/v2/x"),
        ("/api/v1.2/x;jsessionid=7", "/api/v1.2/x"),
        ("/orders/order-12345", "/orders/order-{id}"),
        ("/users/bob@example.com", "/users/{id}"),
        ("/users/bob%40example.com", "/users/{id}"),
        ("/oauth2/token", "/oauth2/token"),
        ("/s3/utf8", "/s3/utf8"),
        ("/static/app.3f2a9c1d.js", "/static/{id}"),
        ("/t/01ARZ3NDEKTSV4RRFFQ69G5FAV", "/t/{id}"),
        ("/t/aGVsbG9Xb3JsZFRoaXM", "/t/{id}"),
        ("/internationalization/notification_preferences", "/internationalization/notification_preferences"),
        ("/getUserNotificationPreferences", "/getUserNotificationPreferences"),
        (f"/a/{'x' * 65}", "/a/{id}"),
        ("https://example.org/z/1?q", "/z/{id}"),
        ("https://example.org", "/"),
        ("*", None),
        ("example.org:443", None),
        ("", None),
        ("/" * 40, None),
        ("/" + "a" * 3_000, None),
    ],
)
def test_a_route_is_the_path_without_its_ids(target: str, route: str | None) -> None:
    assert route_of(target) == route
