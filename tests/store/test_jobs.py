"""The job engine over the same servers as the store: alone, as a Cluster, under a Sentinel."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from datetime import datetime, timedelta

import pytest

from alerts.jobs import DocketQueue
from alerts.store.redis.store import RedisStore
from tests.worlds import START

pytestmark = pytest.mark.valkey


async def test_a_queued_scan_is_done_once_for_its_slot_wherever_the_store_is(server_store: RedisStore) -> None:
    done: list[tuple[str, datetime]] = []
    both = asyncio.Event()

    async def scan(sku: str, slot: datetime) -> None:
        done.append((sku, slot))
        if len(set(done)) == 2:
            both.set()

    async with DocketQueue(server_store.url_for_jobs, scan=scan) as jobs:
        for _ in range(2):
            await jobs.put("pi5", slot=START)
        working = asyncio.create_task(jobs.work())
        await jobs.put("jetson", slot=START + timedelta(seconds=1))
        async with asyncio.timeout(10):
            await both.wait()
        working.cancel()
        with suppress(asyncio.CancelledError):
            await working

    assert sorted(done) == [("jetson", START + timedelta(seconds=1)), ("pi5", START)]
