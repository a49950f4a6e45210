"""Lines of Java's loggers in the layouts that are somebody's default, told by a level and a logger in their places.

Source: the default patterns of Logback, Log4j, Spring Boot, Dropwizard, WildFly, Quarkus, NiFi, Karaf and Jenkins; the
log4j.properties of Kafka, ZooKeeper, Hadoop, Spark, ActiveMQ and Cassandra; Elasticsearch's log4j2.properties; Tomcat's
OneLineFormatter; Neo4j, CAS and the Java Service Wrapper; and `java.util.logging.SimpleFormatter`.
"""

from __future__ import annotations

from streams.dialects.base import Dialect, Example
from streams.dialects.lines.grammar import DIGITS, Headed, lined
from streams.dialects.lines.traces import set_exception
from streams.types import Record
from streams.values.severities import LOG4J

_CLOCK = r"\d\d:\d\d:\d\d)(?>(?:[.,](?P<fraction>\d{1,9}+))?)(?>(?P<zone> ?(?:Z|UTC|GMT|[+-]\d\d:?\d\d)(?![\w:]))?)"
_DATE = r"\d{4}[-/]\d\d[-/]\d\d[T ]|\d\d/\d\d/\d\d |\d\d [A-Z][a-z]{2} \d{4} "
_TIME = rf"(?P<time>(?P<second>(?:{_DATE})?{_CLOCK})"
_LEVEL = r"(?P<level>TRACE|DEBUG|INFO|WARN|ERROR|FATAL)"
_BOXED = rf"\[?{_LEVEL} *\]?"
_JUL_LEVEL = r"(?P<level>FINEST|FINER|FINE|CONFIG|INFO|WARNING|SEVERE)"
_THREAD = r"\[ *(?P<thread>[^\n]{0,200}?)\]"
_LOGGER = r"(?P<logger>[A-Za-z_$][\w$.\[\]\-/@]{0,200})"
_DOTTED = r"(?P<logger>[A-Za-z_$][\w$]*+(?>(?:[.$][\w$\[\]/\-]++)+))"
_CLASS = r"(?P<logger>[A-Za-z_$][\w$]*+(?>(?:[.$][\w$\[\]/\-]++)+)|(?>(?:[A-Z][a-z0-9]++){2,})[A-Z]*+)"
_FILE = r"[\w$.\-]{1,100}"
_PLACE = (
    rf"(?: ?\((?P<file>{_FILE}):(?P<line>\d{{1,7}})\)| ?\[(?P<file_2>{_FILE}):(?P<line_2>\d{{1,7}})\]"
    r"|:(?P<line_3>\d{1,7}))?"
)
_ZOOKEEPER_PLACE = r"(?P<thread>[^\n]{1,300}):(?P<logger>[\w$.]{1,100})@(?P<line>\d{1,7})"
_BODY = r" ?(?P<body>.*)"
_DASH = r" +-{1,2}(?: |$)"
_BREAK = rf"(?: *:(?: |$)|{_DASH})"

_SLEUTH = (
    r"\[(?P<service>[^\],\s]{0,100}),(?P<trace_id>[0-9a-fA-F]{0,32}),(?P<span_id>[0-9a-fA-F]{0,16})"
    r"(?:,(?P<trace_sampled>true|false)?)?\] *"
)
_MICROMETER = r"(?:\[(?:(?P<trace_id>[0-9a-f]{32})-(?P<span_id>[0-9a-f]{16})| *)\] *)?"
_SPRING_THREAD = r"(?:\[ *(?P<service>[^\]\n]{1,100})\] *)?\[ *(?P<thread>[^\]\n]{0,100})\] *"
_SPRING_LOGGER = r"(?P<logger>[^\n]{1,200}?) *: (?P<body>.*)"

