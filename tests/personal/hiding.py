"""Where a secret may stand in what reaches Kafka: forms, encodings, envelopes and lines."""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Callable, Mapping, Sequence
from html import escape
from typing import Any, Final, TypeAlias
from urllib.parse import quote, quote_plus

import cramjam

from tests.personal.made import Maker, Secret

Hiding: TypeAlias = Callable[[Maker, Secret], Sequence[bytes] | None]
"""Gives the values of records, one after the other; None where the secret cannot stand like that."""


def document(**fields: Any) -> list[bytes]:
    return [json.dumps({"level": "info", **fields}, ensure_ascii=False).encode()]


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def line(text: str) -> list[bytes] | None:
    return None if "\n" in text else [text.encode()]


def _escaped(text: str) -> str:
    """Every character as an escape of JSON (RFC 8259, 7)."""
    return "".join(f"\\u{ord(one):04x}" for one in text)


def _cautious(document: Any) -> str:
    """JSON with the escapes that Gson, Jackson and Go write for the sake of HTML, and PHP for that of scripts."""
    text = json.dumps(document)
    for sign in "<>&='":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return text.replace("/", "\\/")


def _field(secret: Secret) -> dict[str, str]:
    return dict([secret.field])


def _in_parts(maker: Maker, text: str) -> tuple[str, str]:
    place = maker.number(1, len(text) - 1)
    return text[:place], text[place:]


def _cri(maker: Maker, secret: Secret) -> list[bytes] | None:
    """A long line in the parts in which a container's runtime writes it (CRI log format)."""
    if "\n" in secret.said:
        return None
    first, second = _in_parts(maker, f"took {secret.said} from x")
    time = "2026-11-24T12:00:00.123456789Z"
    return [f"{time} stdout {tag} {part}".encode() for tag, part in (("P", first), ("F", second))]


def _docker_parts(maker: Maker, secret: Secret) -> list[bytes]:
    """The same of Docker, whose parts but the last lack the line's end."""
    first, second = _in_parts(maker, f"took {secret.said} from x".replace("\n", " "))
    return [
        json.dumps({"log": part, "stream": "stdout", "time": "2026-11-24T12:00:00.123456789Z"}).encode()
        for part in (first, f"{second}\n")
    ]


def _stack_trace(maker: Maker, secret: Secret) -> list[bytes]:
    lines = ["2026-11-24 12:00:00 ERROR failed", "java.lang.IllegalStateException: no", "\tat a.B.c(B.java:1)"]
    said = secret.said.replace("\n", "\n\t")
    return [one.encode() for one in (*lines, f"Caused by: java.io.IOException: got {said}", "\tat a.D.e(D.java:2)")]


def _indented(maker: Maker, secret: Secret) -> list[bytes]:
    lines = ("2026-11-24 12:00:00 INFO sent", *(f"    {one}" for one in secret.said.split("\n")))
    return [one.encode() for one in lines]


