"""The control channel over real sockets: who is answered what, and what is refused."""

from __future__ import annotations

import asyncio
import json
import socket
import stat
import tempfile
from collections.abc import AsyncIterator, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from streams import control
from streams.control import ControlServer, ask
from streams.errors import CheckFailed, ConfigurationError, TemporaryError


async def _resume(request: Mapping[str, Any]) -> Mapping[str, Any]:
    if request.get("partition") != "raw-logs:3":
        raise CheckFailed("that partition is not held here", cure="`weft health` shows the held ones.")
    return {"resumed": request["partition"]}


async def _broken(request: Mapping[str, Any]) -> Mapping[str, Any]:
    raise KeyError("secret")


@pytest.fixture
def directory() -> Iterator[Path]:
    """A folder whose path is short enough for a socket, wherever the tests' own are."""
    with tempfile.TemporaryDirectory(prefix="w") as folder:
        yield Path(folder) / "run"


@pytest.fixture
async def server(directory: Path) -> AsyncIterator[ControlServer]:
    server = ControlServer(directory, "worker-1", {"resume-partition": _resume, "broken": _broken})
    await server.start()
    yield server
    await server.stop()


def leave_socket(path: Path) -> None:
    """Leave the socket of a process that was killed."""
    path.parent.mkdir()
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(path))


async def talk(server: ControlServer, sent: bytes) -> dict[str, Any]:
    """Send raw bytes and the end of the stream; give the answer."""
    reader, writer = await asyncio.open_unix_connection(server.path)
    writer.write(sent)
    writer.write_eof()
    answer = await reader.read()
    writer.close()
    return dict(json.loads(answer))


async def test_a_command_answers(server: ControlServer) -> None:
    answer = await asyncio.to_thread(
        ask, server.path, {"command": "resume-partition", "partition": "raw-logs:3"}, timeout=5
    )

    assert answer == {"ok": True, "resumed": "raw-logs:3"}


async def test_a_refusal_says_why_and_what_to_do(server: ControlServer) -> None:
    answer = await asyncio.to_thread(ask, server.path, {"command": "resume-partition", "partition": "raw-logs:4"})

    assert answer == {"ok": False, "error": "that partition is not held here\n`weft health` shows the held ones."}


async def test_an_unknown_command_is_told_the_known_ones(server: ControlServer) -> None:
    answer = await talk(server, b'{"command": "format-disk"}\n')

    assert answer == {"ok": False, "error": "unknown command; this role knows: broken, resume-partition"}


async def test_a_command_that_fails_is_told_by_name_only_and_the_role_goes_on(server: ControlServer) -> None:
    with capture_logs() as logs:
        answer = await talk(server, b'{"command": "broken"}\n')

    assert answer == {"ok": False, "error": "internal error: KeyError"}
    assert "secret" not in str(logs)
    assert (await talk(server, b'{"command": "resume-partition", "partition": "raw-logs:3"}\n'))["ok"]


@pytest.mark.parametrize(
    "sent",
    [
        pytest.param(b"\n", id="an empty line"),
        pytest.param(b"", id="nothing"),
        pytest.param(b"resume\n", id="no JSON"),
        pytest.param(b'["command"]\n', id="no object"),
        pytest.param(b'{"partition": 1}\n', id="no command"),
        pytest.param(b'{"command": ["resume-partition"]}\n', id="a command that is no name"),
        pytest.param(b"\xff\xfe\n", id="no UTF-8"),
        pytest.param(b"[" * 60_000 + b"\n", id="deeply nested"),
        pytest.param(b'{"command": "' + b"x" * 70_000 + b'"}\n', id="too large"),
    ],
)
async def test_what_is_no_request_is_refused(sent: bytes, server: ControlServer) -> None:
    answer = await talk(server, sent)

    assert answer["ok"] is False
    assert answer["error"].startswith("a request is one line of at most")


async def test_a_request_that_does_not_end_is_refused(server: ControlServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(control, "_REQUEST_SECONDS", 0.01)
    reader, writer = await asyncio.open_unix_connection(server.path)
    writer.write(b'{"command": ')

    answer = json.loads(await asyncio.wait_for(reader.read(), 5))
    writer.close()

    assert answer == {"ok": False, "error": "no whole request within 0 s"}


async def test_a_client_that_leaves_early_harms_nobody(server: ControlServer) -> None:
    _, writer = await asyncio.open_unix_connection(server.path)
    writer.transport.abort()

    assert (await talk(server, b'{"command": "resume-partition", "partition": "raw-logs:3"}\n'))["ok"]


async def test_only_the_owner_may_connect(server: ControlServer) -> None:
    assert stat.S_IMODE(server.path.stat().st_mode) == 0o600
    assert stat.S_IMODE(server.path.parent.stat().st_mode) == 0o700


async def test_the_socket_goes_with_the_role(directory: Path) -> None:
    server = ControlServer(directory, "worker-1", {})
    await server.start()

    await server.stop()

    assert not server.path.exists()
    with pytest.raises(TemporaryError, match="no answer on the control socket"):
        ask(server.path, {"command": "x"})


async def test_the_socket_of_a_role_that_died_is_taken_over(directory: Path) -> None:
    leave_socket(directory / "worker-1.sock")

    server = ControlServer(directory, "worker-1", {"resume-partition": _resume})
    await server.start()

    assert (await talk(server, b'{"command": "resume-partition", "partition": "raw-logs:3"}\n'))["ok"]
    await server.stop()


async def test_a_path_too_long_for_a_socket_is_replaced_by_a_short_private_one(tmp_path: Path) -> None:
    server = ControlServer(tmp_path / ("d" * 100), "worker-1", {"resume-partition": _resume})
    await server.start()
    folder = server.path.parent

    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert (await talk(server, b'{"command": "resume-partition", "partition": "raw-logs:3"}\n'))["ok"]

    await server.stop()
    assert not folder.exists()


async def test_a_socket_that_cannot_be_made_is_a_configuration_error(directory: Path) -> None:
    (directory / "worker-1.sock").mkdir(parents=True)

    with pytest.raises(ConfigurationError, match="cannot make the control socket"):
        await ControlServer(directory, "worker-1", {}).start()


def test_a_role_that_does_not_answer_in_time_is_a_temporary_error(directory: Path) -> None:
    directory.mkdir()
    with socket.socket(socket.AF_UNIX) as silent:
        silent.bind(str(directory / "s"))
        silent.listen()

        with pytest.raises(TemporaryError, match="TimeoutError") as raised:
            ask(directory / "s", {"command": "x"}, timeout=0.01)

    assert "weft health" in raised.value.cure
