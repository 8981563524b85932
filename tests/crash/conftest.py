"""The stages, and the report at the end."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
import pytest_asyncio

from tests.crash.nursery import nursery
from tests.crash.stage import Stage, stage
from tests.servers import binary_of, serving

_STAGES = 3  # at once: a worker waits for its store for half of its life


@pytest.fixture(scope="module")
def store_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    binary = binary_of("valkey")
    assert binary
    with serving(binary, tmp_path_factory.mktemp("crash")) as url:
        yield url


@pytest_asyncio.fixture
async def stages(store_url: str, tmp_path: Path) -> AsyncIterator[list[Stage]]:
    """Some, each with its own database."""
    async with nursery() as found:
        with ExitStack() as standing:
            yield [
                standing.enter_context(stage(f"{store_url}?db={number}", tmp_path / f"sands-{number}", found))
                for number in range(_STAGES)
            ]
