"""Call a use case for ever; log, go on, stop when told."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import structlog

from alerts.domain.errors import StoreError
from alerts.ports import Clock

_IDLE = 0.2
_STORE_AWAY = 1.0
_TROUBLE = 5.0
log = structlog.get_logger()


class Runner:
    """Turns until stopped. A turn answers whether there was work; after work the next one follows at once."""

    def __init__(self, name: str, turn: Callable[[], Awaitable[bool]], *, clock: Clock) -> None:
        self._name, self._turn, self._clock = name, turn, clock
        self._stopping = asyncio.Event()
        self._store_is_away = False

    def stop(self) -> None:
        """Return from `run` after the turn that is under way."""
        self._stopping.set()

    async def run(self) -> None:
        """Take turns; nothing a turn raises ends them."""
        while not self._stopping.is_set():
            pause = await self.once()
            if pause and not self._stopping.is_set():
                await self._clock.sleep(pause)

    async def once(self) -> float:
        """Take one turn and say how long to pause before the next. Never raises for what a turn does."""
        try:
            worked = await self._turn()
        except StoreError as exc:
            if not self._store_is_away:
                log.error("store is away", loop=self._name, reason=str(exc))  # noqa: TRY400 - its sentence says it all
            self._store_is_away = True
            return _STORE_AWAY
        except Exception:  # the bulkhead around one turn
            log.exception("turn failed", loop=self._name)
            return _TROUBLE
        if self._store_is_away:
            log.info("store is back", loop=self._name)
        self._store_is_away = False
        return 0.0 if worked else _IDLE
