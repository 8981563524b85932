"""What the commands share: options, settings, signals and output."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Awaitable, Callable
from importlib import import_module
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, BinaryIO

import orjson
import typer

from alerts.domain.errors import BadInput
from alerts.settings.load import load_file, secrets_in, secrets_of
from alerts.settings.model import Settings
from bot.app import Engine, engine
from bot.redact import REDACTION

FINE, BAD_INPUT, NOTHING_READ, STORE_AWAY, INTERRUPTED = 0, 2, 3, 4, 130

Config = Annotated[Path | None, typer.Option(help="Configuration file; config.yaml here, else the shipped one.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]


def settings_from(config: Path | None) -> Settings:
    """The settings of --config, of ./config.yaml, or the shipped ones, with the environment on top.

    From then on nothing is logged or printed that holds one of their secrets.
    """
    REDACTION.know(secrets_in(os.environ))
    settings = load_file(config or default_config(), os.environ)
    REDACTION.know(secrets_of(settings))
    return settings


def default_config() -> Path:
    """config.yaml here, else the shipped one."""
    here = Path("config.yaml")
    if here.exists():
        return here
    package = Path(str(files("bot")))
    installed = package / "config.yaml"
    return installed if installed.exists() else package.parent / "config.yaml"


def with_parts(path: Path | None, work: Callable[[Engine], Awaitable[None]]) -> int:
    """Do it with memory and the way to the shops open, by the settings of --config."""
    settings = settings_from(path)

    async def opened() -> None:
        async with engine(settings) as parts:
            await work(parts)

    asyncio.run(opened())
    return FINE


def until_signalled(
    work: Callable[[asyncio.Event], Awaitable[None]], *, hung_up: Callable[[], None] | None = None
) -> int:
    """Run `work(stop)`: SIGTERM and Ctrl-C set `stop`, and a second one ends the process at once.

    `hung_up` is called for each SIGHUP, which ends the process where there is none.
    """

    async def guarded() -> int:
        stop, codes = asyncio.Event(), [FINE]

        def on_signal(number: int) -> None:
            if stop.is_set():
                os._exit(128 + number)
            codes[0] = INTERRUPTED if number == signal.SIGINT else FINE
            stop.set()

        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, on_signal, number)
        if hung_up:
            asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, hung_up)
        await work(stop)
        return codes[0]

    with asyncio.Runner(loop_factory=quick_loop()) as runner:
        return runner.run(guarded())


def quick_loop() -> Callable[[], asyncio.AbstractEventLoop] | None:
    """uvloop's, where the extra `fast` is installed; else None, which is asyncio's own."""
    if find_spec("uvloop") is None:
        return None
    make: Callable[[], asyncio.AbstractEventLoop] = import_module("uvloop").new_event_loop
    return make


def opened(path: Path) -> BinaryIO:
    """A file of JSON lines; BadInput when it cannot be read."""
    try:
        return path.open("rb")
    except OSError as exc:
        raise BadInput(f"{path}: cannot be read ({exc.strerror}); name a file of JSON lines.") from None


def print_json(value: object) -> None:
    """One JSON document on one line of stdout."""
    sys.stdout.buffer.write(orjson.dumps(value) + b"\n")
    sys.stdout.flush()
