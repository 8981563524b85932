"""A process that has imported everything and forks a worker for every line it reads: 10 ms instead of a second.

Lines in: jobs, as JSON with an `id`. Lines out: `{"id", "pid"}`, then what the worker says, then `{"id", "status"}`.
It holds no socket and no loop, so a fork shares nothing with anybody. When its input ends it takes its workers along.
"""

from __future__ import annotations

import contextlib
import gc
import os
import selectors
import signal
import sys
from dataclasses import dataclass, field

import orjson

from tests.crash.worker import warm_up, work


@dataclass
class _Child:
    job: int
    pid: int
    pipe: int
    said: bytearray = field(default_factory=bytearray)


def main() -> None:
    warm_up()
    gc.collect()
    gc.freeze()
    children: dict[int, _Child] = {}
    asked = bytearray()
    with selectors.DefaultSelector() as ready:
        ready.register(0, selectors.EVENT_READ)
        while True:
            for key, _ in ready.select():
                if key.fd == 0:
                    found = os.read(0, 1 << 16)
                    if not found:
                        _end(children)
                        return
                    asked += found
                    *lines, rest = asked.split(b"\n")
                    asked = bytearray(rest)
                    for line in lines:
                        child = _fork(orjson.loads(line))
                        children[child.pipe] = child
                        ready.register(child.pipe, selectors.EVENT_READ)
                        _say({"id": child.job, "pid": child.pid})
                elif not _hear(children[key.fd]):
                    # Before it is closed: the next one may get the same number.
                    ready.unregister(key.fd)
                    _bury(children.pop(key.fd))


def _fork(job: dict[str, object]) -> _Child:
    reading, writing = os.pipe()
    pid = os.fork()
    if pid:
        os.close(writing)
        return _Child(int(str(job["id"])), pid, reading)
    status = 1
    try:
        # Neither the jobs of others nor the zygote's own words are a worker's business.
        nowhere = os.open(os.devnull, os.O_RDWR)
        os.dup2(nowhere, 0)
        os.dup2(nowhere, 1)
        status = work(job, writing)
    finally:
        os._exit(status)


def _hear(child: _Child) -> bool:
    """Pass on what it says; False when it has ended."""
    found = os.read(child.pipe, 1 << 16)
    child.said += found
    *lines, rest = child.said.split(b"\n")
    child.said = bytearray(rest)
    for line in lines:
        _say({"id": child.job, **orjson.loads(line)})
    return bool(found)


def _bury(child: _Child) -> None:
    os.close(child.pipe)
    _, status = os.waitpid(child.pid, 0)
    _say({"id": child.job, "status": os.waitstatus_to_exitcode(status)})


def _say(facts: dict[str, object]) -> None:
    os.write(1, orjson.dumps(facts) + b"\n")


def _end(children: dict[int, _Child]) -> None:
    for child in children.values():
        with contextlib.suppress(ProcessLookupError):
            os.kill(child.pid, signal.SIGKILL)


if __name__ == "__main__":
    sys.exit(main())
