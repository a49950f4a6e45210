"""Lines of loggers for people: which place of a layout holds what."""

from __future__ import annotations

from typing import Any

import pytest

from tests.through import record_of

DAY = "2024-03-10"
TIME = f"{DAY}T14:13:06.719000000Z"
SECOND = f"{DAY}T14:13:06.000000000Z"
TRACE, SPAN = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
HEAD = f"{DAY} 14:13:06,719"


def said(line: str) -> tuple[Any, ...]:
    """Dialect, time, severity's word, logger and body of a line."""
    record = record_of(line)
    scope = record.get("scope", {}).get("name")
    return record["dialect"], record["timestamp"], record["severity_text"], scope, record["body"]


JAVA = [
    # Spring Boot 2 and 3, with and without Sleuth or Micrometer
    (f"{DAY} 14:13:06.719  INFO 1 --- [           main] c.acme.Shop      : open", TIME, "INFO", "c.acme.Shop", "open"),
    (f"{DAY}T14:13:06.719Z DEBUG 1 --- [cart] [main] c.acme.Shop : open", TIME, "DEBUG", "c.acme.Shop", "open"),
    (
        f"{DAY}T14:13:06.719Z  INFO 1 --- [cart] [main] [{TRACE}-{SPAN}] c.acme.Shop : open",
        TIME,
        "INFO",
        "c.acme.Shop",
        "open",
    ),
    (
        f"{DAY} 14:13:06.719  WARN [cart,{TRACE},{SPAN}] 1 --- [main] c.acme.Shop : open",
        TIME,
        "WARN",
        "c.acme.Shop",
        "open",
    ),
    (f"{DAY} 14:13:06.719  INFO [cart,,] 1 --- [main] .Shop : open", TIME, "INFO", ".Shop", "open"),
    # Logback
    (f"{DAY} 14:13:06.719 [main] INFO  c.acme.Shop - open - now", TIME, "INFO", "c.acme.Shop", "open - now"),
    (f"{DAY} 14:13:06.719 [a [b] c] INFO c.acme.Shop -- open", TIME, "INFO", "c.acme.Shop", "open"),
    ("14:13:06.719 [main] ERROR c.acme.Shop - open", None, "ERROR", "c.acme.Shop", "open"),
    # Log4j, Hadoop
    (f"{HEAD} WARN  [main] c.acme.Shop - open", TIME, "WARN", "c.acme.Shop", "open"),
    (f"{HEAD} INFO [main] org.apache.hadoop.ipc.Client: open", TIME, "INFO", "org.apache.hadoop.ipc.Client", "open"),
    (f"{HEAD} INFO [main] c.acme.Shop (Shop.java:42) - open", TIME, "INFO", "c.acme.Shop", "open"),
    (f"{DAY} 14:13:06 DEBUG Shop:42 - open", SECOND, "DEBUG", "Shop", "open"),
    # WildFly and Quarkus
    (f"{HEAD} INFO  [org.jboss.as] (MSC service thread 1-1) open", TIME, "INFO", "org.jboss.as", "open"),
    # ZooKeeper, old and new
    (f"{HEAD} - INFO  [main:QuorumPeer@97] - open", TIME, "INFO", "QuorumPeer", "open"),
    (
        f"{HEAD} [myid:1] - WARN  [Q[myid=1](plain=0.0.0.0:2181):o.a.z.s.Peer@97] - open",
        TIME,
        "WARN",
        "o.a.z.s.Peer",
        "open",
    ),
    # Elasticsearch
    (f"[{DAY}T14:13:06,719][INFO ][o.e.n.Node               ] [node-1] open", TIME, "INFO", "o.e.n.Node", "open"),
    (f"[{DAY}T14:13:06,719][ERROR][o.e.n.Node] open", TIME, "ERROR", "o.e.n.Node", "open"),
    # Kafka, one line and several
    (
        f"[{HEAD}] TRACE [Controller 0]: open (now) (kafka.Controller)",
        TIME,
        "TRACE",
        "kafka.Controller",
        "[Controller 0]: open (now)",
    ),
    (
        f"[{HEAD}] INFO values: \n\ta = b\n (kafka.server.KafkaConfig)",
        TIME,
        "INFO",
        "kafka.server.KafkaConfig",
        "values: \n\ta = b\n",
    ),
    # Spark and HDFS
    ("24/03/10 14:13:06 INFO SparkContext: open", SECOND, "INFO", "SparkContext", "open"),
    (
        "240310 141306 148 INFO dfs.DataNode$PacketResponder: open",
        SECOND,
        "INFO",
        "dfs.DataNode$PacketResponder",
        "open",
    ),
    # NiFi, Jenkins, Tomcat, java.util.logging, Cassandra, Dropwizard
    (f"{HEAD} INFO [Timer-Driven Process Thread-8] o.a.n.c.r.Files open", TIME, "INFO", "o.a.n.c.r.Files", "open"),
    (f"{DAY} 14:13:06.719+0000 [id=30]\tINFO\thudson.Web$3#run: open", TIME, "INFO", "hudson.Web$3", "open"),
    (
        "10-Mar-2024 14:13:06.719 INFO [main] org.apache.Catalina.start open",
        TIME,
        "INFO",
        "org.apache.Catalina",
        "open",
    ),
    ("Mar 10, 2024 2:13:06 PM com.acme.Shop open\nSEVERE: no stock", SECOND, "SEVERE", "com.acme.Shop", "no stock"),
    (f"INFO  [main] {HEAD} Shop.java:650 - open", TIME, "INFO", None, "open"),
    (f"INFO  [{HEAD}] c.acme.Shop: open", TIME, "INFO", "c.acme.Shop", "open"),
    # everything in brackets; between bars, as ActiveMQ and Karaf have it
    (f"[{HEAD}] [WARN ] [main] [state.change.logger] - [a] open", TIME, "WARN", "state.change.logger", "[a] open"),
    (f"{HEAD} | ERROR | c.acme.Shop - open", TIME, "ERROR", "c.acme.Shop", "open"),
    (f"{HEAD} | INFO  | open | now | c.acme.Shop | main", TIME, "INFO", "c.acme.Shop", "open | now"),
    (f"{DAY}T14:13:06,719 | WARN  | main | Shop | 12 - c.acme - 1.0 | open", TIME, "WARN", "Shop", "open"),
]
PYTHON = [
    (f"{HEAD} - shop.cart - INFO - open - now", TIME, "INFO", "shop.cart", "open - now"),
    (f"{HEAD} - INFO - shop.cart - open", TIME, "INFO", "shop.cart", "open"),
    (f"{HEAD} - WARNING - open", TIME, "WARNING", None, "open"),
    (f"{HEAD} [INFO] shop.cart: open", TIME, "INFO", "shop.cart", "open"),
    (f"{HEAD} WARNING shop: open", TIME, "WARNING", "shop", "open"),
    ("ERROR:root:open: now", None, "ERROR", "root", "open: now"),
    ("INFO:     Application startup complete.", None, "INFO", None, "Application startup complete."),
    ("WARNING:  open", None, "WARNING", None, "open"),
    (f"[{HEAD}: INFO/MainProcess] mingle: all alone", TIME, "INFO", None, "mingle: all alone"),
    (f"[{HEAD}: ERROR/ForkPoolWorker-1] shop.sell[7a-1]: open", TIME, "ERROR", None, "open"),
    (f"[{DAY} 14:13:06 +0000] [7] [INFO] Booting worker", SECOND, "INFO", None, "Booting worker"),
    (f"[{DAY}T14:13:06.719+0000] {{taskinstance.py:1937}} INFO - open", TIME, "INFO", None, "open"),
    (f"{DAY} 14:13:06.719 | SUCCESS  | shop.cart:sell:12 - open", TIME, "SUCCESS", "shop.cart", "open"),
    (f"{DAY} 14:13:06 [scrapy.core.engine] INFO: open", SECOND, "INFO", "scrapy.core.engine", "open"),
    (f"{HEAD} 17 INFO mydb odoo.modules: open", TIME, "INFO", "odoo.modules", "open"),
    (f"{DAY}T14:13:06Z [warning  ] not open           user=7 why='no key'", SECOND, "warning", None, "not open"),
    (f"INFO {HEAD} views 17 140735 open", TIME, "INFO", "views", "open"),
    (f"[I {DAY} 14:13:06.719 ServerApp] open", TIME, "I", "ServerApp", "open"),
    ("[W 240310 14:13:06 web:2271] open", SECOND, "W", "web", "open"),
    ('[10/Mar/2024 14:13:06] "GET /x?y=1 HTTP/1.1" 200 12', SECOND, None, None, "GET /x?y=1 HTTP/1.1"),
    (f"{HEAD}:DEBUG:open: now", TIME, "DEBUG", None, "open: now"),
    (f"{HEAD}:shop.cart:INFO:open", TIME, "INFO", "shop.cart", "open"),
]
RUST = [
    (f"[{DAY}T14:13:06Z INFO  shop::cart] open", SECOND, "INFO", "shop::cart", "open"),
    (f"{DAY}T14:13:06.719Z  INFO shop: open", TIME, "INFO", "shop", "open"),
    (f"{DAY}T14:13:06.719Z ERROR ThreadId(01) shop::cart: src/cart.rs:12: open", TIME, "ERROR", "shop::cart", "open"),
    (f"{DAY}T14:13:06.719Z TRACE a{{b=1}}:c: shop::cart: open", TIME, "TRACE", "shop::cart", "open"),
    (f"{DAY}T14:13:06.719+00:00 INFO shop::cart - open", TIME, "INFO", "shop::cart", "open"),
    (" INFO  shop::cart  > open", None, "INFO", "shop::cart", "open"),
]
DOTNET = [
    ("info: Shop.Cart[0]\n      open\n      now", None, "info", "Shop.Cart", "open\nnow"),
    ("info: Shop.Cart[0]\r\n      open", None, "info", "Shop.Cart", "open"),
    ("crit: Shop.Cart[-1] open", None, "crit", "Shop.Cart", "open"),
    (f"{DAY} 14:13:06 warn: Shop.Cart[0]\n      open", SECOND, "warn", "Shop.Cart", "open"),
    ("[14:13:06 VRB] open", None, "VRB", None, "open"),
    (f"{DAY} 14:13:06.719 +00:00 [WRN] open", TIME, "WRN", None, "open"),
    (f"{DAY} 14:13:06.7190|FATAL|Shop.Cart|open|now", TIME, "FATAL", "Shop.Cart", "open|now"),
]
RAILS = [
    (f"I, [{DAY}T14:13:06.719000 #6]  INFO -- : open", TIME, "INFO", None, "open"),
    (f"F, [{DAY}T14:13:06.719000 #6] FATAL -- shop: open", TIME, "FATAL", "shop", "open"),
    (f"D, [{DAY}T14:13:06.719 #6] DEBUG -- : [a-1] [b c]   open [d]", TIME, "DEBUG", None, "  open [d]"),
    (f"A, [{DAY}T14:13:06.719000 #6]   ANY -- : open", TIME, "ANY", None, "open"),
    (
        f'[86d16bd0-1f9e] [cart] Started GET "/x" for 10.0.0.7 at {DAY} 14:13:06 +0000',
        SECOND,
        None,
        None,
        f'Started GET "/x" for 10.0.0.7 at {DAY} 14:13:06 +0000',
    ),
    ("[c6d16bd0-1f9e] Completed 200 OK in 12ms", None, None, None, "Completed 200 OK in 12ms"),
]
HCLOG = [
    (f"{DAY}T14:13:06.719Z [INFO]  agent.server: open", TIME, "INFO", "agent.server", "open"),
    (f"{DAY}T14:13:06.719+0100 [DEBUG] agent: open: now=yes", f"{DAY}T13:13:06.719000000Z", "DEBUG", "agent", "open"),
    (f"{DAY}T14:13:06.719Z [ERROR] open the door", TIME, "ERROR", None, "open the door"),
]
OPENSTACK = [
    (f"{DAY} 14:13:06.719 25746 INFO nova.wsgi [-] open", TIME, "INFO", "nova.wsgi", "open"),
    (f"{DAY} 14:13:06.719 25746 ERROR nova.wsgi [req-1 - - - - -] open", TIME, "ERROR", "nova.wsgi", "open"),
    (f"nova-api.log.1 {DAY} 14:13:06.719 7 INFO nova.wsgi [req-1 a b - - -] open", TIME, "INFO", "nova.wsgi", "open"),
    (f"{DAY} 14:13:06.719 7 AUDIT nova.wsgi [None req-1 a b - - x x] open", TIME, "AUDIT", "nova.wsgi", "open"),
]
ALL = {
    "java-text": JAVA,
    "python-text": PYTHON,
    "rust-text": RUST,
    "dotnet-text": DOTNET,
    "rails-tagged": RAILS,
    "hclog": HCLOG,
    "openstack": OPENSTACK,
}


