"""What happens to the products that open pages show, told to these pages as it happens.

One reader for the process looks once a second at whatever somebody has open: a number per product, and the newest line
of the guild's trail. Nothing is taken from anybody else who reads. A page that hears of a change asks for its content
anew, so what it shows is escaped where everything is.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from typing import Protocol

import orjson
import structlog
from aiohttp import web

from alerts.domain.errors import StoreError
from alerts.domain.model import Snapshot
from alerts.ports import Clock
from alerts.products import Products
from alerts.store.ports import Trails, Wishes
from alerts.store.promises.glances import Glances
from bot.web.dashboard import words
from bot.web.dashboard.visits import Visit
from bot.web.problems import Code, Problem

EVERY = 1.0  # seconds between two looks
HEARTBEAT = 20.0
LONGEST = 15 * 60.0  # then the page comes again, and is asked anew whether it may
MOST_OF_ONE = 4  # streams of a session; of one more the oldest ends
MOST = 500
_BEHIND = 8  # messages that wait for a page that reads slowly; each says only that there is something new
_HEADERS = {
    "Content-Type": "text/event-stream; charset=utf-8",
    "Cache-Control": "no-store",
    "X-Accel-Buffering": "no",
    "X-Content-Type-Options": "nosniff",
}
_HELLO = b"retry: 3000\nevent: hello\ndata: {}\n\n"
_BYE = b"event: bye\ndata: {}\n\n"
_BEAT = b": \n\n"
log = structlog.get_logger()
_Shown = tuple[object, ...]


class LiveStore(Wishes, Trails, Glances, Protocol):
    """The parts of memory that the reader looks at."""


@dataclass(eq=False)
class Stream:
    """One open page. `since`: when it was opened."""

    guild: int
    session: str
    since: float
    waiting: asyncio.Queue[bytes | None] = field(default_factory=lambda: asyncio.Queue(_BEHIND))

    def put(self, message: bytes) -> None:
        """Tell it, unless it is that far behind: then it will ask for everything new anyway."""
        with suppress(asyncio.QueueFull):
            self.waiting.put_nowait(message)

    def end(self, last: bytes | None = None) -> None:
        """Tell it no more."""
        while not self.waiting.empty():
            self.waiting.get_nowait()
        if last:
            self.waiting.put_nowait(last)
        self.waiting.put_nowait(None)

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while (message := await self.waiting.get()) is not None:
            yield message


class Live:
    """One for a process."""

    def __init__(self, *, store: LiveStore, products: Products, clock: Clock) -> None:
        self._store, self._products, self._clock = store, products, clock
        self._streams: list[Stream] = []
        self._revisions: Mapping[str, int] = {}
        self._shown: dict[str, _Shown] = {}
        self._newest: dict[int, object] = {}
        self._beat, self._is_over = clock.monotonic(), False

    async def page(self, visit: Visit) -> web.StreamResponse:
        """`/g/{guild}/live`: text/event-stream until the page is closed or the program stops."""
        response = web.StreamResponse(headers=_HEADERS)
        with self.opened(visit.guild, f"{visit.user} {visit.csrf}") as stream, suppress(ConnectionError):
            await response.prepare(visit.request)
            await response.write(_HELLO)
            async for message in stream:
                await response.write(message)
        return response

    @contextmanager
    def opened(self, guild: int, session: str) -> Iterator[Stream]:
        """A stream of one guild's news. Problem while the program stops, or when there are too many."""
        if self._is_over:
            raise Problem(Code.NOT_READY, retry_after=5)
        if len(self._streams) >= MOST:
            raise Problem(Code.RATE_LIMITED, "Too many pages are open at once.", retry_after=60)
        own = [each for each in self._streams if each.session == session]
        for oldest in own[: max(0, len(own) + 1 - MOST_OF_ONE)]:
            self._streams.remove(oldest)
            oldest.end(_BYE)
        stream = Stream(guild, session, self._clock.monotonic())
        self._streams.append(stream)
        try:
            yield stream
        finally:
            if stream in self._streams:
                self._streams.remove(stream)

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[None]:
        """Read while the block runs; every stream ends with it."""
        task = asyncio.create_task(self._run(), name="dashboard's news")
        try:
            yield
        finally:
            self._is_over = True
            for stream in list(self._streams):
                stream.end()
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def turn(self) -> None:
        """Look once, and tell what is new."""
        now = self._clock.monotonic()
        for stream in [each for each in self._streams if now - each.since >= LONGEST]:
            self._streams.remove(stream)
            stream.end()
        if now - self._beat >= HEARTBEAT:
            self._beat = now
            for stream in self._streams:
                stream.put(_BEAT)
        guilds = dict.fromkeys(each.guild for each in self._streams)
        watched = {guild: [each.sku for each in await self._store.watches(guild)] for guild in guilds}
        moved = await self._moved({sku: None for skus in watched.values() for sku in skus})
        self._newest = {guild: mark for guild, mark in self._newest.items() if guild in guilds}
        for guild, skus in watched.items():
            said = await self._said(guild, [moved[sku] for sku in skus if sku in moved])
            if await self._has_news(guild) or said:
                self._tell(guild, said)

    async def _run(self) -> None:
        is_away = False
        while True:
            try:
                await self.turn()
                is_away = False
            except StoreError as exc:  # pages show what they have; the next look is in a second
                if not is_away:
                    log.warning("dashboard hears nothing", reason=str(exc))
                is_away = True
            except Exception:  # the bulkhead around one turn: one bad look must not end them all
                log.exception("dashboard hears nothing")
            await self._clock.sleep(EVERY)

    async def _moved(self, skus: Mapping[str, None]) -> dict[str, Snapshot]:
        """What looks different from the last time; what is seen for the first time does not."""
        revisions = await self._store.revisions(list(skus))
        newer = [sku for sku, revision in revisions.items() if revision != self._revisions.get(sku)]
        moved = {}
        for sku, snapshot in (await self._store.snapshots(newer)).items():
            shown = _as_shown(snapshot)
            if self._shown.get(sku, shown) != shown:
                moved[sku] = snapshot
            self._shown[sku] = shown
        self._shown = {sku: self._shown[sku] for sku in skus if sku in self._shown}
        self._revisions = revisions
        return moved

    async def _has_news(self, guild: int) -> bool:
        newest = next(iter(await self._store.trail(guild, limit=1)), None)
        is_new = guild in self._newest and self._newest[guild] != newest
        self._newest[guild] = newest
        return is_new

    async def _said(self, guild: int, moved: list[Snapshot]) -> str:
        """What a page says aloud: "Raspberry Pi 5: In stock, £76.80 at Acme"."""
        mine = await self._products.of(guild) if moved else None
        said = []
        for snapshot in moved[:3]:
            product = mine.get(snapshot.sku) if mine else None
            name = words.text(product.name if product else snapshot.sku, 80)
            best = snapshot.best
            offer = f"in stock, {words.money(best.offer.price)} at {words.text(best.vendor, 60)}" if (
                best and best.offer) else "not in stock anywhere"  # fmt: skip
            said.append(f"{name}: {offer}")
        return "; ".join(said)

    def _tell(self, guild: int, said: str) -> None:
        message = b"event: changed\ndata: " + orjson.dumps({"said": said}) + b"\n\n"
        for stream in self._streams:
            if stream.guild == guild:
                stream.put(message)


def _as_shown(snapshot: Snapshot) -> _Shown:
    """What of a snapshot a page shows, but for its age."""
    return tuple((each.listing, each.offer and (each.offer.availability, each.offer.price, each.offer.stock_count,
                  each.offer.online), each.failure and each.failure.reason) for each in snapshot.listings)  # fmt: skip
