"""What the deployment files start, tried: roles, settings, and a store with the options that it is given."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from cryptography.fernet import Fernet

from bot.app import Role
from tests.canary.collecting import MARK
from tests.servers import asked, launched


def roles_of(command: Sequence[str]) -> frozenset[Role]:
    """Of `run … --roles a,b`."""
    assert command[0] == "run"
    return frozenset(Role(name) for name in command[list(command).index("--roles") + 1].split(","))


TOKEN = f"{MARK}-discord-token"


def settings_in(environment: Mapping[str, str], folder: Path) -> dict[str, str]:
    """The environment of a container, with files of ours where it names secrets; the same ones for the same folder."""
    found = dict(environment)
    for name in environment:
        if name.endswith("_FILE"):
            secret = folder / name
            if not secret.exists():
                secret.write_text(TOKEN if "TOKEN" in name else Fernet.generate_key().decode())
            found[name] = str(secret)
    return found


def kept_by(command: Sequence[str], folder: Path) -> tuple[str, str, str]:
    """A real Valkey started so says whether it keeps a log, what it does when it is full, and its snapshots."""
    program, *options = command
    assert program == "valkey-server"
    with launched(options, folder) as url:
        log, full, snapshots = (
            asked(url, "CONFIG", "GET", name)[1] for name in ("appendonly", "maxmemory-policy", "save")
        )
    return log, full, snapshots