@pytest.mark.parametrize(
    ("dialect", "line", "expected"), [(name, line, rest) for name, lines in ALL.items() for line, *rest in lines]
)
def test_every_place_of_a_layout_is_read(dialect: str, line: str, expected: list[Any]) -> None:
    assert said(line) == (dialect, *expected)


@pytest.mark.parametrize(
    ("line", "attributes"),
    [
        (JAVA[0][0], {"process.pid": 1, "thread.name": "main"}),
        (JAVA[6][0], {"thread.name": "a [b] c"}),
        (JAVA[7][0], {"time": "14:13:06.719", "thread.name": "main"}),
        (JAVA[10][0], {"thread.name": "main", "code.file.path": "Shop.java", "code.line.number": 42}),
        (JAVA[14][0], {"myid": "myid:1", "thread.name": "Q[myid=1](plain=0.0.0.0:2181)", "code.line.number": 97}),
        (JAVA[15][0], {"elasticsearch.node.name": "node-1"}),
        (JAVA[20][0], {"process.pid": 148}),
        (JAVA[22][0], {"thread.id": 30, "code.function.name": "run"}),
        (PYTHON[9][0], {"processName": "ForkPoolWorker-1", "celery.task_name": "shop.sell", "celery.task_id": "7a-1"}),
        (PYTHON[11][0], {"code.file.path": "taskinstance.py", "code.line.number": 1937}),
        (PYTHON[15][0], {"user": "7", "why": "no key"}),
        (RUST[2][0], {"thread.name": "ThreadId(01)", "code.file.path": "src/cart.rs", "code.line.number": 12}),
        (DOTNET[2][0], {"EventId": -1}),
        (RAILS[2][0], {"process.pid": 6, "tags": ["a-1", "b c"]}),
        (RAILS[5][0], {"tags": ["c6d16bd0-1f9e"]}),
        (HCLOG[1][0], {"now": "yes"}),
        (OPENSTACK[3][0], {"process.pid": 7, "request_id": "req-1", "openstack.identity": "a b - - x x"}),
        (
            OPENSTACK[2][0],
            {
                "log.file.name": "nova-api.log.1",
                "process.pid": 7,
                "request_id": "req-1",
                "openstack.identity": "a b - - -",
            },
        ),
    ],
)
def test_the_other_places_are_attributes(line: str, attributes: dict[str, Any]) -> None:
    assert record_of(line)["attributes"] == attributes


