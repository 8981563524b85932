"""The stores that are held to the promises: a dictionary, the bundled Valkey alone, as a Cluster and under a Sentinel,
and Debian's Redis where present."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack

import pytest
import pytest_asyncio

from alerts.store.memory import MemoryStore
from alerts.store.ports import Store
from alerts.store.redis.store import RedisStore
from tests.fakes import FakeClock
from tests.servers import Cluster, Watched, binary_of, clustered, empty, serving, watched

_MAKES = [pytest.param(make, marks=pytest.mark.valkey) for make in ("valkey", "redis", "cluster", "sentinel")]


@pytest.fixture(scope="session")
def addresses(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """A running server of each make that this machine has."""
    with ExitStack() as running:
        binaries = {make: binary_of(make) for make in ("valkey", "redis")}
        yield {
            make: running.enter_context(serving(binary, tmp_path_factory.mktemp(make)))
            for make, binary in binaries.items()
            if binary
        }


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """Three nodes of the bundled Valkey."""
    with clustered(bundled(), tmp_path_factory.mktemp("cluster")) as servers:
        yield servers


@pytest.fixture(scope="session")
def under_sentinel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watched]:
    """A master, its replica and a Sentinel."""
    with watched(bundled(), tmp_path_factory.mktemp("sentinel")) as servers:
        yield servers


def bundled() -> str:
    """The Valkey that comes with us."""
    binary = binary_of("valkey")
    assert binary
    return binary


def _emptied(make: str, request: pytest.FixtureRequest) -> str:
    """The address of a store with nothing in it."""
    if make == "cluster":
        cluster: Cluster = request.getfixturevalue("cluster")
        empty(*(node.url for node in cluster.nodes))
        return cluster.url
    if make == "sentinel":
        servers: Watched = request.getfixturevalue("under_sentinel")
        empty(servers.master.url)
        return servers.url
    addresses: dict[str, str] = request.getfixturevalue("addresses")
    if make not in addresses:
        pytest.skip("no redis-server on this machine: apt-get install redis-server runs these too")
    empty(addresses[make])
    return addresses[make]


@pytest_asyncio.fixture(params=_MAKES)
async def server_store(request: pytest.FixtureRequest) -> AsyncIterator[Store]:
    """An empty store on real servers."""
    async with RedisStore(_emptied(request.param, request)) as store:
        yield store


@pytest_asyncio.fixture(params=["memory", *_MAKES])
async def store(request: pytest.FixtureRequest) -> AsyncIterator[Store]:
    """Every store in turn, empty."""
    if request.param == "memory":
        yield MemoryStore(clock=FakeClock())
        return
    async with RedisStore(_emptied(request.param, request)) as store:
        yield store
