"""BSD syslog (RFC 3164) as it is met: without priority, host, process or colon, with ISO times, with Cisco's tags.

Source: RFC 3164, section 4; rsyslog's RSYSLOG_TraditionalFileFormat, RSYSLOG_FileFormat and RSYSLOG_ForwardFormat;
Apple's syslog(1), format `std`; Cisco's "System Message Format".
"""

from __future__ import annotations

from streams.dialects.base import Dialect, Example
from streams.dialects.lines.grammar import DIGITS, Headed, lined, number_of
from streams.dialects.lines.priority import PATTERN, set_priority
from streams.types import Record
from streams.values.levels import syslog_level
from streams.values.severities import SYSLOG

_COUNT = r"(?:\d{1,7} (?=<))?"
"""What counts the octets of a message over TCP (RFC 6587); it is framing."""
_PRIORITY = rf"{_COUNT}(?:{PATTERN} ?)?"
_MONTH_DAY = r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) (?: ?\d|\d\d)"
_STAMP = (
    rf"(?P<time>(?P<second>(?:\d{{4}} )?{_MONTH_DAY}(?: \d{{4}})? \d\d:\d\d:\d\d)(?>(?:\.(?P<fraction>\d{{1,9}}+))?)"
    r"(?P<zone>Z| (?:UTC|GMT)(?![\w.\-])| [A-Z]{3,4}(?=:)| [+-]\d\d:?\d\d)?)"
)
_ISO_STAMP = (
    r"(?P<time>(?P<second>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?>(?:[.,](?P<fraction>\d{1,9}+))?)"
    r"(?:(?P<zone>Z|[+-]\d\d:?\d\d)|(?<=\.\d{6})(?= )))"
)
"""Without a zone only to the microsecond, as syslog daemons write it: other programs write such times too."""
_NO_LEVEL = r"(?!(?:TRACE|DEBUG|INFO|NOTICE|WARN|WARNING|ERROR|FATAL|CRITICAL|SEVERE|PANIC)\b)"
_HOST = rf"{_NO_LEVEL}(?!-)(?P<host>[^\s\[\]\"'=,:<>|{{}}]{{1,255}}+|[0-9a-fA-F]{{0,4}}:[0-9a-fA-F:.]{{1,40}})"
_ISO_HOST = rf"(?!(?:trace|debug|verbose|info|notice|warn|warning|error|fatal|critical|panic) ){_HOST}"
"""VMware's services, among others, write a level where syslog has the host."""
_WORD = r"[^\s:\[\]\"'=<>{}|]"
_PROCESS = r"\[(?P<procid>[^\]\n]{1,64})\]"
_REFERENCE = r"(?: \((?P<reference>[^)\n]{0,200})\))?(?: <(?P<level>[A-Z][a-z]{3,12})>)?"
_NO_EVENT = r"(?!(?:CE|LEE)F:)"
"""What looks like a tag, but begins a line of CEF or LEEF."""
_PROGRAM = rf"(?P<service>{_WORD}{{1,128}}(?:(?: {_WORD}{{1,60}}){{0,3}}(?=\[)| \d[\d.]{{0,20}}(?=:))?)"
_NO_TIME = r"(?!\d{4}-\d\d-\d\dT\d\d:)"
_TAG = rf"(?: ?-- )?{_NO_EVENT}{_NO_TIME}{_PROGRAM}(?:{_PROCESS})?{_REFERENCE}:"
_TAG_WITH_PROCESS = rf"(?P<service>{_WORD}{{1,128}}){_PROCESS}:?"
_BODY = r" ?(?P<body>.*)"
_EVENT = r"(?P<body>(?:CE|LEE)F:.*)"
_RELAYED = rf"(?P<body>(?:\d{{4}}-\d\d-\d\dT\d\d:\d\d|{_MONTH_DAY} \d\d:\d\d).*)"
"""A relay put its own time and name before a head that was there."""
_REPEATED = r"(?P<body>(?: ?-{2,3} |last message repeated |message repeated ).*)"
_STAMPED = Headed(
    rf"{_PRIORITY}{_STAMP} (?:{_HOST} )?",
    (rf"(?!%){_TAG}{_BODY}", _EVENT, _REPEATED, rf"{_TAG_WITH_PROCESS}{_BODY}", _RELAYED),
    starts=f"<JFMASOND{DIGITS}",
)
_ISO_STAMPED = Headed(
    rf"{_PRIORITY}{_ISO_STAMP} ",
    (rf"{_ISO_HOST} {_TAG}{_BODY}", rf"(?:{_ISO_HOST} )?{_TAG_WITH_PROCESS}{_BODY}", rf"(?:{_HOST} )?{_EVENT}"),
    starts=f"<{DIGITS}",
)
_PRIORITISED = Headed(
    rf"{_COUNT}{PATTERN} ?",
    (rf"{_STAMP} (?:{_HOST} )?{_BODY}", rf"{_ISO_STAMP} (?:{_HOST} )?{_BODY}", rf"{_TAG}{_BODY}", _BODY),
    starts=f"<{DIGITS}",
)
_CISCO = (
    rf"(?=[^\n%]{{0,200}}%[A-Z]){_PRIORITY}(?:(?P<sequence>\d{{1,10}}): )?(?:(?P<device>[\w.\-]{{1,255}}): )?"
    rf"(?:\d{{1,10}}: )?(?:: )?[*.]?(?:{_STAMP}:? ?)?(?:{_HOST} ?)?(?:: ?)?"
    r"%(?P<facility>[A-Z][A-Z0-9_]{0,40}(?:-[A-Za-z0-9_]{1,40}){0,3}?)-(?P<level>[0-7])-(?P<mnemonic>[A-Z0-9_]{1,60}):"
    r" ?(?P<body>.*)"
)
_HEAD = (
    r"[<*.%]|0000 \Z|0000-00-00T00:00:00|0{1,7}(?: <|: )|(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) {1,2}0"
    r"|[A-Z][^ ]*(?: ?:? ?%|: |\Z)"
)
_LEVELS = {**SYSLOG, **{str(number): syslog_level(number) for number in range(8)}}