_KAFKA_LOGGER = r" \((?P<logger>[\w$\-]+(?:\.[\w$\-]+)+)\)[ \r]*"
_KAFKA = Headed(
    rf"\[{_TIME}\] +{_LEVEL} +",
    (rf"(?P<body>[^\n]*){_KAFKA_LOGGER}(?P<more>\n.*)?$", rf"(?P<body>[^\n]*\n.*){_KAFKA_LOGGER}$"),
    starts="[",
)
_LEVEL_NEXT = Headed(
    rf"\[?{_TIME}\]?+ +{_BOXED} +",
    (
        # Spring Boot with Sleuth or Micrometer, then 3.x and plain
        rf"{_SLEUTH}(?:(?P<pid>\d{{1,10}}) +)?--- +\[ *(?P<thread>[^\]\n]{{0,100}})\] +{_SPRING_LOGGER}",
        rf"(?:(?P<pid>\d{{1,10}}) +)?--- +{_SPRING_THREAD}{_MICROMETER}{_SPRING_LOGGER}",
        rf"{_THREAD} +\[{_LOGGER}\] +- (?P<body>.*)",
        # Log4j, Hadoop
        rf"{_THREAD} +{_LOGGER}{_PLACE}{_BREAK}(?P<body>.*)",
        # WildFly, Quarkus
        rf"\[{_LOGGER}\] +\((?P<thread>[^\n]{{1,200}}?)\) +(?P<body>.*)",
        # CAS
        rf"\[(?P<logger>[A-Za-z_$][\w$]*+(?>(?:[.$][\w$\-]++)+))\]{_DASH}(?P<body>.*)",
        # Log4j's most copied pattern, `%d %-5p %c{1}:%L - %m%n`
        rf"{_LOGGER}{_PLACE}{_DASH}(?P<body>.*)",
        # Spark, Storm
        rf"{_CLASS}{_PLACE} ?: (?P<body>.*)",
        # NiFi
        rf"{_THREAD} +{_DOTTED} (?P<body>.*)",
        # Neo4j
        r"\[(?P<logger>(?>(?:[a-z_]\w*+\.)+)[A-Z][\w$]*+)\] (?P<body>.*)",
    ),
    starts=f"{DIGITS}[",
)
_THREAD_NEXT = Headed(
    rf"\[?{_TIME}\]?+",
    (
        # Logback
        rf" +{_THREAD} +{_BOXED} +{_LOGGER}{_PLACE}{_BREAK}(?P<body>.*)",
        # ZooKeeper
        rf" +(?:\[(?P<myid>myid:\d*)\] +)?- {_LEVEL} +\[{_ZOOKEEPER_PLACE}\] - (?P<body>.*)",
        # Elasticsearch, OpenSearch
        rf"\[{_LEVEL} *\]\[(?P<logger>[\w.$\-]{{1,200}}) *\](?: ?\[(?P<node>[^\]\n]{{1,100}})\])?{_BODY}",
        # Jenkins
        rf"[ \t]+\[id=(?P<tid>\d{{1,20}})\][ \t]+{_JUL_LEVEL}[ \t]+{_LOGGER}#(?P<function>[^:\s]{{1,100}}):{_BODY}",
    ),
    starts=f"{DIGITS}[",
)
_CELL = r"[^|\n]{1,200}?"
_BARRED = Headed(
    rf"{_TIME} \| +{_LEVEL} +\| +",
    (
        # Karaf, ActiveMQ
        rf"(?P<thread>{_CELL}) +\| (?P<logger>{_CELL}) +\| (?P<bundle>\d{{1,7}} - {_CELL}) +\| (?P<body>.*)",
        rf"(?P<body>[^\n]*) \| {_DOTTED} \| (?P<thread>{_CELL})(?P<more>\n.*)?$",
        rf"{_LOGGER}{_DASH}(?P<body>.*)",
    ),
    starts=DIGITS,
)
_HADOOP = Headed(
    r"(?P<time>(?P<second>\d\d/\d\d/\d\d \d\d:\d\d:\d\d|\d{6} \d{6})) "
    rf"(?:(?P<pid>\d{{1,10}}) )?{_LEVEL} (?P<logger>[\w$.\-]{{1,200}}): (?P<body>.*)",
    starts=DIGITS,
)
"""Spark, and HDFS before it."""
_TOMCAT = Headed(
    rf"(?P<time>(?P<second>\d\d-[A-Z][a-z]{{2}}-\d{{4}} {_CLOCK}) {_JUL_LEVEL} {_THREAD} "
    r"(?P<logger>[\w.$]{1,200})\.(?P<function>[\w$<>]{1,100}) (?P<body>.*)",
    starts=DIGITS,
)
_JUL = Headed(
    r"(?P<time>(?P<second>[A-Z][a-z]{2} \d{1,2}, \d{4},? \d{1,2}:\d\d:\d\d\s[AP]M)) "
    rf"(?P<logger>[^\s]{{1,200}})(?: (?P<function>[^\n]{{1,200}}?))?\r?\n{_JUL_LEVEL}: (?P<body>.*)",
    starts="JFMASOND",
)
_LEVEL_FIRST = Headed(
    rf"{_LEVEL} +",
    (
        # Cassandra
        rf"{_THREAD} +{_TIME} (?P<file>[\w$.\-]{{1,100}}):(?P<line>\d{{1,7}}) - (?P<body>.*)",
        # Dropwizard
        rf"\[{_TIME}\] (?:{_THREAD} )?(?P<logger>[\w$.\-]{{1,200}}): (?P<body>.*)",
        # Java Service Wrapper
        rf"\| (?P<process>jvm \d{{1,4}}|wrapperp?) +\| {_TIME} \| (?P<body>.*)",
    ),
    starts="TDIWEF",
)
_HEAD = (
    r"\[?(?:0000[-/]00[-/]00[T ]|00/00/00 )?00:00:00(?:[.,]0{1,9})?(?: ?(?:Z|[+-]00:?00))?"
    r"\]?(?:\Z|[ \t]+(?:T?\Z|\[|- |\| )|\[)|\[?00[ -]\Z|00/00/00 00:00:00 0|0{6} 0{6} |[A-Z][a-z]{2} 00?, 0000"
    r"|(?:TRACE|DEBUG|INFO|WARN|ERROR|FATAL) +(?:\[|\| \Z)"
)


