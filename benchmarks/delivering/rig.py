"""The process under test: the real store, fan-out, deliverer and notifier, beside a Discord in another process."""

from __future__ import annotations

import asyncio
import logging
import resource
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from alerts.addresses import Addresses
from alerts.clock import SystemClock
from alerts.deliver import Deliver
from alerts.fanout import Fanout
from alerts.products import Products
from alerts.store.embedded import Embedded
from alerts.store.redis.store import RedisStore
from alerts.store.seal import KeyRing
from benchmarks.other_process import Server
from bot import logs
from bot.client import Client
from bot.notify.apprise_worker import AppriseWorker
from bot.notify.by_kind import Notify
from bot.playground.discord.rest import BASE

TOKEN = "playground"
_IDLE = 0.01
_WAIT = timedelta(milliseconds=250)
_LAST_TURN = 10.0  # what is on its way at the end has so long, as at the bot's own end
MEMORY = 300.0  # MB, the bar of every scenario


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table. `ok` is None where there is no bar."""

    what: str
    value: str
    bar: str = ""
    ok: bool | None = None


@dataclass(slots=True)
class Rig:
    """Everything a scenario pulls at."""

    server: Server
    store: RedisStore
    valkey: Embedded
    client: Client
    deliver: Deliver
    notifier: Notify
    fanout: Fanout

    async def _deliver(self) -> bool:
        return await self.deliver.turn(wait=_WAIT)

    async def run(self, *, until: Callable[[], Awaitable[bool]], limit: float) -> float:
        """Fan out and deliver side by side, as the bot does, until it is so or `limit` seconds have passed."""
        began, stop = time.monotonic(), asyncio.Event()
        tasks = [asyncio.create_task(_turns(turn, stop)) for turn in (self.fanout, self._deliver)]
        try:
            while time.monotonic() - began < limit and not await until():
                for task in tasks:
                    if task.done():
                        task.result()
                await asyncio.sleep(0.25)
        finally:
            stop.set()
            _, hanging = await asyncio.wait(tasks, timeout=_LAST_TURN)
            for task in hanging:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        return time.monotonic() - began


def deliverer(store: RedisStore, client: Client, *, pace: float | None) -> tuple[Deliver, Notify]:
    """The parts under test, put together as bot/app.py does. `pace` None: as fast as it goes."""
    clock = SystemClock()
    worker = AppriseWorker()
    addresses = Addresses(store=store, seal=KeyRing(), api_base=BASE, understands=worker.understands)
    notify = Notify(client, clock=clock, addresses=addresses, worker=worker)
    deliver = Deliver(
        store=store, notifier=notify, clock=clock, name="benchmark", rate=pace, gate=client.until_unlimited
    )
    return deliver, notify


@asynccontextmanager
async def rig(products: Products, *, server: str = "playground", pace: float | None = 45.0, gateway: bool = False,
              logs_to: int = logging.INFO) -> AsyncIterator[Rig]:  # fmt: skip
    """A bundled Valkey in a directory of its own, a Discord in another process, and ours between them."""
    logs.configure(logs_to)
    clock = SystemClock()
    with tempfile.TemporaryDirectory(prefix="hs-delivery-") as folder:
        async with (
            Server.start("benchmarks.delivering.server", server) as discord,
            Embedded(Path(folder)) as valkey,
            RedisStore(valkey.url) as store,
            Client(api_base=discord.api_base, notes=store, clock=clock) as client,
        ):
            await client.login(TOKEN)
            deliver, notifier = deliverer(store, client, pace=pace)
            fanout = Fanout(store=store, products=products, clock=clock, name="benchmark")
            made = Rig(discord, store, valkey, client, deliver, notifier, fanout)
            if not gateway:
                yield made
            else:
                async with _connected(client):
                    yield made
            await deliver.leave()
            await notifier.drain(1.0)
            await notifier.aclose()


@asynccontextmanager
async def _connected(client: Client) -> AsyncIterator[None]:
    serving = asyncio.create_task(client.connect())
    try:
        await asyncio.wait_for(client.wait_until_ready(), 60)
        yield
    finally:
        await client.close()
        await asyncio.gather(serving, return_exceptions=True)


async def _turns(turn: Callable[[], Awaitable[bool]], stop: asyncio.Event) -> None:
    while not stop.is_set():
        if not await turn():
            await asyncio.sleep(_IDLE)


def scaled(number: int, scale: float, least: int = 1) -> int:
    """A share of it."""
    return max(least, round(number * scale))


def rss() -> float:
    """The largest this process has been, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def cpu_of(pid: int | None) -> float:
    """CPU seconds of another process on Linux; 0.0 where there is no /proc."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / 100