def _finish(record: Record) -> None:
    """Say what the priority and the process mean; a priority beats a level that is written too."""
    attributes = record["attributes"]
    process = attributes.pop("procid", None)
    if process:
        number = number_of(process)
        attributes["process.pid" if isinstance(number, int) else "syslog.procid"] = number
    priority = attributes.pop("priority", None)
    if priority:
        if record["severity_text"]:
            attributes["level"] = record["severity_text"]
        set_priority(record, priority)
    device = attributes.pop("device", None)
    if device:
        record["resource"].setdefault("host.name", device)


DIALECT = Dialect(
    name="rfc3164",
    summary="BSD syslog, with and without priority, and as rsyslog, Apple and Cisco write it",
    link="https://www.rfc-editor.org/rfc/rfc3164",
    compile_text=lined(
        "rfc3164",
        _STAMPED,
        _CISCO,
        _ISO_STAMPED,
        _PRIORITISED,
        words=_LEVELS,
        names={
            "reference": "asl.reference",
            "facility": "cisco.facility",
            "mnemonic": "cisco.mnemonic",
            "sequence": "cisco.sequence",
        },
        then=_finish,
    ),
    starts=f"<JFMASOND{DIGITS}*.%",
    head=_HEAD,
    is_head=True,
    examples=(
        Example(
            "<34>Oct 11 22:14:15 mymachine su[230]: 'su root' failed for lonvick on /dev/pts/8",
            {
                "timestamp": "2026-10-11T22:14:15.000000000Z",
                "severity_number": 18,
                "severity_text": "2",
                "body": "'su root' failed for lonvick on /dev/pts/8",
                "resource": {"service.name": "su", "host.name": "mymachine"},
                "attributes": {"syslog.priority": 34, "syslog.facility": "auth", "process.pid": 230},
                "flags": ["timestamp.no_zone", "timestamp.year_inferred"],
            },
        ),
        Example(
            "2024-03-10T14:13:06.719123+01:00 web-1 sshd[1291]: Server listening on 0.0.0.0 port 22.",
            {
                "timestamp": "2024-03-10T13:13:06.719123000Z",
                "severity_number": 0,
                "body": "Server listening on 0.0.0.0 port 22.",
                "resource": {"service.name": "sshd", "host.name": "web-1"},
            },
        ),
        Example(
            "<166>Mar 10 2024 14:13:06 fw-1 : %ASA-6-302013: Built outbound TCP connection 45",
            {
                "timestamp": "2024-03-10T14:13:06.000000000Z",
                "severity_number": 9,
                "body": "Built outbound TCP connection 45",
                "resource": {"service.name": "unknown_service", "host.name": "fw-1"},
                "attributes": {
                    "level": "6",
                    "cisco.facility": "ASA",
                    "cisco.mnemonic": "302013",
                    "syslog.priority": 166,
                    "syslog.facility": "local4",
                },
            },
        ),
    ),
)
