"""The control channel: a Unix socket over which this user's commands change a running role's state.

One request and one answer a connection, each a JSON object on one line: `{"command": NAME, ...}`, then
`{"ok": true, ...}` or `{"ok": false, "error": TEXT}`. Access is the file's: mode 0600 in a folder of mode 0700.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import socket
import tempfile
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any, Final, TypeAlias

import structlog

from streams.errors import CheckFailed, ConfigurationError, TemporaryError, WeftError
from streams.runfiles import make_private

Command: TypeAlias = Callable[[Mapping[str, Any]], Awaitable[Mapping[str, Any]]]
"""Gets the request, gives what the answer says besides `ok`; a WeftError becomes the answer's error."""

_LINE_BYTES: Final = 65_536
_REQUEST_SECONDS: Final = 5.0
_LONGEST_PATH: Final = 100
"""Bytes: `sun_path` has 104 on macOS and 108 on Linux, with a closing zero."""

log = structlog.get_logger()


class ControlServer:
    """Answers `commands` on a socket; `path` is known after `start`."""

    def __init__(self, directory: Path, name: str, commands: Mapping[str, Command]) -> None:
        self.path = directory / f"{name}.sock"
        self._commands = commands
        self._server: asyncio.Server | None = None
        self._fallback: Path | None = None

    async def start(self) -> None:
        """Listen in the directory, or in a short temporary one where the path would be too long for a socket.

        Raises:
            ConfigurationError: the socket cannot be made.
        """
        make_private(self.path.parent)
        if len(os.fsencode(self.path)) > _LONGEST_PATH:
            self._fallback = Path(tempfile.mkdtemp(prefix="weft-"))
            self.path = self._fallback / "control.sock"
        try:
            self._server = await asyncio.start_unix_server(self._serve, self.path, limit=_LINE_BYTES)
        except OSError as error:
            raise ConfigurationError(
                f"cannot make the control socket {self.path}: {error.strerror or error}",
                cure="Set WEFT_STATE_DIR to a folder on a local disk with a short path.",
            ) from None
        self.path.chmod(0o600)

    async def stop(self) -> None:
        """Stop listening and remove the socket; a request that is being answered is not waited for."""
        if self._server is not None:
            self._server.close()
            self.path.unlink(missing_ok=True)
        if self._fallback is not None:
            self._fallback.rmdir()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError):
            writer.write(json.dumps(await self._answer(reader)).encode() + b"\n")
            await writer.drain()
        writer.close()

    async def _answer(self, reader: asyncio.StreamReader) -> Mapping[str, Any]:
        try:
            request = await _read(reader)
            command = self._commands.get(request["command"])
            if command is None:
                return _refusal(f"unknown command; this role knows: {', '.join(sorted(self._commands)) or 'none'}")
            return {"ok": True, **await command(request)}
        except WeftError as error:
            return _refusal(str(error))
        except Exception as error:  # noqa: BLE001 - a request that fails does not end the role
            log.error("control.failed", error=type(error).__name__)
            return _refusal(f"internal error: {type(error).__name__}")


async def _read(reader: asyncio.StreamReader) -> dict[str, Any]:
    """Read one request.

    Raises:
        CheckFailed: it is late, too large or no object that names a command.
    """
    try:
        request = json.loads(await asyncio.wait_for(reader.readline(), _REQUEST_SECONDS))
    except TimeoutError:
        raise CheckFailed(f"no whole request within {_REQUEST_SECONDS:.0f} s") from None
    except (ValueError, RecursionError):
        request = None
    if not isinstance(request, dict) or not isinstance(request.get("command"), str):
        raise CheckFailed(f'a request is one line of at most {_LINE_BYTES} bytes: {{"command": NAME, ...}}')
    return request


def _refusal(error: str) -> dict[str, Any]:
    return {"ok": False, "error": error}


def ask(path: Path | str, request: Mapping[str, Any], timeout: float = 10.0) -> dict[str, Any]:
    """Send one request to a role and give its answer; `timeout` in seconds.

    Raises:
        TemporaryError: nobody listens there, or no whole answer came in time.
    """
    try:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(timeout)
            connection.connect(os.fspath(path))
            connection.sendall(json.dumps(dict(request)).encode() + b"\n")
            with connection.makefile("rb") as answer:
                return dict(json.loads(answer.readline(_LINE_BYTES)))
    except (OSError, ValueError, TypeError) as error:
        raise TemporaryError(
            f"no answer on the control socket {path}: {type(error).__name__}",
            cure="`weft health` shows which roles run here.",
        ) from None
