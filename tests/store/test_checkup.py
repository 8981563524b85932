"""A checkup of real servers tells what they are, and leaves no trace in them."""

from __future__ import annotations

from datetime import timedelta

import pytest

from alerts.clock import SystemClock
from alerts.store.redis.checkup import Checkup
from tests.servers import Cluster, Watched, asked, empty

pytestmark = pytest.mark.valkey


@pytest.mark.parametrize("make", ["valkey", "redis"])
async def test_a_server_tells_its_make_and_how_it_keeps_alerts(make: str, addresses: dict[str, str]) -> None:
    if make not in addresses:
        pytest.skip("no redis-server on this machine: apt-get install redis-server runs these too")
    empty(addresses[make])
    async with Checkup(addresses[make], clock=SystemClock()) as checkup:
        [found] = await checkup.servers()
        schema, pings = await checkup.schema(), await checkup.pings(5)

    assert (found.make.lower(), found.keeps_log, found.policy, found.trouble) == (make, True, "noeviction", "")
    assert found.compatible >= (7, 0)
    assert abs(found.ahead) < timedelta(seconds=5)
    assert (schema.found, schema.is_ours, len(pings)) == (None, True, 5)
    assert asked(addresses[make], "DBSIZE") == 0


async def test_every_primary_of_a_cluster_is_looked_at(cluster: Cluster) -> None:
    async with Checkup(cluster.url, clock=SystemClock()) as checkup:
        found = await checkup.servers()
        await checkup.schema()
        assert len(await checkup.pings(3)) == 3

    assert {each.place for each in found} == {node.host for node in cluster.nodes}


async def test_under_a_sentinel_the_master_is_looked_at(under_sentinel: Watched) -> None:
    async with Checkup(under_sentinel.url, clock=SystemClock()) as checkup:
        [found] = await checkup.servers()

    assert not found.is_replica
