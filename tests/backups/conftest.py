"""Two stores: one that a community lives in, and one it comes to."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.servers import Cluster, binary_of, clustered, empty, serving


@pytest.fixture(scope="session")
def places(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """Servers of each make that this machine has; `home` is a Valkey of its own."""
    with ExitStack() as running:
        binaries = {"home": binary_of("valkey"), "valkey": binary_of("valkey"), "redis": binary_of("redis")}
        yield {
            make: running.enter_context(serving(binary, tmp_path_factory.mktemp(make)))
            for make, binary in binaries.items()
            if binary
        }


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    binary = binary_of("valkey")
    assert binary
    with clustered(binary, tmp_path_factory.mktemp("cluster")) as servers:
        yield servers


@pytest.fixture
def home(places: dict[str, str]) -> str:
    """The address of an empty store."""
    empty(places["home"])
    return places["home"]


@pytest.fixture
def away(places: dict[str, str]) -> str:
    """The address of another one."""
    empty(places["valkey"])
    return places["valkey"]


@pytest.fixture(params=["valkey", "redis", "cluster"])
def anywhere(request: pytest.FixtureRequest, places: dict[str, str]) -> str:
    """The address of another one, of each make."""
    if request.param == "cluster":
        servers: Cluster = request.getfixturevalue("cluster")
        empty(*(node.url for node in servers.nodes))
        return servers.url
    if request.param not in places:
        pytest.skip("no redis-server on this machine: apt-get install redis-server runs these too")
    empty(places[request.param])
    return places[request.param]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "full.hsb"
