"""Becomes the database server, having first seen to it that the server will not outlive the program that wanted it.

Run as a file: `python -I -S embedded_child.py WAY OWNER PROGRAM ARGUMENT…`. It stands between the two because asking
for this in a `preexec_fn` runs Python after a fork of a process with threads, which can hang. It costs 15 ms, once.
"""

from __future__ import annotations

import ctypes
import os
import select
import signal
import sys

PR_SET_PDEATHSIG = 1


def follow(owner: int) -> None:
    """Have the kernel send this process SIGTERM when the thread that started it ends. Linux only; survives an exec."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != owner:  # it ended before we asked, so the kernel will not tell
        sys.exit(1)


def watch(lifeline: int) -> None:
    """Leave a small process behind that ends this one when `lifeline` closes, as a pipe does however its owner ends."""
    server = os.getpid()
    if os.fork():
        os.close(lifeline)
        return
    os.closerange(3, lifeline)  # the lock above all: it says that the server lives
    os.closerange(lifeline + 1, 1024)
    while os.getppid() == server:
        closed, _, _ = select.select([lifeline], [], [], 1.0)
        if closed and os.getppid() == server:
            os.kill(server, signal.SIGTERM)
            break
    os._exit(0)


def main(way: str, owner: int, command: list[str]) -> None:
    """Turn into `command`. With `follow` the owner is a process id, with `watch` the reading end of a pipe it holds."""
    os.umask(0o077)  # what people asked to be told is nobody else's business
    if way == "follow":
        follow(owner)
    else:
        watch(owner)
    try:
        os.execv(command[0], command)  # noqa: S606  the command is our own, and no shell sees it
    except OSError as error:
        sys.exit(f"{command[0]}: {error.strerror}")


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), sys.argv[3:])
