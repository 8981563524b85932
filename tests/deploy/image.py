"""Builds the image's stages by the Dockerfile's own steps and runs it as a careful host would; prints what was seen.

A program of its own, started by test_image.py in new mount and process namespaces, with a folder as its argument.
"""

from __future__ import annotations

import asyncio
import ctypes
import fcntl
import json
import os
import secrets
import shutil
import signal
import socket
import struct
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bot.playground.discord.server import DiscordServer
from tests.deploy import filtered
from tests.deploy.dockerfile import Stage, stages
from tests.deploy.tree import Tree
from tests.guards.project import text_of

_NEW_NETWORK = 0x40000000
_NO_NEW_PRIVILEGES, _DENY_WRITE_EXECUTE = 38, 65
_SET_FLAGS, _UP = 0x8914, 1
_TOKEN_FILE = "/run/secrets/discord_token"
_WRITES = "import pathlib, sys; pathlib.Path(sys.argv[1], 'written').write_text('x')"
_PATIENCE = 60.0


class Container:
    """Starts programs in a finished tree as the image's user, with no more rights than the systemd unit leaves."""

    def __init__(self, tree: Tree, stage: Stage) -> None:
        self._tree, self._at = tree, stage.one("WORKDIR").rest
        user, _, group = stage.one("USER").rest.partition(":")
        self.user, self._group = int(user), int(group)
        self.env = dict(tree.env)
        self.filter = _filter_of(text_of("deploy/hardware-sentry.service"))

    def enter(self) -> None:
        """In the child, before it becomes the program."""
        os.chroot(self._tree.root)
        os.chdir(self._at)
        os.setgroups([])
        os.setgid(self._group)
        os.setuid(self.user)
        prctl = ctypes.CDLL(None).prctl
        prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0)
        prctl(_DENY_WRITE_EXECUTE, 1, 0, 0, 0)  # as the systemd unit asks for; kernels before 6.3 know no such thing
        if self.filter:
            filtered.put_on(self.filter)

    def code(self, command: Sequence[str]) -> int:
        """How a short program ends."""
        done = subprocess.run(
            command, env=self.env, preexec_fn=self.enter, capture_output=True, check=False, timeout=_PATIENCE
        )
        return done.returncode


def _filter_of(unit: str) -> bytes | None:
    """What its SystemCallFilter and RestrictAddressFamilies come to; None without systemd or the kernel's headers."""
    if not shutil.which("systemd-analyze") or not filtered.numbers():
        return None
    families = filtered.unit_values(unit, "RestrictAddressFamilies")[0].split()
    return filtered.program(filtered.allowed(unit), families)


def build(folder: Path) -> tuple[Tree, Stage]:
    """The last stage, built."""
    subprocess.run(["mount", "-t", "tmpfs", "tmpfs", folder], check=True)
    trees: dict[str, Tree] = {}
    for stage in stages(text_of("Dockerfile")):
        tree = trees[stage.name] = Tree(folder / (stage.name or "image"))
        tree.build(stage, trees)
    return tree, stage


def alone_on_the_network() -> None:
    """Loopback and nothing else, so that port 8000 is free and no shop is asked."""
    assert ctypes.CDLL(None).unshare(_NEW_NETWORK) == 0, "no network namespace"
    with socket.socket() as any_socket:
        fcntl.ioctl(any_socket, _SET_FLAGS, struct.pack("16sh", b"lo", _UP))


async def serve(tree: Tree, stage: Stage) -> dict[str, Any]:
    """Run it against a Discord on loopback until it is healthy, tell it to stop, and say what was seen."""
    (volume,), token = stage.one("VOLUME").rest.split(), secrets.token_hex(16)
    secret = tree.inside(_TOKEN_FILE)
    secret.parent.mkdir(parents=True, exist_ok=True)
    secret.write_text(token)
    secret.chmod(0o444)
    tree.without_shell()
    tree.read_only(volume)
    container = Container(tree, stage)
    async with DiscordServer(token=token) as discord:
        container.env |= {"DISCORD_TOKEN_FILE": _TOKEN_FILE, "HS_DISCORD__API_BASE": discord.api_base}
        command = [*stage.one("ENTRYPOINT").listed(), *stage.one("CMD").listed()]
        process = await asyncio.create_subprocess_exec(
            *command, env=container.env, preexec_fn=container.enter, stderr=subprocess.PIPE
        )
        said = asyncio.create_task(process.stderr.read())  # type: ignore[union-attr]
        try:
            checks = await _until_healthy(container, stage.health_check(), process)
            if process.returncode is None:
                await discord.connected(_PATIENCE)
            owners = {path.name: path.stat().st_uid for path in tree.inside(volume).iterdir()}
            writable = [at for at in ("/", "/app", "/app/venv", volume, "/tmp") if not container.code(_writing(at))]
        finally:
            if process.returncode is None:
                process.send_signal(getattr(signal, stage.one("STOPSIGNAL").rest))
        code = await asyncio.wait_for(process.wait(), _PATIENCE)
    text = (await said).decode()
    return {
        "healthy after": checks,
        "user": container.user,
        "owners": owners,
        "writable": writable,
        "shell": container.code(["sh", "-c", "true"]) == 0 if (tree.root / "usr/bin/sh").exists() else False,
        "filtered": container.filter is not None,
        "changes owners": container.code(["python", "-c", "import os; os.chown('/tmp', 10001, 10001)"]) == 0,
        "exit code": code,
        "tells its token": token in text,
        "log": text[-4000:],
    }


def _writing(at: str) -> list[str]:
    return ["python", "-c", _WRITES, at]


async def _until_healthy(container: Container, check: list[str], process: asyncio.subprocess.Process) -> int:
    """How many times the image's own check was asked until it was content."""
    end = asyncio.get_running_loop().time() + _PATIENCE
    asked = 0
    while process.returncode is None and asyncio.get_running_loop().time() < end:
        asked += 1
        if await asyncio.to_thread(container.code, check) == 0:
            return asked
        await asyncio.sleep(0.2)
    return 0


def main() -> None:
    """Prints one JSON document."""
    tree, stage = build(Path(sys.argv[1]))
    alone_on_the_network()
    print(json.dumps(asyncio.run(serve(tree, stage))))


if __name__ == "__main__":
    main()
