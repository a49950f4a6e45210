"""`docker-compose.yml` does on a real engine what it promises; the last test types the how-to page's commands."""

from __future__ import annotations

import json
import os
import re
import subprocess
import time
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml
from testcontainers.compose import DockerCompose

pytestmark = [pytest.mark.docker, pytest.mark.timeout(900)]

ROOT = Path(__file__).resolve().parents[2]
RECORDS = 600
TRACES = 40
WORKERS = 3
DEADLINE_SECONDS = 60


class Ran(NamedTuple):
    code: int
    out: str
    err: str


class Stack:
    """The project's containers, through Compose."""

    def __init__(self, compose: DockerCompose) -> None:
        self._compose = compose

    def run(self, *arguments: str, stdin: bytes = b"") -> Ran:
        """Run `docker compose` with these arguments; ten minutes are enough for all of them."""
        command = [*self._compose.docker_compose_command(), *arguments]
        done = subprocess.run(command, cwd=ROOT, input=stdin, capture_output=True, check=False, timeout=600)
        return Ran(done.returncode, done.stdout.decode(), done.stderr.decode())

    def weft(self, *arguments: str, stdin: bytes = b"", replica: int = 1) -> Ran:
        """Run `weft` inside a worker's container."""
        return self.run("exec", "-T", "--index", str(replica), "worker", "weft", *arguments, stdin=stdin)

    def containers(self, service: str) -> list[dict[str, Any]]:
        """Give a service's containers, ended ones included."""
        names = [c.Name for c in self._compose.get_containers(include_all=True) if c.Service == service]
        assert names, f"{service} has no container"
        return inspect("container", *map(str, names))

    def ask_prometheus(self, path: str, **parameters: str) -> Any:
        """Give the data that Prometheus' HTTP API answers."""
        port = self._compose.get_service_port("prometheus", 9090)
        url = f"http://127.0.0.1:{port}/api/v1/{path}?{urllib.parse.urlencode(parameters)}"
        with urllib.request.urlopen(url, timeout=10) as answer:
            return json.load(answer)["data"]


def inspect(kind: str, *names: str) -> list[dict[str, Any]]:
    """Give the engine's own description of containers or networks."""
    done = subprocess.run(["docker", kind, "inspect", *names], capture_output=True, check=True, timeout=60)
    return list(json.loads(done.stdout))


@pytest.fixture(scope="module")
def engine() -> None:
    """Skip unless an engine and Compose answer."""
    for command in (["docker", "info"], ["docker", "compose", "version"]):
        try:
            done = subprocess.run(command, capture_output=True, check=False, timeout=60, text=True)
        except FileNotFoundError:
            pytest.skip("no Docker: the program docker is not installed")
        if done.returncode:
            reason = (done.stderr or done.stdout).strip().splitlines()[-1]
            pytest.skip(f"no Docker: `{' '.join(command)}` says: {reason}")


@pytest.fixture(scope="module")
def environment(engine: None) -> Iterator[None]:
    """Make a project of its own, at ports of its own, so that a stack that runs here already is left alone."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COMPOSE_PROJECT_NAME", f"weft-test-{os.getpid()}")
        patch.setenv("PROMETHEUS_PORT", "0")
        yield


@pytest.fixture(scope="module")
def stack(environment: None) -> Iterator[Stack]:
    """Build the image, start everything with one worker, then scale to three."""
    with DockerCompose(ROOT, build=True) as compose:
        stack = Stack(compose)
        scaled = stack.run("up", "--wait", "--scale", f"worker={WORKERS}")
        assert scaled.code == 0, scaled.err
        yield stack


@pytest.fixture(scope="module")
def fed(stack: Stack) -> Stack:
    """Send records of many traces, and one that claims to be JSON and is not; return when all are worked off."""
    lines = [json.dumps({"msg": f"record {n}", "trace_id": f"{n % TRACES + 1:032x}"}) for n in range(RECORDS)]
    sent = stack.weft("produce", "--key-from", "trace", "-", stdin="\n".join(lines).encode())
    broken = stack.weft("produce", "--header", "content-type=application/json", "-", stdin=b"{broken\n")
    assert (sent.code, broken.code) == (0, 0), sent.err + broken.err
    until(lambda: ledger(stack)["consumed"] == RECORDS + 1)
    return stack


def until(holds: Callable[[], bool]) -> None:
    """Ask again until it holds; asking a container takes long enough to need no pause."""
    deadline = time.monotonic() + DEADLINE_SECONDS
    while not holds():
        assert time.monotonic() < deadline, f"did not come true within {DEADLINE_SECONDS} s"


def ledger(stack: Stack, *options: str) -> dict[str, int]:
    """Give the ledger's totals over all partitions; it must balance."""
    ran = stack.weft("ledger", "--json", *options)
    assert ran.code == 0, ran.err
    partitions = json.loads(ran.out)["partitions"]
    names = {name for row in partitions for name in row} - {"topic", "partition", "base", "problems"}
    return {name: sum(row[name] or 0 for row in partitions) for name in names}


def value(vector: Any) -> float:
    """Give the one number of an instant query's answer, 0 when there is none yet."""
    return float(vector["result"][0]["value"][1]) if vector["result"] else 0.0


def test_every_container_is_healthy_and_was_never_restarted(stack: Stack) -> None:
    running = [container for name in ("kafka", "worker", "prometheus") for container in stack.containers(name)]

    assert len(running) == WORKERS + 2
    assert {container["State"]["Health"]["Status"] for container in running} == {"healthy"}
    assert {container["RestartCount"] for container in running} == {0}


