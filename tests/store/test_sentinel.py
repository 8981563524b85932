"""A store whose master the Sentinels name: it is away while they choose another, and comes back by itself."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from alerts.domain.errors import StoreUnavailable
from alerts.domain.priority import Priority
from alerts.jobs import DocketQueue
from alerts.store.redis.store import RedisStore
from tests.servers import Watched, asked, watched
from tests.store.conftest import bundled
from tests.store.test_cluster import works
from tests.store.test_contract import commit, locked
from tests.waiting import eventually
from tests.worlds import MINUTE, START, change

pytestmark = pytest.mark.valkey
NOW = timedelta(0)


async def test_a_new_master_takes_over_with_all_that_the_old_one_had(tmp_path: Path) -> None:
    done: list[datetime] = []

    async def scan(_: str, slot: datetime) -> None:
        done.append(slot)

    async def is_done(slot: datetime) -> bool:
        return slot in done

    with watched(bundled(), tmp_path) as servers:
        async with RedisStore(servers.url) as store, DocketQueue(store.url_for_jobs, scan=scan) as jobs:
            working = asyncio.create_task(jobs.work())
            await jobs.put("pi5", slot=START, priority=Priority.HOT)
            await eventually(lambda: is_done(START))
            await store.commit(commit(await locked(store)))
            asked(servers.master.url, "WAIT", 1, 5000)  # replication is not at once; see docs/configuration.md

            servers.master.kill()
            with pytest.raises(StoreUnavailable):
                await store.snapshot("pi5")
            assert await eventually(lambda: works(store), within=20)

            assert (await store.snapshot("pi5")).revision == 1
            assert [each.change for each in await store.take_news("a", limit=9, wait=NOW)] == [change()]
            await jobs.put("pi5", slot=START + MINUTE, priority=Priority.HOT)
            await eventually(lambda: is_done(START + MINUTE), within=20)
            working.cancel()
            with suppress(asyncio.CancelledError):
                await working
        assert asked(servers.replica.url, "ROLE")[0] == "master"


async def test_a_service_that_no_sentinel_knows_is_a_store_that_is_away(under_sentinel: Watched) -> None:
    with pytest.raises(StoreUnavailable, match="mend the service in store"):
        async with RedisStore(under_sentinel.url.replace("alerts", "stocks")):
            pass


async def test_sentinels_that_do_not_answer_are_a_store_that_is_away() -> None:
    with pytest.raises(StoreUnavailable, match=r"redis\+sentinel://127\.0\.0\.1:1/alerts has no master"):
        async with RedisStore("redis+sentinel://me:hush-hush@127.0.0.1:1/alerts/0"):
            pass


async def test_one_sentinel_that_answers_is_enough(under_sentinel: Watched) -> None:
    hosts = under_sentinel.url.removeprefix("redis+sentinel://")

    async with RedisStore(f"redis+sentinel://127.0.0.1:1,{hosts}") as store:
        assert await works(store)


async def test_a_replica_is_no_store_by_itself(under_sentinel: Watched) -> None:
    with pytest.raises(StoreUnavailable, match="is a replica and takes no writes"):
        async with RedisStore(under_sentinel.replica.url):
            pass


async def test_a_server_that_is_no_cluster_says_so(under_sentinel: Watched) -> None:
    with pytest.raises(StoreUnavailable, match="Cluster mode is not enabled"):
        async with RedisStore(f"redis+cluster://{under_sentinel.master.host}"):
            pass


async def test_more_commands_than_connections_wait_for_their_turn(under_sentinel: Watched) -> None:
    async with RedisStore(under_sentinel.url) as store:
        found = await asyncio.gather(*(store.watches(guild) for guild in range(500)))

    assert found == [[]] * 500
