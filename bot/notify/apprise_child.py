"""Runs as a process of its own: sends through Apprise, with a guard at every socket, file and program.

One line of JSON in, one out. An audit hook sees the number that is really connected to, after every resolver and
redirect, in whichever library; it can be neither taken out nor got round from Python.
"""

from __future__ import annotations

import io
import json
import logging
import mimetypes
import os
import re
import socket
import sys
import sysconfig
from pathlib import Path
from typing import Any

from apprise import Apprise, AppriseAsset
from apprise.common import NotifyFormat

from alerts.addresses import problem_of
from alerts.reading.web.addresses import is_public

_CONNECTS = frozenset({"socket.connect", "socket.sendto", "socket.sendmsg", "socket.bind"})
_STARTS = ("subprocess.", "os.exec", "os.fork", "os.posix_spawn", "os.spawn", "os.system", "os.startfile", "pty.")
_STATUS = re.compile(r"error\s*=\s*(\d{3})\b")


class Guard:
    """The audit hook. `doors`: the private addresses that are open to the message being sent."""

    def __init__(self) -> None:
        libraries = [sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")]
        system = [os.devnull, "/usr/share/zoneinfo", "/etc/ssl", "/usr/lib/ssl", *mimetypes.knownfiles]
        self._files = tuple(str(Path(path).resolve()) for path in (*libraries, *system))
        self.doors: set[tuple[str, int]] = set()
        self.refused = False

    def __call__(self, event: str, arguments: tuple[Any, ...]) -> None:
        if event in _CONNECTS:
            self._connects(arguments[1])
        elif event == "open":
            self._opens(arguments[0])
        elif event.startswith(_STARTS):
            raise PermissionError(f"{event} is not allowed here")

    def _connects(self, address: object) -> None:
        # A name that reaches this point unresolved, or a path, is no public address either.
        host, port = address[:2] if isinstance(address, tuple) and len(address) >= 2 else ("", 0)
        if not is_public(str(host)) and (host, port) not in self.doors:
            self.refused = True
            raise PermissionError("the address is not on the open internet")

    def _opens(self, file: object) -> None:
        if isinstance(file, int):
            return
        path = os.path.realpath(os.fsdecode(file)) if isinstance(file, str | bytes | os.PathLike) else ""
        if not path.endswith((".py", ".pyc", ".so")) and not path.startswith(self._files):
            raise PermissionError("files are not read here")


class Statuses(logging.Handler):
    """Of Apprise's log nothing is kept but the last HTTP status: the rest may hold addresses."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.last = 0

    def emit(self, record: logging.LogRecord) -> None:
        if found := _STATUS.search(record.getMessage()):
            self.last = int(found[1])


class Sender:
    """Sends one message at a time."""

    def __init__(self) -> None:
        self._asset = AppriseAsset(async_mode=False)
        self._statuses, self._guard = Statuses(), Guard()
        logger = logging.getLogger("apprise")
        logger.handlers, logger.propagate = [self._statuses], False
        logger.setLevel(logging.WARNING)
        Apprise.instantiate("json://localhost")  # loads every plugin before the guard stands
        sys.addaudithook(self._guard)

    def answer(self, question: dict[str, Any]) -> dict[str, object]:
        """Do what is asked; without a body only look whether the address makes sense."""
        self._guard.doors, self._guard.refused, self._statuses.last = set(), False, 0
        address = str(question["address"])
        service = None if problem_of(address) else Apprise.instantiate(address, asset=self._asset)
        if service is None:
            return {"word": "unknown"}
        if "body" not in question:
            return {"word": "sent"}
        self._guard.doors = set(_resolved(question["doors"]))
        sender = Apprise(asset=self._asset)
        sender.add(service)
        is_sent = sender.notify(title=question["title"], body=question["body"], body_format=NotifyFormat.TEXT)
        if is_sent:
            return {"word": "sent"}
        return {"word": "private" if self._guard.refused else "failed", "status": self._statuses.last}


def _resolved(places: list[str]) -> list[tuple[str, int]]:
    found: list[tuple[str, int]] = []
    for place in places:
        host, _, port = place.rpartition(":")
        try:
            answers = socket.getaddrinfo(host.strip("[]"), int(port), type=socket.SOCK_STREAM)
        except OSError:
            continue
        found += [(str(answer[4][0]), int(port)) for answer in answers]
    return found


def main() -> None:
    """Answer questions until nobody asks any more."""
    answers = os.fdopen(os.dup(1), "wb", buffering=0)
    with Path(os.devnull).open("wb") as nowhere:  # a library that prints must not answer in our place
        os.dup2(nowhere.fileno(), 1)
    sender = Sender()
    for line in io.TextIOWrapper(sys.stdin.buffer, encoding="utf-8"):
        try:
            answer = sender.answer(json.loads(line))
        except Exception:  # noqa: BLE001  # the bulkhead of a process: whatever a plugin does, the next message is sent
            answer = {"word": "failed"}
        answers.write(json.dumps(answer).encode() + b"\n")
