"""Whose work it is that the timetable agrees with what is watched, and what it holds up."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from alerts.domain.model import Tier
from alerts.domain.wishes import OPERATOR, Watch
from alerts.settings.model import Settings
from alerts.store.embedded import Embedded
from alerts.store.redis.store import RedisStore
from alerts.watches import Watches
from bot.app import Role, serve
from tests.waiting import eventually

pytestmark = [pytest.mark.wire, pytest.mark.valkey]


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[RedisStore]:
    async with Embedded(tmp_path / "d") as valkey, RedisStore(valkey.url) as opened:
        await opened.add_watch(Watch(guild=OPERATOR, sku="pi5", added_by=OPERATOR, added_at=datetime.now(UTC)))
        yield opened


@asynccontextmanager
async def running(tmp_path: Path, *roles: Role) -> AsyncIterator[None]:
    listing = {"vendor": "Nowhere", "url": "http://127.0.0.1:9/pi5"}
    settings = Settings.model_validate(
        {
            "store": {"url": "embedded://", "data_dir": tmp_path / "d"},
            "products": [{"sku": "pi5", "name": "Pi 5", "tier": "cold", "listings": [listing]}],
        }
    )
    stop = asyncio.Event()
    serving = asyncio.create_task(serve(settings, frozenset(roles), stop=stop))
    try:
        yield
    finally:
        stop.set()
        await serving


async def test_a_scheduler_puts_what_is_watched_on_the_timetable(store: RedisStore, tmp_path: Path) -> None:
    async def is_there() -> bool:
        return await store.scheduled() == {"pi5"}

    async with running(tmp_path, Role.SCHEDULER):
        await eventually(is_there)


async def test_what_is_due_is_handed_out_while_a_long_timetable_is_still_gone_through(
    store: RedisStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def for_ever(_: Watches) -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr(Watches, "settle", for_ever)
    due = datetime(2026, 1, 1, tzinfo=UTC)
    await store.schedule("pi5", Tier.COLD, due)

    async def is_handed_out() -> bool:
        return not await store.due(Tier.COLD, datetime.now(UTC), limit=1)

    async with running(tmp_path, Role.SCHEDULER):
        await eventually(is_handed_out)
