"""A served dashboard, and a browser at it."""

from collections.abc import AsyncIterator

import pytest

from tests.web.dashboard.world import Browser, World, browser, dashboard_world


@pytest.fixture
async def world() -> AsyncIterator[World]:
    async with dashboard_world() as found:
        yield found


@pytest.fixture
async def visitor(world: World) -> AsyncIterator[Browser]:
    async with browser(world) as found:
        yield found
