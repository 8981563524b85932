"""The system calls and address families that the systemd unit allows, put on a process as systemd would do it.

Where tests run no systemd starts units; its lists are asked of systemd-analyze, and the kernel does the rest.
"""

from __future__ import annotations

import ctypes
import os
import re
import socket
import struct
import subprocess
from collections.abc import Collection, Iterable
from errno import EAFNOSUPPORT, EPERM
from functools import cache
from pathlib import Path

_SECCOMP, _FILTER = 22, 2
_LOAD, _EQUAL, _RETURN = 0x20, 0x15, 0x06
_ALLOW, _ERROR = 0x7FFF0000, 0x00050000
_NUMBER, _FIRST_ARGUMENT = 0, 16  # where the kernel puts them in what a filter is shown


def unit_values(text: str, key: str) -> list[str]:
    """Everything that a unit says under a key."""
    return re.findall(rf"(?m)^{key}=(.+)$", text)


def allowed(text: str) -> set[str]:
    """The names of the calls that are left by its SystemCallFilter lines."""
    found: set[str] = set()
    for value in unit_values(text, "SystemCallFilter"):
        names = {name for each in value.removeprefix("~").split() for name in _expanded(each)}
        found = found - names if value.startswith("~") else found | names
    return found


@cache
def _expanded(name: str) -> frozenset[str]:
    if not name.startswith("@"):
        return frozenset({name})
    asked = subprocess.run(
        ["systemd-analyze", "--no-pager", "syscall-filter", name], capture_output=True, text=True, check=True
    )
    lines = [line.strip() for line in asked.stdout.splitlines()[1:]]
    return frozenset(one for line in lines if line and line[0] != "#" for one in _expanded(line))


@cache
def numbers() -> dict[str, int]:
    """The kernel's number of each call on this machine; none where its headers are not installed."""
    found = [*Path("/usr/include").glob(f"{os.uname().machine}-linux-gnu/asm/unistd_64.h")]
    text = found[0].read_text() if found else ""
    return {name: int(number) for name, number in re.findall(r"#define __NR_(\w+)\s+(\d+)", text)}


def program(calls: Collection[str], families: Iterable[str]) -> bytes:
    """A filter in the kernel's own language: these calls, and sockets of these families alone."""
    number = numbers()
    kinds = [int(getattr(socket, name)) for name in families]
    steps = [
        (_LOAD, 0, 0, _NUMBER),
        (_EQUAL, 0, 2 * len(kinds) + 2, number["socket"]),
        (_LOAD, 0, 0, _FIRST_ARGUMENT),
        *(step for kind in kinds for step in _if_equal(kind)),
        (_RETURN, 0, 0, _ERROR | EAFNOSUPPORT),
        *(step for call in sorted(calls & number.keys()) for step in _if_equal(number[call])),
        (_RETURN, 0, 0, _ERROR | EPERM),
    ]
    return b"".join(struct.pack("HBBI", *step) for step in steps)


def _if_equal(value: int) -> tuple[tuple[int, int, int, int], ...]:
    return ((_EQUAL, 0, 1, value), (_RETURN, 0, 0, _ALLOW))


def put_on(steps: bytes) -> None:
    """From now on this process, and all that it becomes, can do nothing else."""
    memory = ctypes.create_string_buffer(steps, len(steps))
    head = struct.pack("HxxxxxxP", len(steps) // 8, ctypes.addressof(memory))
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_SECCOMP, _FILTER, ctypes.c_char_p(head), 0, 0):
        raise OSError(ctypes.get_errno(), "the kernel does not take the filter")