@pytest.mark.parametrize(
    "line",
    [
        JAVA[2][0],
        JAVA[3][0],
        f"{HEAD} INFO [a] [a.py:4] [trace_id={TRACE} span_id={SPAN} resource.service.name=b trace_sampled=True] - x",
        f"info: Shop.Cart[0]\n      => SpanId:{SPAN}, TraceId:{TRACE}, ParentId:0000000000000000\n      open",
        f"I, [{DAY}T14:13:06.719000 #6]  INFO -- : [trace_id={TRACE} span_id={SPAN}] open",
        f"{DAY}T14:13:06.719Z  INFO shop: open trace_id={TRACE} span_id={SPAN}",
    ],
)
def test_ids_in_their_places_are_the_trace(line: str) -> None:
    record = record_of(line)
    assert (record["trace_id"], record["span_id"]) == (TRACE, SPAN)
    assert "trace.from_text" not in record.get("flags", [])


@pytest.mark.parametrize(
    "line",
    [
        f"{HEAD} INFO hello world",
        f"{HEAD} INFO [main] hello world",
        f"{HEAD} ERROR failed: no stock",
        f"{DAY} 14:13:06 all is well - really",
        "Warning: no stock",
        "ERROR: root: no stock",
        "info: no stock",
        "I, Robot, is a book",
        "[main] INFO hello",
        "[main] Started well",
        "In the year 2024 - so it is said - all was well",
    ],
)
def test_what_has_no_logger_in_its_place_is_plain_text(line: str) -> None:
    assert record_of(line)["dialect"] == "text"
