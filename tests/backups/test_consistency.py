"""While others write: each unit is of one moment, and whatever a server names is there."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest

from alerts.domain.catalogue import UrlProduct, url_product
from alerts.domain.model import Snapshot, point_of
from alerts.domain.wishes import Watch
from alerts.store import keys
from alerts.store.ports import Commit
from alerts.store.promises.archive import Kept, Unit
from alerts.store.redis.archive import RedisArchive
from alerts.store.redis.store import RedisStore
from tests.worlds import IN, MINUTE, START, known, offer

pytestmark = pytest.mark.valkey
_BACKUPS = 15
_SHOPS = 400  # so many questions are no longer read in one go by the server, if they are not one transaction


@asynccontextmanager
async def busy(url: str, write: Callable[[RedisStore, int], Awaitable[None]]) -> AsyncIterator[list[int]]:
    """Somebody writes all the time, a number higher each time; gives what was written."""
    done, is_over = list[int](), asyncio.Event()

    async def work(store: RedisStore) -> None:
        while not is_over.is_set():
            await write(store, len(done))
            done.append(len(done))

    async with RedisStore(url) as store:
        await write(store, 0)
        done.append(0)
        async with asyncio.TaskGroup() as others:
            others.create_task(work(store))
            try:
                yield done
            finally:
                is_over.set()


async def taken(url: str) -> dict[str, Unit]:
    async with RedisArchive(url) as archive:
        return {unit.name: unit async for unit in archive.units({Kept.BACKUP})}


async def test_a_server_is_of_one_moment(home: str) -> None:
    async def write(store: RedisStore, number: int) -> None:
        pipe = store._link.redis.pipeline(transaction=True)
        for name in (keys.settings(1), keys.sealed(1), keys.memories(1)):
            pipe.hset(name, "number", number)
        await pipe.execute()

    async with busy(home, write) as written:
        seen = []
        for _ in range(_BACKUPS):
            (unit,) = [each for name, each in (await taken(home)).items() if name == "guild:1"]
            numbers = {entry.value["number"] for entry in unit.entries}
            assert len(unit.entries) == 3
            assert len(numbers) == 1
            seen.append(int(numbers.pop()))

    assert seen == sorted(seen)
    assert seen[0] < seen[-1] <= len(written), "it was written to meanwhile"


async def test_a_product_and_its_history_are_of_one_moment(home: str) -> None:
    """Also when a shop joins on the way: its history is there as soon as the snapshot knows it."""

    async def write(store: RedisStore, number: int) -> None:
        lock = await store.lock("pi5", ttl=MINUTE)
        assert lock
        at, vendors = START + number * MINUTE, [f"shop{each}" for each in range(_SHOPS + min(number // 4, 9))]
        listings = tuple(known(offer(IN, str(number)), since=at, vendor=vendor) for vendor in vendors)
        snapshot = Snapshot(sku="pi5", revision=number, scanned_at=at, listings=listings)
        points = {each.listing: point_of(offer(IN, str(number)), at=at, vendor=each.vendor) for each in listings}
        assert await store.commit(Commit(lock, snapshot, points))
        await store.unlock(lock)

    async with busy(home, write) as written:
        for _ in range(8):
            unit = (await taken(home))["product:pi5"]
            snapshot, *histories = (entry.value for entry in unit.entries)
            revision = int(snapshot["rev"])
            newest = START + (revision - 1) * MINUTE
            assert len(histories) == len([field for field in snapshot if field.startswith("l:")])
            assert {points[-1][1] for points in histories} == {newest.timestamp() * 1000}

    assert len(written) > 8


async def test_what_a_server_watches_is_in_the_same_backup(home: str) -> None:
    def nth(number: int) -> UrlProduct:
        at = START + timedelta(seconds=number)
        return url_product(f"https://shop.test/{number}", name=f"Thing {number}", vendor=None, at=at)

    async def write(store: RedisStore, number: int) -> None:
        product = await store.add_product(nth(number))
        await store.add_watch(Watch(guild=number % 3 + 1, sku=product.sku, added_by=7, added_at=START))

    async with busy(home, write):
        for _ in range(_BACKUPS):
            units = await taken(home)
            watched = {
                sku
                for unit in units.values()
                for entry in unit.entries
                if entry.key.endswith("}:watches")
                for sku in entry.value
            }
            bodies = [unit.entries[0].value for name, unit in units.items() if name.startswith("added:")]
            there = {UrlProduct.model_validate_json(text).sku for body in bodies for text in body.values()}
            assert watched
            assert watched <= there
