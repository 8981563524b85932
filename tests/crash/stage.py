"""One stage: a store, a Discord and the sands, on which an act is played with one blow at one point."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from alerts.domain.wishes import Subscription, Target
from bot.playground.discord.server import DiscordServer
from bot.playground.discord.world import Event, World
from tests.crash.acts import Act
from tests.crash.clock import SandClock, Sands, sands
from tests.crash.hostile import Hostile
from tests.crash.memory import Kept, Memory
from tests.crash.nursery import Nursery, Worker
from tests.crash.pipeline import TOKEN, begin
from tests.crash.told import Faults, Record
from tests.worlds import START

AWAY = 20.0  # seconds until a killed process is back; longer than every lease, shorter than Discord's nonce lives
_NONCES = 180.0
_SIGNALS = {"kill": signal.SIGKILL, "stop": signal.SIGSTOP}
MADE = "discord made"  # a point in the server: the message stands or is changed, and the answer is not sent


class Point(NamedTuple):
    """A place on the way, and the how manieth time it is passed."""

    place: str
    occurrence: int


@dataclass(frozen=True, slots=True)
class Variant:
    """What else is the matter while the act is played."""

    name: str
    hostile: int | None = None  # the seed of a bad day
    has_nonce: bool = True
    workers: int = 1
    blow: str = "kill"
    outage: Callable[[], None] | None = None  # what befalls the store while nobody is there


PLAIN = Variant("one worker, killed")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one playing of an act left behind."""

    act: Act
    point: Point | None
    was_struck: bool
    faults: Faults
    passed: tuple[str, ...] = ()


@dataclass(slots=True)
class House:
    """One playing: its server, and whom to strike when the server has done the n-th thing."""

    server: DiscordServer
    record: Record
    strike_at: int = 0
    blow: signal.Signals = signal.SIGKILL
    made: int = 0
    worker: Worker | None = None

    def hear(self, event: Event) -> None:
        self.record.hear(event)
        if event.kind in ("MESSAGE_CREATE", "MESSAGE_UPDATE"):
            self.made += 1
            if self.made == self.strike_at and self.worker:
                self.worker.send(self.blow)
                self.worker.hear({"struck": MADE})


class Stage:
    """Plays acts, one after the other."""

    def __init__(self, memory: Memory, found: Sands, path: Path, nursery: Nursery) -> None:
        self._memory, self._sands, self._path, self._nursery = memory, found, path, nursery
        self._begun: dict[str, tuple[Kept, float]] = {}

    async def play(self, act: Act, point: Point | None = None, variant: Variant = PLAIN) -> Outcome:
        """From the baseline to the end, with a blow at the point if there is one."""
        async with self._house(variant) as house:
            await self._set(act, house)
            for name in act.gone:
                house.server.world.delete_channel(name)
            end = [variant.blow, *point] if point and point.place != MADE else None
            house.strike_at = point.occurrence if point and point.place == MADE else 0
            house.blow = _SIGNALS[variant.blow]
            workers = [await self._start(act, house, end=end, trace=not point) for _ in range(variant.workers)]
            house.worker = workers[0]
            struck = await _first_struck(workers) if point else None
            if struck:
                workers += await self._without(struck, act, house, variant)
            for each in workers:
                await each.ended()
            passed = (*workers[0].said.get("passed", ()), *[MADE] * house.made)
            return Outcome(act, point, struck is not None, house.record.faults(act.model), passed)

    async def _without(self, struck: Worker, act: Act, house: House, variant: Variant) -> list[Worker]:
        """The world goes on without the one who was struck, until he or his successor is back; the successors."""
        if variant.blow == "kill":
            await struck.until("status")
        if variant.outage:
            variant.outage()
        self._memory.pass_time(AWAY)
        self._sands.reach(self._sands.seconds + AWAY)
        if variant.blow == "stop":
            # Somebody else finishes what he was at; then he wakes and knows nothing of it.
            other = await self._start(act, house, rest=True)
            await other.ended()
            struck.send(signal.SIGCONT)
            return []
        return [await self._start(act, house)] if variant.workers == 1 else []

    async def _start(self, act: Act, house: House, **more: object) -> Worker:
        where = {"sands": str(self._path), "store": self._memory.url, "api": house.server.api_base}
        return await self._nursery.start(**{"act": act.name, "until": len(act.steps), **where, **more})

    async def _set(self, act: Act, house: House) -> None:
        """The wishes are made and the baseline is known, as if it had just happened."""
        if act.name not in self._begun:
            self._memory.empty()
            self._sands.put(0, 0)
            clock = SandClock(self._sands)
            await begin(self._memory.url, act, _subscriptions(act, house.server.world), clock.now())
            worker = await self._start(act, house, until=1)
            await worker.ended()
            self._begun[act.name] = self._memory.keep(), self._sands.seconds
        kept, seconds = self._begun[act.name]
        self._memory.put_back(kept)
        self._sands.put(seconds, 1)
        self._sands.count_anew()

    @asynccontextmanager
    async def _house(self, variant: Variant) -> AsyncIterator[House]:
        start = START.timestamp()
        server = DiscordServer(
            token=TOKEN, now=lambda: start + self._sands.seconds, nonce_window=_NONCES if variant.has_nonce else -1.0
        )
        server.world.add_guild("Second", channels=("news", "night"))
        if variant.hostile is not None:
            server.faults.otherwise = Hostile(variant.hostile).choose
        async with server:
            house = House(server, Record(server.world))
            server.world.listeners.append(house.hear)
            yield house


async def _first_struck(workers: Sequence[Worker]) -> Worker | None:
    """Whoever comes to the point, or nobody, when all have come to the end."""
    waiting = [asyncio.create_task(each.until("struck", "status")) for each in workers]
    while waiting and not any(each.was_struck for each in workers):
        done, rest = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        waiting = list(rest)
        for each in done:
            each.result()
    for each in waiting:
        each.cancel()
    return next((each for each in workers if each.was_struck), None)


def _subscriptions(act: Act, world: World) -> Iterator[Subscription]:
    for number, wish in enumerate(act.wishes):
        channel = world.channel(wish.channel)
        assert channel.guild_id
        yield Subscription(
            id=f"s{number}",
            guild=int(channel.guild_id),
            sku=None if wish.category else wish.sku,
            category=wish.category,
            kinds=wish.kinds,
            target=Target(id=int(channel.id)),
            mention_role=int(world.deal_hunters.id) if wish.has_role else None,
            quiet=wish.quiet,
            added_by=7,
            added_at=START,
        )


@contextmanager
def stage(url: str, path: Path, nursery: Nursery) -> Iterator[Stage]:
    """A stage on a database and a page of its own."""
    memory = Memory(url)
    try:
        with sands(path) as found:
            yield Stage(memory, found, path, nursery)
    finally:
        memory.close()