def test_the_topics_are_made_once_and_the_container_ends(stack: Stack) -> None:
    [topics] = stack.containers("topics")

    assert (topics["State"]["Status"], topics["State"]["ExitCode"]) == ("exited", 0)
    assert stack.weft("topics", "check").out.strip() == "all topics are as declared"


@pytest.mark.parametrize("service", ["kafka", "worker", "prometheus"])
def test_a_process_is_no_user_of_power_and_cannot_write_to_its_root(stack: Stack, service: str) -> None:
    ran = stack.run("exec", "-T", service, "sh", "-c", "cat /proc/1/status && ! touch /written")
    status = dict(line.split(":\t", 1) for line in ran.out.splitlines())

    assert ran.code == 0
    assert "Read-only file system" in ran.err
    assert "0" not in status["Uid"].split()
    assert int(status["CapEff"], 16) == int(status["CapBnd"], 16) == 0
    assert status["NoNewPrivs"].strip() == "1"


@pytest.mark.parametrize("service", ["kafka", "topics", "worker"])
def test_a_container_is_on_networks_without_a_way_out_alone(stack: Stack, service: str) -> None:
    networks = {name for container in stack.containers(service) for name in container["NetworkSettings"]["Networks"]}

    assert networks
    assert [network["Internal"] for network in inspect("network", *networks)] == [True] * len(networks)


def test_nothing_but_prometheus_is_published_and_that_on_the_loopback(stack: Stack) -> None:
    published = [
        (service, binding["HostIp"])
        for service in ("kafka", "topics", "worker", "prometheus")
        for container in stack.containers(service)
        for bindings in container["NetworkSettings"]["Ports"].values()
        for binding in bindings or []
    ]

    assert published == [("prometheus", "127.0.0.1")]


def test_every_record_comes_out_enriched_or_as_a_dead_letter(fed: Stack) -> None:
    enriched = fed.weft("tail", "--from-beginning", "--max", str(RECORDS), "--idle-exit", "10", "--json")
    dead = fed.weft("tail", "dead", "--from-beginning", "--max", "1", "--idle-exit", "10", "--json")
    records = [json.loads(line) for line in enriched.out.splitlines()]

    assert {(r["body"], r["trace_id"]) for r in records} == {
        (f"record {n}", f"{n % TRACES + 1:032x}") for n in range(RECORDS)
    }
    assert "{broken" in dead.out


def test_nothing_is_lost_or_doubled(fed: Stack) -> None:
    totals = ledger(fed, "--deep")

    assert (totals["consumed"], totals["enriched"], totals["dead"]) == (RECORDS + 1, RECORDS, 1)
    assert (totals["replays"], totals["altered"], totals["holes"], totals["lag"]) == (0, 0, 0, 0)


def test_prometheus_finds_every_replica_and_each_has_its_share_of_the_work(fed: Stack) -> None:
    consumed = "sum by (instance) (weft_records_consumed_total)"

    until(lambda: value(fed.ask_prometheus("query", query='sum(up{job="weft"})')) == WORKERS)
    until(lambda: value(fed.ask_prometheus("query", query=f"sum({consumed})")) == RECORDS + 1)
    assert value(fed.ask_prometheus("query", query=f"count({consumed} > 0)")) == WORKERS


def test_prometheus_understands_every_alert(stack: Stack) -> None:
    declared = yaml.safe_load((ROOT / "deploy" / "prometheus" / "alerts.yml").read_text())["groups"]

    until(lambda: all(rule["health"] == "ok" for rule in _rules(stack)))
    assert [rule["name"] for rule in _rules(stack)] == [rule["alert"] for group in declared for rule in group["rules"]]


def _rules(stack: Stack) -> list[dict[str, Any]]:
    return [rule for group in stack.ask_prometheus("rules")["groups"] for rule in group["rules"]]


def test_workers_drain_before_kafka_ends_and_all_come_back_with_their_data(fed: Stack) -> None:
    before = ledger(fed, "--deep")
    stopped = fed.run("stop")
    workers = [worker["State"] for worker in fed.containers("worker")]
    [kafka] = [kafka["State"] for kafka in fed.containers("kafka")]
    last_words = fed.run("logs", "--no-log-prefix", "--tail", "1", "worker").out
    again = fed.run("up", "--wait", "--scale", f"worker={WORKERS}")

    assert (stopped.code, again.code) == (0, 0), stopped.err + again.err
    assert [worker["ExitCode"] for worker in workers] == [0] * WORKERS
    assert max(worker["FinishedAt"] for worker in workers) < kafka["FinishedAt"]
    assert last_words.count('"event": "drained"') == WORKERS
    assert ledger(fed, "--deep") == before


def test_the_how_to_page_s_commands_work_as_they_stand(environment: None, monkeypatch: pytest.MonkeyPatch) -> None:
    page = (ROOT / "docs" / "howto" / "docker.md").read_text().partition("## Settings")[0]
    commands = "".join(re.findall(r"^```sh\n(.*?)^```", page, re.MULTILINE | re.DOTALL)).splitlines()
    monkeypatch.setenv("COMPOSE_PROJECT_NAME", f"weft-page-{os.getpid()}")

    assert commands
    try:
        failed = {command: ran.stderr for command in commands if (ran := _shell(command)).returncode}
    finally:
        _shell("docker compose down --volumes")
    assert failed == {}


def _shell(command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["sh", "-c", command], cwd=ROOT, capture_output=True, check=False, timeout=600, text=True)
