"""The files for Docker say the same as the settings, the locks and each other; no engine needed."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from streams.dev.jars import manifest
from streams.settings import Settings, load

ROOT = Path(__file__).resolve().parents[3]
DOCKER = ROOT / "deploy" / "docker"
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
ON_HOST = yaml.safe_load((DOCKER / "kafka-on-host.yml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
DOCKERFILE = (DOCKER / "Dockerfile").read_text()
INSTRUCTIONS = re.sub(r"\\\n\s*", "", re.sub(r"^#.*\n", "", DOCKERFILE, flags=re.MULTILINE)).splitlines()
LAST_STAGE = INSTRUCTIONS[max(n for n, line in enumerate(INSTRUCTIONS) if line.startswith("FROM")) :]
FILES = [
    path
    for path in [ROOT / "docker-compose.yml", ROOT / ".dockerignore", *DOCKER.rglob("*")]
    if path.is_file() and path.suffix != ".pyc"
]

every_service = pytest.mark.parametrize("service", SERVICES.values(), ids=list(SERVICES))


def arguments(instruction: str, lines: list[str] = INSTRUCTIONS) -> list[str]:
    """Give what follows each `instruction` in the Dockerfile."""
    return [line.removeprefix(instruction).strip() for line in lines if line.startswith(instruction + " ")]


def image_environment() -> dict[str, str]:
    return dict(pair.split("=", 1) for line in arguments("ENV", LAST_STAGE) for pair in line.split())


def settings_of(service: str, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Load the settings as the service's process does; an unknown variable or a wrong value raises."""
    for name in [name for name in os.environ if name.startswith("WEFT_")]:
        monkeypatch.delenv(name)
    for name, value in (image_environment() | SERVICES[service]["environment"]).items():
        if name != "PATH":
            monkeypatch.setenv(name, str(value))
    return load()


