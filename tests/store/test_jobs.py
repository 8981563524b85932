"""The job engine over the same servers as the store: alone, as a Cluster, under a Sentinel."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from datetime import datetime, timedelta

import pytest
from redis.asyncio import BlockingConnectionPool, Redis

from alerts.domain.errors import StoreUnavailable
from alerts.domain.priority import Priority
from alerts.jobs import HANDS, DocketQueue, _with_room
from alerts.scan import Scan
from alerts.store.memory import MemoryStore
from alerts.store.redis.store import RedisStore
from tests.fakes import FakeClock, Shops
from tests.guards.project import ROOT
from tests.servers import empty
from tests.waiting import eventually
from tests.worlds import MINUTE, OUT, START, offer, product

pytestmark = pytest.mark.valkey
Slots = Callable[[str, datetime], Awaitable[None]]


@pytest.fixture
def valkey(addresses: dict[str, str]) -> str:
    empty(addresses["valkey"])
    return addresses["valkey"]


@asynccontextmanager
async def working(url: str, scan: Slots) -> AsyncIterator[DocketQueue]:
    async with DocketQueue(url, scan=scan) as jobs:
        task = asyncio.create_task(jobs.work())
        try:
            yield jobs
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task


async def until(is_so: Callable[[], bool], *, within: float = 10) -> None:
    async def look() -> bool:
        return is_so()

    await eventually(look, within=within)


async def pending(url: str, priority: Priority) -> int:
    """Jobs that a worker has taken and not acknowledged."""
    name = f"hs-jobs-{priority}"
    async with Redis.from_url(url) as redis:
        return int((await redis.xpending(f"{name}:stream", "docket-workers"))["pending"])


async def test_a_queued_scan_is_done_once_for_its_slot_wherever_the_store_is(server_store: RedisStore) -> None:
    done: list[tuple[str, datetime]] = []

    async def scan(sku: str, slot: datetime) -> None:
        done.append((sku, slot))

    async with DocketQueue(server_store.url_for_jobs, scan=scan) as producer:
        for _ in range(2):
            await producer.put("pi5", slot=START, priority=Priority.WARM)
    async with working(server_store.url_for_jobs, scan) as jobs:
        await jobs.put("jetson", slot=START + timedelta(seconds=1), priority=Priority.HOT)
        await until(lambda: len(set(done)) == 2)

    assert sorted(done) == [("jetson", START + timedelta(seconds=1)), ("pi5", START)]


async def test_what_is_urgent_meets_free_hands_behind_hundreds_of_cold_scans(server_store: RedisStore) -> None:
    done, gate = Counter[str](), asyncio.Event()

    async def scan(sku: str, slot: datetime) -> None:
        if sku.startswith("cold"):
            done["begun"] += 1
            await gate.wait()  # shops that take very long
        done[sku.partition("-")[0]] += 1

    async with working(server_store.url_for_jobs, scan) as jobs:
        for number in range(200):
            await jobs.put(f"cold-{number}", slot=START, priority=Priority.COLD)
        await until(lambda: done["begun"] == HANDS[Priority.COLD])
        for priority in (Priority.ASKED, Priority.CONFIRMATION, Priority.HOT, Priority.WARM):
            began = time.monotonic()
            await jobs.put(f"{priority}-1", slot=START, priority=priority)
            await until(lambda name=priority.value: done[name] == 1, within=5)  # type: ignore[misc]
            assert time.monotonic() - began < 2

        gate.set()
        await until(lambda: done["cold"] == 200, within=30)


async def test_cold_scans_go_on_however_many_hot_ones_there_are(valkey: str) -> None:
    done, gate = Counter[str](), asyncio.Event()

    async def scan(sku: str, slot: datetime) -> None:
        if sku.startswith("hot"):
            await gate.wait()
        done[sku.partition("-")[0]] += 1

    async with working(valkey, scan) as jobs:
        for number in range(100):
            await jobs.put(f"hot-{number}", slot=START, priority=Priority.HOT)
        for number in range(20):
            await jobs.put(f"cold-{number}", slot=START, priority=Priority.COLD)
        await until(lambda: done["cold"] == 20)
        assert not done["hot"]
        gate.set()


async def test_a_product_that_waits_in_two_classes_is_looked_at_once(valkey: str) -> None:
    clock, pi5 = FakeClock(), product("Acme")
    shops = Shops(clock, Acme=offer(OUT))
    scan = Scan(looks={"Acme": shops}, store=MemoryStore(clock=clock), clock=clock, patience=MINUTE)
    done: list[datetime] = []

    async def for_slot(sku: str, slot: datetime) -> None:
        await scan.for_slot(pi5, slot)
        done.append(slot)

    async with DocketQueue(valkey, scan=for_slot) as producer:
        await producer.put("pi5", slot=clock.now() - MINUTE, priority=Priority.COLD)
        await producer.put("pi5", slot=clock.now(), priority=Priority.CONFIRMATION)
    async with working(valkey, for_slot):
        await until(lambda: len(done) == 2)

    assert shops.looks == 1


async def test_a_job_is_acknowledged_after_its_look_was_kept_and_not_before(valkey: str) -> None:
    begun, gate = asyncio.Event(), asyncio.Event()

    async def scan(sku: str, slot: datetime) -> None:
        begun.set()
        await gate.wait()

    async with working(valkey, scan) as jobs:
        await jobs.put("pi5", slot=START, priority=Priority.HOT)
        await begun.wait()
        await asyncio.sleep(0.3)  # nothing is to happen, and nothing tells that it has not
        assert await pending(valkey, Priority.HOT) == 1

        gate.set()

        async def is_acknowledged() -> bool:
            return not await pending(valkey, Priority.HOT)

        await eventually(is_acknowledged)


async def test_a_look_that_could_not_be_kept_is_taken_again_and_its_slot_not_lost(valkey: str) -> None:
    tries: list[datetime] = []

    async def scan(sku: str, slot: datetime) -> None:
        tries.append(slot)
        if len(tries) == 1:
            raise StoreUnavailable("away for a moment")

    async with working(valkey, scan) as jobs:
        await jobs.put("pi5", slot=START, priority=Priority.COLD)
        await until(lambda: len(tries) == 2)


async def test_what_waits_for_the_store_while_its_worker_is_told_to_stop_is_left_to_the_next(valkey: str) -> None:
    tried = asyncio.Event()

    async def scan(sku: str, slot: datetime) -> None:
        tried.set()
        raise StoreUnavailable("away")

    async with working(valkey, scan) as jobs:
        await jobs.put("pi5", slot=START, priority=Priority.COLD)
        await tried.wait()

    assert await pending(valkey, Priority.COLD) == 1


async def test_the_jobs_of_a_killed_worker_are_done_by_another_within_thirty_seconds(valkey: str) -> None:
    done, all_done = dict[str, float](), asyncio.Event()

    async def scan(sku: str, slot: datetime) -> None:
        done[sku] = time.monotonic()
        if set(done) == set(skus):
            all_done.set()

    skus = {f"p{number}": priority for number, priority in enumerate(Priority)}
    async with DocketQueue(valkey, scan=scan) as producer:
        for sku, priority in skus.items():
            await producer.put(sku, slot=START, priority=priority)
    worker = await asyncio.create_subprocess_exec(
        sys.executable, "-W", "ignore", "-m", "tests.store.hanging_worker", valkey, cwd=ROOT,
        stdout=asyncio.subprocess.PIPE, env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    try:
        assert worker.stdout
        async with asyncio.timeout(30):
            begun = {(await worker.stdout.readline()).decode().strip() for _ in skus}
        assert begun == set(skus)
    finally:
        worker.send_signal(signal.SIGKILL)
        await worker.wait()
    killed = time.monotonic()
    async with working(valkey, scan):
        async with asyncio.timeout(30):
            await all_done.wait()

    print({sku: round(at - killed, 1) for sku, at in done.items()})
    assert max(done.values()) - killed <= 30


async def test_a_product_that_waits_for_a_worker_waits_once_however_many_of_its_slots_pass(
    server_store: RedisStore,
) -> None:
    done = list[tuple[str, datetime]]()

    async def scan(sku: str, slot: datetime) -> None:
        done.append((sku, slot))

    url = server_store.url_for_jobs
    async with DocketQueue(url, scan=scan) as jobs:
        for seconds in range(5):
            await jobs.put("pi5", slot=START + timedelta(seconds=seconds), priority=Priority.HOT)
    async with working(url, scan) as jobs:
        await until(lambda: len(done) == 1)
        await jobs.put("pi5", slot=START + timedelta(seconds=9), priority=Priority.HOT)
        await until(lambda: len(done) == 2)

    assert done == [("pi5", START), ("pi5", START + timedelta(seconds=9))]


@pytest.mark.parametrize("query", ["", "?max_connections=5", "?db=2&max_connections=5"])
def test_the_job_queue_has_room_for_its_jobs_whatever_memory_is_given(query: str) -> None:
    pool = BlockingConnectionPool.from_url(_with_room(f"redis://127.0.0.1:1{query}", 20))

    assert pool.max_connections == 80
    assert pool.connection_kwargs.get("db", 0) == (2 if "db=2" in query else 0)
