"""`report`: what the bot did in the last seven days."""

from __future__ import annotations

import asyncio

from alerts.domain.report import Report, lines
from bot.cli.shared import FINE, AsJson, Config, print_json, settings_from
from bot.root.engine import engine
from bot.root.watching import reports_of


def report(as_json: AsJson = False, config: Config = None) -> int:
    """Print what the bot did in the last seven days, and what needs a hand."""
    settings = settings_from(config)

    async def ask() -> Report:
        async with engine(settings) as parts:
            return await reports_of(parts)()

    found = asyncio.run(ask())
    if as_json:
        print_json(found.model_dump(mode="json"))
    else:
        print("\n".join(lines(found)))
    return FINE
