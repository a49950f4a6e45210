"""Where settings come from, and what a wrong one says."""

from __future__ import annotations

from pathlib import Path

import pytest

from streams.errors import ConfigurationError
from streams.settings import load


@pytest.fixture(autouse=True)
def no_settings_of_the_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    import os

    for name in [name for name in os.environ if name.startswith("WEFT_")]:
        monkeypatch.delenv(name)


def loaded(monkeypatch: pytest.MonkeyPatch, config: Path | None = None, **variables: str):  # type: ignore[no-untyped-def]  # noqa: ANN201
    import os

    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    return load(config, os.environ)


def test_the_environment_wins_over_the_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    path = tmp_path / "weft.yaml"
    path.write_text("group: from-file\nlimits: {depth: 10, attributes: 20}\ntopics: {app: {source_epoch: two}}\n")

    settings = loaded(monkeypatch, path, WEFT_GROUP="from-environment", WEFT_LIMITS__DEPTH="11")

    assert settings.group == "from-environment"
    assert (settings.limits.depth, settings.limits.attributes) == (11, 20)
    assert settings.topics["app"].source_epoch == "two"


def test_the_file_is_named_by_a_variable_too(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    path = tmp_path / "weft.yaml"
    path.write_text("group: from-file\n")

    assert loaded(monkeypatch, WEFT_CONFIG=str(path)).group == "from-file"


def test_a_list_of_topics_is_comma_separated(monkeypatch: pytest.MonkeyPatch) -> None:
    assert loaded(monkeypatch, WEFT_RAW_TOPICS="a, b,^c.*").raw_topics == ("a", "b", "^c.*")


@pytest.mark.parametrize(
    "variables",
    [
        pytest.param({"WEFT_SERVICE_HOST": "10.0.0.1"}, id="service host"),
        pytest.param({"WEFT_WORKER_SERVICE_HOST": "10.0.0.1"}, id="longer service name"),
        pytest.param({"WEFT_PORT": "tcp://10.0.0.1:80"}, id="service port"),
        pytest.param({"WEFT_PORT_80_TCP_ADDR": "10.0.0.1"}, id="port address"),
        pytest.param({"WEFT_SERVICE_PORT_HTTP": "80"}, id="named port"),
    ],
)
def test_what_kubernetes_injects_for_a_service_is_no_setting(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str]
) -> None:
    assert loaded(monkeypatch, **variables) == load(None, {})


@pytest.mark.parametrize(
    ("variables", "told"),
    [
        pytest.param({"WEFT_GRUOP": "x"}, "unknown environment variable WEFT_GRUOP", id="unknown variable"),
        pytest.param({"WEFT_HTTP_PORT": "x"}, r"http_port \(WEFT_HTTP_PORT\)", id="not a number"),
        pytest.param({"WEFT_LIMITS__DEPTH": "0"}, r"limits.depth \(WEFT_LIMITS__DEPTH\)", id="out of range"),
        pytest.param({"WEFT_LIMITS__DEEP": "1"}, r"limits.deep \(WEFT_LIMITS__DEEP\)", id="unknown nested key"),
        pytest.param({"WEFT_TIME_ZONE": "Mars/Olympus"}, "time_zone", id="unknown zone"),
    ],
)
def test_a_wrong_setting_is_named_with_its_cure(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], told: str
) -> None:
    with pytest.raises(ConfigurationError, match=told) as error:
        loaded(monkeypatch, **variables)

    assert error.value.cure


@pytest.mark.parametrize(
    ("content", "told"),
    [
        pytest.param("{", "not YAML", id="broken"),
        pytest.param("[1]", "must hold a mapping", id="a list"),
        pytest.param("gruop: x", "gruop", id="unknown key"),
        pytest.param("security: {password: secret-value, protocol: X}", "security.protocol", id="a secret beside"),
    ],
)
def test_a_wrong_file_is_named_without_its_values(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, content: str, told: str
) -> None:
    path = tmp_path / "weft.yaml"
    path.write_text(content)

    with pytest.raises(ConfigurationError, match=told) as error:
        loaded(monkeypatch, path)

    assert "secret-value" not in str(error.value)


def test_a_missing_file_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="No such file"):
        loaded(monkeypatch, tmp_path / "none.yaml")


def test_secrets_are_masked(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = loaded(monkeypatch, WEFT_SECURITY__PASSWORD="hunter2")

    assert "hunter2" not in repr(settings)
    assert "hunter2" not in settings.model_dump_json()


PROFILED = """
environment: staging
limits: {depth: 10, attributes: 20}
profiles:
  staging: {limits: {depth: 11}, group: staged}
  production: {limits: {depth: 12}, raw_topics: [a]}
"""


@pytest.mark.parametrize(
    ("variables", "depth", "group"),
    [
        pytest.param({}, 11, "staged", id="the file names the environment"),
        pytest.param({"WEFT_ENVIRONMENT": "production"}, 12, "weft-worker", id="the variable goes first"),
        pytest.param({"WEFT_ENVIRONMENT": "development"}, 10, "weft-worker", id="an environment without a profile"),
        pytest.param({"WEFT_LIMITS__DEPTH": "13"}, 13, "staged", id="a variable wins over a profile"),
    ],
)
def test_a_profile_is_laid_over_the_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, variables: dict[str, str], depth: int, group: str
) -> None:
    path = tmp_path / "weft.yaml"
    path.write_text(PROFILED)

    settings = loaded(monkeypatch, path, **variables)

    assert (settings.limits.depth, settings.limits.attributes, settings.group) == (depth, 20, group)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        pytest.param("profiles: {prod: {}}", "there is no environment 'prod'", id="unknown environment"),
        pytest.param("profiles: [1]", "must be a mapping", id="a list"),
        pytest.param(
            "profiles: {production: {gruop: x}}", r"profiles\.production\.gruop", id="in one that is not chosen"
        ),
        pytest.param("processors: [{name: x, on_failure: default}]", "belong together", id="default without defaults"),
    ],
)
def test_a_wrong_profile_or_chain_is_refused_at_start(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, content: str, told: str
) -> None:
    path = tmp_path / "weft.yaml"
    path.write_text(content)

    with pytest.raises(ConfigurationError, match=told):
        loaded(monkeypatch, path)


def test_a_bare_name_is_an_entry_of_the_chain(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    path = tmp_path / "weft.yaml"
    path.write_text("processors: [redact, {name: http, options: {infer_severity: true}}]")

    names = [(entry.name, entry.options) for entry in loaded(monkeypatch, path).processors]

    assert names == [("redact", {}), ("http", {"infer_severity": True})]