PLACES: Final[Mapping[str, Hiding]] = {
    "sentence": lambda maker, secret: document(message=f"The client gave {secret.said} and then left."),
    "end of a sentence": lambda maker, secret: document(message=f"It ends with {secret.said}"),
    "brackets": lambda maker, secret: document(message=f"failed ({secret.said}): x"),
    "line": lambda maker, secret: line(f"2026-11-24 12:00:00 INFO handled {secret.said} twice"),
    "logfmt": lambda maker, secret: line(f"level=info msg={_quoted(secret.said)} n=5"),
    "field": lambda maker, secret: document(message="x", **_field(secret)),
    "deep": lambda maker, secret: document(message="x", a={"b": [1, {"c": [_field(secret)]}]}),
    "list": lambda maker, secret: document(message="x", args=["a", secret.said]),
    "name": lambda maker, secret: document(message="x", counts={secret.said: 1}),
    "escaped JSON": lambda maker, secret: [f'{{"level":"info","message":"see {_escaped(secret.said)}"}}'.encode()],
    "JSON in JSON": lambda maker, secret: document(message="x", payload=json.dumps(_field(secret))),
    "JSON in JSON in JSON": lambda maker, secret: document(
        message="x", payload=json.dumps({"inner": json.dumps({"id": 1, **_field(secret)})})
    ),
    "JSON in a sentence": lambda maker, secret: document(message=f"got {json.dumps(_field(secret))} from x"),
    "escapes for HTML": lambda maker, secret: document(message="x", payload=_cautious(_field(secret))),
    "text with escapes for HTML": lambda maker, secret: document(message=_cautious({"text": secret.said})),
    "query": lambda maker, secret: document(message=f"GET /x?note={quote(secret.said, safe='')}&r=1 200"),
    "gzip": lambda maker, secret: [gzip.compress(document(message=f"x {secret.said} y")[0], mtime=0)],
    "lines in one record": lambda maker, secret: document(message=f"first\n  {secret.said}\nlast"),
    "stack trace in lines": _stack_trace,
    "container's line in parts": _cri,
    "Docker": lambda maker, secret: [
        json.dumps({"log": f"seen {secret.said}\n", "stream": "stderr", "time": "2026-11-24T12:00:00Z"}).encode()
    ],
    "syslog": lambda maker, secret: line(f"<34>1 2026-11-24T12:00:00Z host app 1 - - saw {secret.said}"),
    "markup": lambda maker, secret: document(message=f"<note>{secret.said}</note>"),
    "quotes": lambda maker, secret: document(message=f"argument '{secret.said}' is wrong"),
    "zlib": lambda maker, secret: [zlib.compress(document(message=f"x {secret.said} y")[0])],
    "zstd": lambda maker, secret: [bytes(cramjam.zstd.compress(document(message=f"x {secret.said} y")[0]))],
    "form": lambda maker, secret: document(body=f"a=1&note={quote_plus(secret.said)}&b=2"),
    "entities": lambda maker, secret: document(message=f'<input value="{escape(secret.said)}">'),
    "colours": lambda maker, secret: document(message=f"\x1b[1mnote\x1b[0m \x1b[36m{secret.said}\x1b[0m"),
    "tabs": lambda maker, secret: document(message=f"a\t{secret.said}\tb"),
    "table": lambda maker, secret: document(message=f"| note | {secret.said} | x |"),
    "printed quotes": lambda maker, secret: document(message=f"said \u201c{secret.said}\u201d."),
    "guillemets": lambda maker, secret: document(message=f"dit \u00ab{secret.said}\u00bb"),
    "structured data": lambda maker, secret: (
        line(f'<34>1 2026-11-24T12:00:00Z host app 1 - [x@32473 note="{secret.said}"] x')
        if '"' not in secret.said
        else None
    ),
    "OTLP": lambda maker, secret: [
        json.dumps(
            {
                "resourceLogs": [
                    {
                        "scopeLogs": [
                            {
                                "logRecords": [
                                    {
                                        "body": {"stringValue": "x"},
                                        "attributes": [
                                            {"key": secret.field[0], "value": {"stringValue": secret.field[1]}}
                                        ],
                                    }
                                ]
                            }
                        ]
                    }
                ]
            }
        ).encode()
    ],
    "CEF": lambda maker, secret: line(
        f"CEF:0|v|p|1|100|x|5|msg={secret.said.replace('=', chr(92) + '=')} src=10.0.0.1"
    ),
    "SQL": lambda maker, secret: document(message=f"insert (7, '{secret.said}', NULL)"),
    "access log": lambda maker, secret: line(
        f'10.0.0.1 - - [24/Nov/2026:12:00:00 +0000] "GET /x?note={quote(secret.said, safe="")} HTTP/1.1" 200 5 "-" "x"'
    ),
    "klog": lambda maker, secret: line(f'I1124 12:00:00.123456       1 a.go:1] "took" note={_quoted(secret.said)}'),
    "Docker's line in parts": _docker_parts,
    "indented lines": _indented,
    "CloudEvent": lambda maker, secret: [
        json.dumps({"specversion": "1.0", "id": "1", "source": "/x", "type": "t", "data": _field(secret)}).encode()
    ],
    "pretty JSON": lambda maker, secret: document(message=json.dumps({"a": [_field(secret)]}, indent=2)),
    "JSON in a query": lambda maker, secret: document(message=f"/x?q={quote(json.dumps(_field(secret)))}"),
    "nothing around": lambda maker, secret: document(message=secret.said),
    "semicolons": lambda maker, secret: document(message=f"a;{secret.said};b"),
    "commas": lambda maker, secret: document(message=f"7,{secret.said},x"),
    "twice": lambda maker, secret: document(message=f"{secret.said} {secret.said}"),
}
