"""Reading the configuration again while the program runs."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

import structlog

from alerts.domain.errors import BadInput
from alerts.metrics.metrics import Metrics
from alerts.settings.changing import in_effect
from alerts.settings.difference import Difference, difference
from alerts.settings.model import Settings
from bot.root.engine import Engine, patience
from bot.root.live_shops import are_others

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Reread:
    """`read` gives the settings as the file and the environment have them now, or raises BadInput.

    `asked` is set when somebody, such as a signal, wants that.
    """

    read: Callable[[], Settings]
    asked: asyncio.Event


class Reload:
    """The whole configuration is read and checked first; then everything of this process goes by it at once.

    A scan that is under way ends as it began. Of a configuration with a fault nothing is taken: the old one stays.
    """

    def __init__(self, read: Callable[[], Settings], parts: Engine, metrics: Metrics) -> None:
        """`read`: see Reread."""
        self._read, self._parts, self._metrics = read, parts, metrics
        self._turn = asyncio.Lock()
        self._note(is_good=True)

    async def __call__(self) -> Difference:
        """What is different now; BadInput, whose sentence names the place and the cure, when nothing was taken."""
        async with self._turn:
            try:
                found = await self._take(await asyncio.to_thread(self._whole))
            except BaseException as exc:
                self._note(is_good=False)
                if isinstance(exc, BadInput):
                    log.error("configuration refused", reason=str(exc), kept="the one before")  # noqa: TRY400 - a sentence
                raise
            self._note(is_good=True)
            _tell(found)
            return found

    def _whole(self) -> Settings:
        """Read beside the event loop, with the products made from it: ten thousand take a while."""
        settings = self._read()
        settings.catalogue()
        return settings

    async def whenever(self, asked: asyncio.Event) -> None:
        """Reload each time that the event is set; several times while one reload is under way are one more."""
        while await asked.wait():
            asked.clear()
            try:
                await self()
            except BadInput:
                continue  # its sentence is in the log
            except Exception:  # the bulkhead: a reload that failed must not end a program that runs
                log.exception("configuration refused", kept="the one before")

    async def _take(self, wanted: Settings) -> Difference:
        live, shops = self._parts.live, self._parts.shops
        before, after = live.now, in_effect(live.now, wanted)
        other_ways = await shops.another(after) if shops and are_others(before, after) else None
        # No await from here on, so that nobody meets half of it.
        if after != before:
            live.swap(after)
        if other_ways:
            other_ways(patience(before))
        return difference(before, wanted)

    def _note(self, *, is_good: bool) -> None:
        self._metrics.set("hs_config_last_reload_successful", int(is_good))
        if is_good:
            now = self._parts.clock.now().timestamp()
            self._metrics.set("hs_config_last_reload_timestamp_seconds", now)


def _tell(found: Difference) -> None:
    log.info(
        "configuration reloaded",
        changed=[str(each) for each in found.settings if not each.waits],
        products_added=list(found.added),
        products_removed=list(found.removed),
        products_changed=list(found.changed),
    )
    for each in found.settings:
        if each.waits:
            log.warning("configuration waits for a restart", change=str(each))
