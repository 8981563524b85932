"""The dashboard, served over a store in memory."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.web.pages.house import House, Visitors, opened


@pytest.fixture
def house() -> House:
    return House()


@pytest.fixture
async def visitor(house: House) -> AsyncIterator[Visitors]:
    async with opened(house) as found:
        yield found