class TestSettings:
    @pytest.mark.parametrize("service", ["topics", "worker"])
    def test_the_variables_exist_and_name_the_broker_as_it_advertises_itself(
        self, service: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        advertised = re.search(
            r"advertised\.listeners=PLAINTEXT://([^,]+),", (DOCKER / "kafka" / "start.sh").read_text()
        )

        assert advertised is not None
        assert settings_of(service, monkeypatch).brokers == advertised[1]

    def test_prometheus_asks_where_the_workers_listen(self, monkeypatch: pytest.MonkeyPatch) -> None:
        settings = settings_of("worker", monkeypatch)
        prometheus = yaml.safe_load((ROOT / "deploy" / "prometheus" / "prometheus.yml").read_text())
        [discovery] = prometheus["scrape_configs"][0]["dns_sd_configs"]

        assert (discovery["names"], discovery["port"]) == (["worker"], settings.http_port)
        assert settings.http_host == "0.0.0.0"  # noqa: S104 - within the project's network
        assert set(SERVICES["worker"]["networks"]) & set(SERVICES["prometheus"]["networks"])

    def test_a_worker_has_longer_to_stop_than_it_needs(self) -> None:
        grace = float(SERVICES["worker"]["stop_grace_period"].removesuffix("s"))

        assert grace > Settings().timing.stop_deadline_seconds

    def test_the_state_directory_is_writable_by_the_image_s_user_alone(self) -> None:
        [user] = arguments("USER")
        uid, gid = user.split(":")

        assert SERVICES["worker"]["tmpfs"] == [f"{image_environment()['WEFT_STATE_DIR']}:uid={uid},gid={gid},mode=0700"]


class TestServices:
    def test_are_those_that_the_system_consists_of(self) -> None:
        assert set(SERVICES) == {"kafka", "topics", "worker", "prometheus"}

    @every_service
    def test_are_locked_down(self, service: dict[str, Any]) -> None:
        assert service["read_only"] is True
        assert service["cap_drop"] == ["ALL"]
        assert service["security_opt"] == ["no-new-privileges:true"]
        assert not {"privileged", "cap_add", "pid", "network_mode", "user"} & set(service)

    @every_service
    def test_can_be_scaled_and_run_twice_on_a_machine(self, service: dict[str, Any]) -> None:
        assert "container_name" not in service

    @every_service
    def test_mount_nothing_of_the_machine_that_they_could_change(self, service: dict[str, Any]) -> None:
        mounts = [mount for mount in service.get("volumes", []) if mount.startswith(".")]

        assert [mount for mount in mounts if not mount.endswith(":ro")] == []
        assert all((ROOT / mount.split(":")[0]).is_dir() for mount in mounts)

    @pytest.mark.parametrize("file", [COMPOSE, ON_HOST], ids=["base", "kafka-on-host"])
    def test_are_published_on_the_loopback_alone_at_ports_that_can_be_chosen(self, file: dict[str, Any]) -> None:
        ports = [port for service in file["services"].values() for port in service.get("ports", [])]

        assert ports
        assert [port for port in ports if not re.fullmatch(r"127\.0\.0\.1:\$\{[A-Z]+_PORT:-\d+\}:\d+", port)] == []

    @pytest.mark.parametrize("name", ["kafka", "topics", "worker"])
    def test_have_no_way_out_of_the_project_s_network(self, name: str) -> None:
        assert SERVICES[name]["networks"] == ["inside"]
        assert COMPOSE["networks"]["inside"] == {"internal": True}

    def test_start_one_after_the_other(self) -> None:
        assert SERVICES["topics"]["depends_on"] == {"kafka": {"condition": "service_healthy"}}
        assert SERVICES["worker"]["depends_on"] == {
            "kafka": {"condition": "service_healthy"},
            "topics": {"condition": "service_completed_successfully"},
        }


class TestImages:
    @pytest.mark.parametrize(
        ("variable", "default"),
        [
            ("KAFKA_IMAGE", f"apache/kafka:{manifest().kafka_version}"),
            ("PROMETHEUS_IMAGE", "prom/prometheus:v3.5.0"),
            ("BASE_IMAGE", "python:3.11-slim"),
        ],
    )
    def test_are_official_ones_unless_told_otherwise(self, variable: str, default: str) -> None:
        assert f"${{{variable}:-{default}}}" in (ROOT / "docker-compose.yml").read_text()

    def test_that_are_made_without_pulling_hold_the_same_kafka(self) -> None:
        assert f"\nKAFKA_IMAGE=local/kafka:{manifest().kafka_version}\n" in (DOCKER / "ci" / "engine.sh").read_text()


class TestDockerfile:
    def test_ends_as_a_numeric_user_that_is_not_root(self) -> None:
        assert [user for user in arguments("USER", LAST_STAGE) if re.fullmatch(r"[1-9]\d*:[1-9]\d*", user)]

    def test_has_a_last_stage_that_installs_nothing(self) -> None:
        assert not [
            line for line in arguments("RUN", LAST_STAGE) if re.search(r"\b(pip|apt-get|apk|curl|wget)\b", line)
        ]
        assert "COPY --from=build /opt/weft /opt/weft" in LAST_STAGE

    def test_installs_only_what_a_hash_names_or_what_lies_there_already(self) -> None:
        installs = [
            part
            for line in arguments("RUN")
            for part in line.split("&&")
            if re.search(r"\bpip\b.* (install|wheel) ", part)
        ]

        assert installs
        assert [part for part in installs if "--require-hashes" not in part and "--no-index" not in part] == []

    def test_can_be_built_by_the_classic_builder(self) -> None:
        assert not re.search(r"RUN\s+--|<<|COPY\s+--(link|chmod|parents)", "\n".join(INSTRUCTIONS))

    def test_is_given_only_what_it_asks_for(self) -> None:
        patterns = [line for line in (ROOT / ".dockerignore").read_text().splitlines() if not line.startswith("#")]

        assert patterns[0] == "*"
        assert [line for line in patterns if line.startswith("!") and not (ROOT / line[1:]).exists()] == []


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(ROOT)))
def test_no_file_names_a_registry_or_an_index(file: Path) -> None:
    assert re.findall(r"\b(?:https?|ftp)://(?!127\.)\S+|index-url", file.read_text()) == []
