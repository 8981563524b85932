"""A command line as in an empty folder, with nothing of this machine's own."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import discord
import pytest
import structlog


@contextmanager
def at_home(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """An empty folder, an environment without our names, and everybody's logging put back afterwards."""
    monkeypatch.chdir(folder)
    for name in ("DISCORD_TOKEN", "DISCORD_TOKEN_FILE", "TINYFISH_API_KEY", "TINYFISH_API_KEY_FILE"):
        monkeypatch.delenv(name, raising=False)
    root, base = logging.getLogger(), discord.http.Route.BASE
    handlers, level, config = root.handlers[:], root.level, structlog.get_config()
    yield
    root.handlers, discord.http.Route.BASE = handlers, base
    root.setLevel(level)
    structlog.configure(**config)
