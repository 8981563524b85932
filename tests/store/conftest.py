"""The stores that are held to the promises: a dictionary, the bundled Valkey, and Debian's Redis where present."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, asynccontextmanager

import pytest
import pytest_asyncio

from alerts.store.memory import MemoryStore
from alerts.store.ports import Store
from alerts.store.redis.store import RedisStore
from tests.fakes import FakeClock
from tests.servers import binary_of, empty, serving

_MAKES = [pytest.param("valkey", marks=pytest.mark.valkey), pytest.param("redis", marks=pytest.mark.valkey)]


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


@asynccontextmanager
async def _opened(make: str, addresses: dict[str, str]) -> AsyncIterator[Store]:
    if make not in addresses:
        pytest.skip("no redis-server on this machine: apt-get install redis-server runs these too")
    empty(addresses[make])
    async with RedisStore(addresses[make]) as store:
        yield store


@pytest_asyncio.fixture(params=_MAKES)
async def server_store(request: pytest.FixtureRequest, addresses: dict[str, str]) -> AsyncIterator[Store]:
    """An empty store on a real server."""
    async with _opened(request.param, addresses) as store:
        yield store


@pytest_asyncio.fixture(params=["memory", *_MAKES])
async def store(request: pytest.FixtureRequest) -> AsyncIterator[Store]:
    """Every store in turn, empty."""
    if request.param == "memory":
        yield MemoryStore(clock=FakeClock())
        return
    async with _opened(request.param, request.getfixturevalue("addresses")) as store:
        yield store
