"""What the parts of the root share: names of this process, of the shops, of the version, and patience."""

from __future__ import annotations

import os
import socket
from collections.abc import Mapping, Sequence
from datetime import timedelta
from enum import StrEnum
from importlib.metadata import PackageNotFoundError, version
from secrets import token_hex

from alerts.domain.errors import StoreError
from alerts.guilds import Guilds
from alerts.ports import BreakerFacts, Look
from alerts.reading.looks import Looks
from alerts.settings.model import Settings
from bot.ui.language import LanguageOf

WAIT = timedelta(milliseconds=250)  # how long fan-out and delivery wait for the first thing to do
DRAIN = 1.0  # seconds for what outlasted the deliverer's own patience at the end


class Role(StrEnum):
    """What a process does. All of it by default."""

    BOT = "bot"
    SCHEDULER = "scheduler"
    WORKER = "worker"
    WEB = "web"


def breakers_of(looks: Mapping[str, Look]) -> Sequence[BreakerFacts]:
    return looks.breakers() if isinstance(looks, Looks) else ()


def vendors_of(settings: Settings) -> tuple[str, ...]:
    """The vendors that the operator has named, those of products first."""
    names = (listing.vendor for product in settings.catalogue() for listing in product.listings)
    return tuple(dict.fromkeys([*names, *settings.vendors]))


def version_of_ours() -> str:
    try:
        return version("hardware-sentry")
    except PackageNotFoundError:  # run from its sources
        return "0"


def language_of_guilds(guilds: Guilds) -> LanguageOf:
    async def language(guild: int) -> str:
        try:
            return (await guilds.recent(guild)).language.value
        except StoreError:
            return "en"  # an alert in English is better than none

    return language


def this_process() -> str:
    # In a container every process has the same number: a name of its own shows whose seat it is.
    return f"{socket.gethostname()}#{os.getpid()}#{token_hex(4)}"
