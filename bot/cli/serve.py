"""`run` and `play`: the programs that stay."""

from __future__ import annotations

import asyncio
import logging
import os
import shlex
import tempfile
import webbrowser
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import structlog
import typer

from alerts.domain.errors import BadInput
from alerts.domain.shards import Shards
from alerts.settings.load import secret_files
from alerts.settings.model import Settings
from bot.app import Reread, Role
from bot.app import serve as serve_app
from bot.cli.shared import Config, default_config, settings_from, until_signalled
from bot.doctor.findings import Level, examine
from bot.logs import configure
from bot.root.doctor import before_running
from bot.root.garbage import leave_alone

if TYPE_CHECKING:
    from bot.playground.play import Grounds

log = structlog.get_logger()


def run(
    config: Config = None,
    roles: Annotated[str, typer.Option(help="Comma-separated: bot, scheduler, worker, web.")] = ",".join(Role),
    shards: Annotated[
        str | None, typer.Option(help="This process's shards of all, such as 0-3/16; auto: all that Discord proposes.")
    ] = None,
) -> int:
    """Run the bot until it is told to stop. SIGHUP has it read its configuration again."""
    configure(logging.INFO)
    # Chosen once: a file of one's own that is gone must not be taken for a wish to have the shipped one.
    path, chosen = (config or default_config()).absolute(), _roles(roles)

    def read() -> Settings:
        return _with_shards(settings_from(path), shards)

    settings, asked = read(), asyncio.Event()

    async def work(stop: asyncio.Event) -> None:
        await _tell_what_is_wrong(settings)
        await serve_app(settings, chosen, stop=stop, reread=Reread(read, asked), ready=leave_alone)

    return until_signalled(work, hung_up=asked.set)


async def _tell_what_is_wrong(settings: Settings) -> None:
    """What the doctor would say of the configuration; the bot runs all the same."""
    async for each in examine(before_running(settings, secret_files(os.environ))):
        if each.level in (Level.WARN, Level.FAIL):
            log.warning("doctor", check=each.check, seen=each.seen, cure=each.cure)


def play(
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port of the chat page; 0 picks a free one.")] = 8080,
    data_dir: Annotated[Path | None, typer.Option(help="Keep the bot's memory here instead of forgetting it.")] = None,
    browser: Annotated[bool, typer.Option(help="Open the chat page.")] = True,
    without_bot: Annotated[
        bool, typer.Option("--without-bot", help="Only what is around the bot, for a `run` of your own.")
    ] = False,
    verbose: Annotated[bool, typer.Option("--verbose", help="Show what the bot logs.")] = False,
) -> int:
    """Try the real bot in a browser: no token, no internet."""
    from bot.playground.play import LAST_PORT, playground  # noqa: PLC0415 - what no other command needs

    if without_bot and port > LAST_PORT:
        raise BadInput(f"--port {port}: the two ports behind it are needed, too; choose one up to {LAST_PORT}, or 0.")
    configure(logging.INFO if verbose else logging.WARNING)
    with ExitStack() as closing:
        folder = data_dir or Path(closing.enter_context(tempfile.TemporaryDirectory(prefix="hardware-sentry-")))

        async def work(stop: asyncio.Event) -> None:
            async with playground(port=port, data_dir=folder, steady=without_bot) as grounds:
                if without_bot:
                    _tell_how_to_run(grounds, *grounds.write(folder))
                    await stop.wait()
                else:
                    await _play(grounds, stop, browser=browser)

        return until_signalled(work)


async def _play(grounds: Grounds, stop: asyncio.Event, *, browser: bool) -> None:
    serving = asyncio.create_task(serve_app(grounds.settings, frozenset(Role), stop=stop))
    ready = asyncio.create_task(grounds.bot_is_there())
    await asyncio.wait({serving, ready}, return_when=asyncio.FIRST_COMPLETED)
    if not serving.done():
        print(f"Open {grounds.url} and type /scan jetson. Ctrl-C ends it.", flush=True)
        print(f"The demo shop is at {grounds.shop.url}, the dashboard at {grounds.dashboard_url}.", flush=True)
        if browser:
            webbrowser.open(grounds.url)
    ready.cancel()
    await serving


def _tell_how_to_run(grounds: Grounds, config: Path, environment: Mapping[str, str]) -> None:
    print(f"The chat page is at {grounds.url}, the demo shop at {grounds.shop.url}. Ctrl-C ends both.")
    print("In another terminal:\n")
    print("export " + " ".join(f"{name}={shlex.quote(value)}" for name, value in environment.items()))
    print(f"hardware-sentry run --config {shlex.quote(str(config))}", flush=True)


def _with_shards(settings: Settings, text: str | None) -> Settings:
    if text is None:
        return settings
    try:
        own = "auto" if text.strip().lower() == "auto" else str(Shards.parse(text))
    except ValueError as exc:
        raise BadInput(f"--shards {text}: {exc}.") from None
    return settings.model_copy(update={"discord": settings.discord.model_copy(update={"shards": own})})


def _roles(text: str) -> frozenset[Role]:
    try:
        return frozenset(Role(name.strip()) for name in text.split(",") if name.strip()) or frozenset(Role)
    except ValueError:
        raise BadInput(f"--roles {text}: choose among {', '.join(Role)}, separated by commas.") from None
