"""The program in a process of its own, without Discord: `hardware-sentry run` with the other roles."""

from __future__ import annotations

import subprocess
import sys
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import orjson

from tests.guards.project import ROOT
from tests.servers import free_port

_LONGEST = 120.0  # seconds, and a program that says nothing is ended
ALL_BUT_BOT = "scheduler,worker,web"


class Program:
    """What a test holds of it. It is ended by its id."""

    def __init__(self, process: subprocess.Popen[str], port: int) -> None:
        self.process, self.port = process, port
        self.lines: list[dict[str, Any]] = []

    def until(self, event: str) -> dict[str, Any]:
        """The next line of its log that says this; fails when the program ends before."""
        assert self.process.stderr
        for line in iter(self.process.stderr.readline, ""):
            if not line.startswith("{"):
                continue
            self.lines.append(orjson.loads(line))
            if self.lines[-1]["event"] == event:
                return self.lines[-1]
        raise AssertionError(f"it ended with {self.process.wait()} and never said {event!r}: {self.lines}")

    def ask(self, method: str, path: str) -> tuple[int, Any]:
        """Status and body of its web face."""
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", method=method)
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:
                return answer.status, _read(answer.read())
        except urllib.error.HTTPError as exc:
            return exc.code, _read(exc.read())


@contextmanager
def program(config: Path, *, roles: str = ALL_BUT_BOT, main: tuple[str, ...] = ("-m", "bot")) -> Iterator[Program]:
    """Runs until the block ends, or the program by itself."""
    port = free_port()
    environment = {"HS_WEB__PORT": str(port), "PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin"}
    command = [sys.executable, *main, "run", "--roles", roles, "--config", str(config)]
    with subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True) as process:
        too_long = threading.Timer(_LONGEST, process.kill)
        too_long.start()
        try:
            yield Program(process, port)
        finally:
            too_long.cancel()
            if process.poll() is None:
                process.kill()


def _read(body: bytes) -> Any:
    return orjson.loads(body) if body.startswith((b"{", b"[")) else body.decode()
