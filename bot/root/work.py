"""What schedulers and workers do: ticks, jobs, fan-out, webhooks, warming, forgetting."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager, suppress
from datetime import UTC, datetime

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from alerts.domain.errors import StoreError
from alerts.domain.model import Tier
from alerts.fanout import Fanout
from alerts.housekeeping import Housekeeping
from alerts.jobs import DocketQueue, JobQueue
from alerts.migrating import Migrating
from alerts.planner import Paces, Planner
from alerts.pulse import TICK, Pulse
from alerts.retention import Forgetting
from alerts.runner import Runner
from alerts.scan_jobs import ScanJobs
from alerts.settings.model import Settings
from alerts.tick import Pace, Tick
from alerts.warming import Warming
from alerts.webhooks.feed import Feed
from bot.parts import running
from bot.root.archives import backing_up
from bot.root.common import DRAIN, WAIT, Role, this_process
from bot.root.engine import Engine
from bot.web.api import all as api


@asynccontextmanager
async def job_queue(parts: Engine) -> AsyncIterator[tuple[JobQueue, ScanJobs]]:
    """The queue that all processes share, and the scans in the background that programs begin."""

    async def scan(sku: str, slot: datetime) -> None:
        product = await parts.products.load(sku)
        if product:
            await parts.scan.for_slot(product, slot)

    async def do(guild: int, job_id: str) -> None:
        await background.do(guild, job_id)

    queue = DocketQueue(parts.jobs_url, scan=scan, job=do, observer=parts.observer)
    background = api.scan_jobs(
        store=parts.store,
        queue=queue,
        answers=parts.answers,
        products=parts.products.offered,
        limits=parts.limits,
        clock=parts.clock,
    )
    async with queue:
        yield queue, background


@asynccontextmanager
async def scanning(
    parts: Engine, jobs: JobQueue, roles: frozenset[Role], tasks: list[asyncio.Task[None]]
) -> AsyncIterator[None]:
    async with AsyncExitStack() as closing:
        if Role.WORKER in roles:
            await closing.enter_async_context(running(jobs.work(), tasks, "worker"))
            fanout = Fanout(
                store=parts.store,
                products=parts.products,
                clock=parts.clock,
                name=this_process(),
                observer=parts.observer,
            )
            turns = Runner("fanout", lambda: fanout(wait=WAIT), clock=parts.clock)
            await closing.enter_async_context(running(turns.run(), tasks, "fanout", end=turns.stop))
            await closing.enter_async_context(_to_webhooks(parts, tasks))
        if Role.SCHEDULER in roles:
            closing.enter_context(_ticking(parts, jobs))
            await closing.enter_async_context(_settling(parts))
            await closing.enter_async_context(_planning(parts, tasks))
            await closing.enter_async_context(_forgetting(parts, tasks))
            await closing.enter_async_context(_migrating(parts, tasks))
            await closing.enter_async_context(backing_up(parts, tasks))
        yield


@asynccontextmanager
async def warming(parts: Engine, tasks: list[asyncio.Task[None]]) -> AsyncIterator[None]:
    """In every process, since each is asked for something; the one with the seat looks."""
    warming = warming_of(parts)
    turns = Runner("warming", warming.warm, clock=parts.clock)
    async with running(turns.run(), tasks, "warming", end=turns.stop):
        yield
    with suppress(StoreError):
        await warming.leave()


@asynccontextmanager
async def _to_webhooks(parts: Engine, tasks: list[asyncio.Task[None]]) -> AsyncIterator[None]:
    feed = Feed(store=parts.store, products=parts.products, clock=parts.clock, name=this_process())
    feeding = Runner("webhooks' news", lambda: feed(wait=WAIT), clock=parts.clock)
    sending = Runner("webhooks", lambda: parts.sender(wait=WAIT), clock=parts.clock)
    async with (
        running(feeding.run(), tasks, "webhooks' news", end=feeding.stop),
        running(sending.run(), tasks, "webhooks", end=sending.stop),
    ):
        yield
    await parts.sender.drain(DRAIN)


@asynccontextmanager
async def _forgetting(parts: Engine, tasks: list[asyncio.Task[None]]) -> AsyncIterator[None]:
    """Old points of history and old rows; in every scheduler, and the one with the seat does it."""
    old = forgetting_of(parts)
    turns = Runner("old histories", old.turn, clock=parts.clock)
    house = Housekeeping(store=parts.store, clock=parts.clock, name=this_process())
    rounds = Runner("housekeeping", house.turn, clock=parts.clock)
    async with (
        running(turns.run(), tasks, "old histories", end=turns.stop),
        running(rounds.run(), tasks, "housekeeping", end=rounds.stop),
    ):
        yield
    with suppress(StoreError):
        await old.leave()
        await house.leave()


@asynccontextmanager
async def _migrating(parts: Engine, tasks: list[asyncio.Task[None]]) -> AsyncIterator[None]:
    """What older versions have stored; in every scheduler, and the one with the seat does it."""
    migrating = Migrating(store=parts.store, clock=parts.clock, name=this_process())
    turns = Runner("migrating", migrating.turn, clock=parts.clock)
    async with running(turns.run(), tasks, "migrating", end=turns.stop):
        yield
    with suppress(StoreError):
        await migrating.leave()


@contextmanager
def _ticking(parts: Engine, jobs: JobQueue) -> Iterator[None]:
    tick = tick_of(parts, jobs)
    # Our own bulkhead: a failed tick is logged once per outage, and the next one comes in a second.
    pulse = Pulse(parts.store, TICK, clock=parts.clock)
    turn = Runner("tick", lambda: _as_turn(tick, pulse), clock=parts.clock)
    scheduler = AsyncIOScheduler(timezone=UTC)
    scheduler.add_job(
        cut_off_quietly(turn), "interval", seconds=1, max_instances=1, coalesce=True, misfire_grace_time=30
    )
    scheduler.start()
    try:
        yield
    finally:
        scheduler.shutdown(wait=False)


def cut_off_quietly(turn: Runner) -> Callable[[], Awaitable[None]]:
    """The turn as a job: one that the end cuts off has not failed, and the scheduler would log that it has."""

    async def once() -> None:
        with suppress(asyncio.CancelledError):
            await turn.once()

    return once


@asynccontextmanager
async def _planning(parts: Engine, tasks: list[asyncio.Task[None]]) -> AsyncIterator[None]:
    """In every scheduler; the one with the seat plans."""
    planner = planner_of(parts)
    turns = Runner("planner", planner.turn, clock=parts.clock)
    async with running(turns.run(), tasks, "planner", end=turns.stop):
        yield
    with suppress(StoreError):
        await planner.leave()


def _paces(settings: Settings) -> dict[Tier, Pace]:
    return {name: Pace(every=tier.every, limit=tier.limit) for name, tier in settings.tiers.by_tier().items()}


def _rooms(settings: Settings) -> Paces:
    return Paces(settings.fetch.pace, {name: own.pace for name, own in settings.vendors.items() if own.pace})


@asynccontextmanager
async def _settling(parts: Engine) -> AsyncIterator[None]:
    """At the start, and again whenever the products or what is chosen for them has changed."""
    again = asyncio.Event()
    again.set()

    async def whenever() -> None:
        while await again.wait():
            again.clear()
            await _settle(parts)

    parts.live.follow(lambda _: again.set())
    async with running(whenever(), [], "timetable"):
        yield


async def _settle(parts: Engine) -> None:
    """Beside the ticks: most of the timetable is right already, and ten thousand products take half a minute."""

    async def settled() -> bool:
        await parts.watches.settle()
        return True

    turn = Runner("timetable", settled, clock=parts.clock)
    while pause := await turn.once():
        await parts.clock.sleep(pause)


async def _as_turn(tick: Tick, pulse: Pulse) -> bool:
    count = await tick()
    await pulse.beat()
    return count > 0


def warming_of(parts: Engine) -> Warming:
    """Warming that goes by the settings."""
    cache = parts.settings.cache
    warming = Warming(
        answers=parts.answers,
        asks=parts.asks,
        store=parts.store,
        products=parts.products,
        clock=parts.clock,
        freshness=cache.freshness(),
        name=this_process(),
        popular=cache.popular,
    )
    parts.live.follow(lambda told: warming.configure(freshness=told.cache.freshness(), popular=told.cache.popular))
    return warming


def forgetting_of(parts: Engine) -> Forgetting:
    """Forgetting that goes by the settings."""
    rules = parts.settings.history.rules()
    old = Forgetting(store=parts.store, products=parts.products, clock=parts.clock, name=this_process(), rules=rules)
    parts.live.follow(lambda told: old.configure(rules=told.history.rules()))
    return old


def tick_of(parts: Engine, jobs: JobQueue) -> Tick:
    """A tick that goes by the settings."""
    tick = Tick(tiers=_paces(parts.settings), store=parts.store, jobs=jobs, clock=parts.clock, observer=parts.observer)
    parts.live.follow(lambda told: tick.configure(tiers=_paces(told)))
    return tick


def planner_of(parts: Engine) -> Planner:
    """A planner that goes by the settings."""
    settings = parts.settings
    planner = Planner(
        store=parts.store,
        products=parts.products,
        clock=parts.clock,
        name=this_process(),
        every=settings.tiers.every(),
        paces=_rooms(settings),
        blind_after=settings.confirm.blind_after,
        adapts=settings.tiers.adapt,
    )
    parts.live.follow(
        lambda told: planner.configure(
            every=told.tiers.every(),
            paces=_rooms(told),
            blind_after=told.confirm.blind_after,
            adapts=told.tiers.adapt,
        )
    )
    return planner
