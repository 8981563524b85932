"""The process that speaks to services outside Discord: started on the first need, killed when it takes too long.

Apprise sends with blocking libraries that follow redirects by themselves. In a process of its own a guard can look at
every connection they open (apprise_child.py), and what hangs can be ended.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

_LONGEST = 30.0
_MODULE = "bot.notify.apprise_child"
# What a library may need to know of the machine. Neither our secrets nor proxies are among it.
_ENVIRONMENT = ("PATH", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "SSL_CERT_FILE", "SSL_CERT_DIR", "SYSTEMROOT")


@dataclass(frozen=True, slots=True)
class Outcome:
    """`word`: sent, failed, private (the guard refused), unknown (no such address), late, died."""

    word: str
    status: int = 0


class AppriseWorker:
    """One process, one message at a time."""

    def __init__(
        self, *, allow_private: Sequence[str] = (), limit: float = _LONGEST, command: Sequence[str] | None = None
    ) -> None:
        """`allow_private`: "host:port" of services on the operator's own network. `limit`: seconds for a message."""
        self._limit, self._command = limit, command or child_command()
        self.configure(allow_private=allow_private)
        self._turn = asyncio.Lock()
        self._process: asyncio.subprocess.Process | None = None

    def configure(self, *, allow_private: Sequence[str]) -> None:
        """For messages from now on."""
        self._private = tuple(allow_private)

    @property
    def pid(self) -> int | None:
        """The process id, while there is one."""
        return self._process.pid if self._process else None

    async def send(self, address: str, *, title: str, body: str) -> Outcome:
        """Have the message sent; never raises for what the service does."""
        doors = open_doors(address, self._private)
        return await self._ask({"address": address, "title": title, "body": body, "doors": doors})

    async def understands(self, address: str) -> bool:
        """Whether Apprise can make sense of an address. Nothing is sent."""
        return (await self._ask({"address": address})).word == "sent"

    async def aclose(self) -> None:
        """End the process."""
        async with self._turn:
            await self._end()

    async def _ask(self, question: Mapping[str, object]) -> Outcome:
        async with self._turn:
            try:
                async with asyncio.timeout(self._limit):
                    return await self._answer(json.dumps(question).encode() + b"\n")
            except TimeoutError:
                await self._end()
                return Outcome("late")
            except BaseException:  # also when cancelled: half an answer must not be taken for the next one's
                await self._end()
                raise

    async def _answer(self, question: bytes) -> Outcome:
        process = self._process
        if process is None or process.returncode is not None:
            process = self._process = await self._start()
        assert process.stdin
        assert process.stdout
        with contextlib.suppress(ConnectionError):
            process.stdin.write(question)
            await process.stdin.drain()
        line = await process.stdout.readline()
        if not line.endswith(b"\n"):
            await self._end()
            return Outcome("died")
        return Outcome(**json.loads(line))

    async def _start(self) -> asyncio.subprocess.Process:
        kept = {name: os.environ[name] for name in _ENVIRONMENT if name in os.environ}
        # Told twice not to look for proxies, and at a home that holds no passwords (.netrc).
        environment = {**kept, "NO_PROXY": "*", "HOME": os.devnull, "PYTHONDONTWRITEBYTECODE": "1"}
        pipe, nowhere = asyncio.subprocess.PIPE, asyncio.subprocess.DEVNULL
        # A working directory without files of ours, and a session without our terminal and its Ctrl-C.
        return await asyncio.create_subprocess_exec(
            *self._command, stdin=pipe, stdout=pipe, stderr=nowhere, env=environment, cwd="/", start_new_session=True
        )

    async def _end(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()


def child_command(before: str = "pass") -> list[str]:
    """The same Python with the same modules, without reading the environment. `before`: a statement to begin with."""
    paths = [entry or str(Path.cwd()) for entry in sys.path]
    code = f"import sys; sys.path[:] = {paths!r}; {before}; from {_MODULE} import main; main()"
    return [sys.executable, "-I", "-c", code]


def open_doors(address: str, allow_private: Sequence[str]) -> list[str]:
    """The operator's private places that this very address names; no other service leads there."""
    try:
        parts = urlsplit(address)
        named = {parts.hostname or "", *parse_qs(parts.query).get("smtp", [])}
    except ValueError:
        return []
    return [place for place in allow_private if place.rpartition(":")[0].strip("[]").lower() in named]