def _spell(time: str) -> str:
    """`081109 203615`, of Hadoop's older HDFS, runs the digits of date and clock together."""
    if time[6:7] != " " or not time[:6].isdigit():
        return time
    return f"{time[0:2]}/{time[2:4]}/{time[4:6]} {time[7:9]}:{time[9:11]}:{time[11:13]}"


def _join(record: Record) -> None:
    """Put the stack trace of a Kafka line, which stands behind the logger, back behind the message."""
    more = record["attributes"].pop("more", None)
    if more:
        record["body"] += more
        set_exception(record, record["body"])


DIALECT = Dialect(
    name="java-text",
    summary="lines of Logback, Log4j, Spring Boot, java.util.logging and of the servers that use them",
    link="https://logback.qos.ch/manual/layouts.html#conversionWord",
    compile_text=lined(
        "java-text",
        _HADOOP,
        _KAFKA,
        _LEVEL_NEXT,
        _THREAD_NEXT,
        _BARRED,
        _TOMCAT,
        _JUL,
        _LEVEL_FIRST,
        words=LOG4J,
        names={
            "file_2": "code.file.path",
            "line_2": "code.line.number",
            "line_3": "code.line.number",
            "node": "elasticsearch.node.name",
            "process": "wrapper.process",
        },
        spell=_spell,
        then=_join,
    ),
    starts="0123456789[JFMASONDTIWE",
    head=_HEAD,
    examples=(
        Example(
            "2024-03-10 14:13:06.719  INFO [cart,4bf92f3577b34da6a3ce929d0e0e4736,00f067aa0ba902b7] 17 --- [io-8080-1]"
            " c.acme.CartController : cart saved",
            {
                "timestamp": "2024-03-10T14:13:06.719000000Z",
                "severity_number": 9,
                "severity_text": "INFO",
                "body": "cart saved",
                "trace_id": "4bf92f3577b34da6a3ce929d0e0e4736",
                "span_id": "00f067aa0ba902b7",
                "resource": {"service.name": "cart"},
                "scope": {"name": "c.acme.CartController"},
                "attributes": {"process.pid": 17, "thread.name": "io-8080-1"},
                "flags": ["timestamp.no_zone"],
            },
        ),
        Example(
            "[2016-12-19 16:31:47,999] TRACE Controller 0 epoch 36 started leader election (state.change.logger)",
            {
                "timestamp": "2016-12-19T16:31:47.999000000Z",
                "severity_number": 1,
                "body": "Controller 0 epoch 36 started leader election",
                "scope": {"name": "state.change.logger"},
            },
        ),
        Example(
            "2024-03-10 14:13:06,719 [main] ERROR com.acme.Shop - no stock\njava.lang.IllegalStateException: empty\n"
            "\tat com.acme.Shop.sell(Shop.java:42)",
            {
                "severity_number": 17,
                "body": "no stock\njava.lang.IllegalStateException: empty\n\tat com.acme.Shop.sell(Shop.java:42)",
                "attributes": {
                    "thread.name": "main",
                    "exception.type": "java.lang.IllegalStateException",
                    "exception.message": "empty",
                    "exception.stacktrace": (
                        "java.lang.IllegalStateException: empty\n\tat com.acme.Shop.sell(Shop.java:42)"
                    ),
                },
            },
        ),
    ),
)
