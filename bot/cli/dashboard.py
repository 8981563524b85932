"""`dashboard`: the operator's way in, without Discord."""

from __future__ import annotations

import asyncio
import sys
from typing import Annotated

import typer

from alerts.domain.errors import BadInput
from bot.app import engine
from bot.cli.shared import FINE, Config, settings_from


def dashboard(
    config: Config = None,
    end_sessions: Annotated[
        bool, typer.Option("--end-sessions", help="Sign everybody out instead, the operator too.")
    ] = False,
) -> int:
    """Print a link that signs you in to the dashboard as the operator: once, within ten minutes."""
    settings = settings_from(config)
    if settings.web.port == 0 and settings.web.public_url is None and not end_sessions:
        raise BadInput("web.port: is 0, so the dashboard's address is not known; set web.public_url or a port.")

    async def work() -> int:
        async with engine(settings) as parts:
            if end_sessions:
                await parts.sessions.end_all()
                print("Everybody is signed out of the dashboard.")
                return FINE
            # On stdout the link alone, so that it can be piped into a browser.
            print(f"{settings.web.address()}/operator/{await parts.sessions.make_link()}")
            print("hardware-sentry: it signs in whoever opens it first, within ten minutes.", file=sys.stderr)
        return FINE

    return asyncio.run(work())
