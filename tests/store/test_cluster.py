"""A store on a Cluster: its nodes come and go, its slots move, and nothing is guessed meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta

import pytest
import pytest_asyncio
from structlog.testing import capture_logs

from alerts.domain.errors import StoreError, StoreTooNew, StoreUnavailable
from alerts.domain.priority import Priority
from alerts.jobs import DocketQueue
from alerts.store import keys
from alerts.store.redis.link import Link
from alerts.store.redis.store import RedisStore
from tests.servers import Cluster, Node, asked, empty
from tests.store.test_contract import commit, locked, stage
from tests.waiting import eventually
from tests.worlds import MINUTE, START, change

pytestmark = pytest.mark.valkey
NOW = timedelta(0)


@pytest_asyncio.fixture
async def on_cluster(cluster: Cluster) -> AsyncIterator[RedisStore]:
    empty(*(node.url for node in cluster.nodes))
    async with RedisStore(cluster.url) as store:
        yield store


def guild_on(cluster: Cluster, node: Node) -> int:
    return next(guild for guild in range(100) if cluster.owner(keys.trail(guild)) is node)


def elsewhere(cluster: Cluster) -> Node:
    """A node that does not hold the products."""
    return next(node for node in cluster.nodes if node is not cluster.owner(keys.CHANGES))


async def works(store: RedisStore) -> bool:
    with suppress(StoreUnavailable):
        await store.snapshot("pi5")
        await store.ping()
        return True
    return False


async def test_a_script_over_two_slots_is_refused_wherever_the_store_is(server_store: RedisStore) -> None:
    with pytest.raises(StoreError, match="release is asked to touch several slots"):
        await server_store._link.run("release", [keys.lock("pi5"), keys.lead("deliver")], ["me"])


async def test_stages_of_many_servers_are_noted_on_all_nodes_at_once(on_cluster: RedisStore, cluster: Cluster) -> None:
    guilds = [guild_on(cluster, node) for node in cluster.nodes]

    await on_cluster.note_stages([stage(guild=guild) for guild in guilds])

    assert [len(await on_cluster.trail(guild, limit=9)) for guild in guilds] == [1, 1, 1]


async def test_more_commands_than_connections_wait_for_their_turn(on_cluster: RedisStore) -> None:
    found = await asyncio.gather(*(on_cluster.watches(guild) for guild in range(500)))

    assert found == [[]] * 500


async def test_one_node_that_answers_is_enough_to_find_the_others(cluster: Cluster) -> None:
    async with RedisStore(f"redis+cluster://127.0.0.1:1,{cluster.nodes[2].host}") as store:
        assert await works(store)
        assert store.url_for_jobs.removeprefix("redis+cluster://") in [node.host for node in cluster.nodes]


async def test_a_store_split_by_a_newer_version_is_not_opened(cluster: Cluster) -> None:
    await Link(cluster.url).close()
    asked(cluster.owner(keys.META).url, "HSET", keys.META, "schema", 1, "partitions", 8)

    with pytest.raises(StoreTooNew, match="8 partitions"):
        async with RedisStore(cluster.url):
            pass


async def test_no_node_that_answers_is_a_store_that_is_away() -> None:
    with pytest.raises(StoreUnavailable, match=r"redis\+cluster://127\.0\.0\.1:1 is no Cluster that can be used"):
        async with RedisStore("redis+cluster://me:hush-hush@127.0.0.1:1"):
            pass


async def test_one_node_of_a_cluster_is_no_store_by_itself(cluster: Cluster) -> None:
    stranger = elsewhere(cluster)

    with pytest.raises(StoreError, match=r"write redis\+cluster://"):
        async with RedisStore(stranger.url):
            pass


async def test_slots_that_nobody_serves_are_a_store_that_is_away(on_cluster: RedisStore, cluster: Cluster) -> None:
    owner = cluster.owner(keys.CHANGES)
    slot = asked(owner.url, "CLUSTER KEYSLOT", keys.CHANGES)
    asked(owner.url, "CLUSTER DELSLOTS", slot)
    try:
        with pytest.raises(StoreUnavailable, match="is a Cluster that"):
            await on_cluster.snapshot("pi5")
    finally:
        asked(owner.url, "CLUSTER ADDSLOTS", slot)
        cluster.wait()

    assert await eventually(lambda: works(on_cluster))


async def test_products_can_be_moved_to_another_node_while_the_store_is_in_use(
    on_cluster: RedisStore, cluster: Cluster
) -> None:
    old, new = cluster.owner(keys.CHANGES), elsewhere(cluster)
    await on_cluster.commit(commit(await locked(on_cluster)))
    slot = asked(old.url, "CLUSTER KEYSLOT", keys.CHANGES)

    begin_to_move(slot, old, new)
    carry(slot, old, new, [keys.snapshot("pi5")])
    half = await on_cluster.snapshot("pi5")  # ASK
    with pytest.raises(StoreUnavailable, match="moving its slots"):
        await on_cluster.commit(commit(await locked(on_cluster, "jetson")))  # TRYAGAIN
    carry(slot, old, new, asked(old.url, "CLUSTER GETKEYSINSLOT", slot, 100))
    for node in (new, old):
        asked(node.url, "CLUSTER SETSLOT", slot, "NODE", asked(new.url, "CLUSTER MYID"))
    whole = await on_cluster.snapshot("pi5")  # MOVED
    news = await on_cluster.take_news("a", limit=9, wait=NOW)
    empty(new.url)
    begin_to_move(slot, new, old)
    for node in (old, new):
        asked(node.url, "CLUSTER SETSLOT", slot, "NODE", asked(old.url, "CLUSTER MYID"))

    assert half == whole
    assert whole.revision == 1
    assert [each.change for each in news] == [change()]


def begin_to_move(slot: int, old: Node, new: Node) -> None:
    asked(new.url, "CLUSTER SETSLOT", slot, "IMPORTING", asked(old.url, "CLUSTER MYID"))
    asked(old.url, "CLUSTER SETSLOT", slot, "MIGRATING", asked(new.url, "CLUSTER MYID"))


def carry(slot: int, old: Node, new: Node, names: Sequence[str]) -> None:
    asked(old.url, "MIGRATE", "127.0.0.1", new.port, "", 0, 5000, "KEYS", *names)


async def test_a_node_that_died_takes_only_what_it_holds_and_brings_it_back(
    on_cluster: RedisStore, cluster: Cluster
) -> None:
    dead = elsewhere(cluster)
    guild = guild_on(cluster, dead)
    redis = on_cluster._link.redis
    redis.set_default_node(redis.get_node("127.0.0.1", dead.port))
    await on_cluster.note_stages([stage(guild=guild)])
    await on_cluster.commit(commit(await locked(on_cluster)))

    dead.kill()
    try:
        news = await on_cluster.take_news("a", limit=9, wait=NOW)
        with pytest.raises(StoreUnavailable, match="does not answer"):
            await on_cluster.trail(guild, limit=9)
    finally:
        dead.start()
        cluster.wait()

    assert [each.change for each in news] == [change()]
    assert await on_cluster.trail(guild, limit=9) == [stage(guild=guild)]


async def test_a_cluster_that_was_gone_altogether_is_found_again_by_store_and_jobs(
    on_cluster: RedisStore, cluster: Cluster
) -> None:
    done: list[datetime] = []

    async def scan(_: str, slot: datetime) -> None:
        done.append(slot)

    async def is_done(slot: datetime) -> bool:
        return slot in done

    async with DocketQueue(on_cluster.url_for_jobs, scan=scan) as jobs:
        working = asyncio.create_task(jobs.work())
        await jobs.put("pi5", slot=START, priority=Priority.HOT)
        await eventually(lambda: is_done(START))
        with capture_logs() as said:
            for node in cluster.nodes:
                node.kill()
            with pytest.raises(StoreUnavailable):
                await on_cluster.snapshot("pi5")
            with pytest.raises(StoreUnavailable):
                await jobs.put("pi5", slot=START + MINUTE, priority=Priority.HOT)
            await eventually(lambda: is_said(said, "job queue is away"))
        for node in cluster.nodes:
            node.start()
        await asyncio.to_thread(cluster.wait)
        assert await eventually(lambda: works(on_cluster))
        await jobs.put("pi5", slot=START + MINUTE, priority=Priority.HOT)
        await eventually(lambda: is_done(START + MINUTE))
        working.cancel()
        with suppress(asyncio.CancelledError):
            await working


async def is_said(said: Sequence[Mapping[str, object]], event: str) -> bool:
    return any(each["event"] == event for each in said)
