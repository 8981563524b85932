"""What is known last of guilds and their products, while the store does not answer; and who waits for it."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from alerts.catalogue import Catalogue
from alerts.domain.errors import StoreUnavailable
from alerts.domain.guild import GuildSettings
from alerts.domain.wishes import Watch
from alerts.guilds import RECENT, Guilds
from alerts.reach import Reach
from alerts.store.memory import MemoryStore
from tests.fakes import FakeClock
from tests.worlds import START, product

PRODUCT = product("Acme")


class SilentStore(MemoryStore):
    """Answers nothing that /scan asks, once it is told to."""

    is_silent, asked = False, 0

    async def _heard(self) -> None:
        self.asked += 1
        if self.is_silent:
            await asyncio.Event().wait()

    async def watches(self, guild: int) -> list[Watch]:
        await self._heard()
        return list(await super().watches(guild))

    async def guild_settings(self, guild: int) -> GuildSettings:
        await self._heard()
        return await super().guild_settings(guild)


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def store(clock: FakeClock) -> SilentStore:
    return SilentStore(clock=clock)


@pytest.fixture
def reach(clock: FakeClock) -> Reach:
    # Nothing that is silent here is ever heard, so there is no sense in waiting for it.
    return Reach(clock, patience=timedelta(0))


async def test_a_guilds_own_names_still_find_products_while_the_store_is_silent(
    store: SilentStore, reach: Reach
) -> None:
    catalogue = Catalogue([PRODUCT], store=store, reach=reach)
    await store.add_watch(Watch(guild=1, sku="pi5", added_by=7, added_at=START, name="Our Pi"))
    await catalogue.of(1)
    store.is_silent = True

    assert (await catalogue.of(1)).find("our pi").sku == "pi5"


async def test_a_guild_that_was_never_seen_is_not_told_that_it_has_nothing(store: SilentStore, reach: Reach) -> None:
    catalogue = Catalogue([PRODUCT], store=store, reach=reach)
    await catalogue.of(1)
    store.is_silent = True
    await catalogue.of(1)

    with pytest.raises(StoreUnavailable):
        await catalogue.of(2)


async def test_after_one_silence_nobody_else_waits_for_it(store: SilentStore, reach: Reach, clock: FakeClock) -> None:
    guilds, catalogue = (
        Guilds(store=store, clock=clock, reach=reach),
        Catalogue([PRODUCT], store=store, reach=reach),
    )
    await guilds.recent(1)
    await catalogue.of(1)
    await clock.advance(RECENT.total_seconds())
    store.is_silent, store.asked = True, 0

    assert await guilds.recent(1) == GuildSettings()
    assert await catalogue.of(1)

    assert store.asked == 1


async def test_who_has_nothing_else_to_answer_with_waits_as_long_as_the_link(reach: Reach) -> None:
    slow = asyncio.Event()

    async def ask() -> bool:
        return await slow.wait()

    asking = asyncio.create_task(reach(ask, is_patient=True))
    await asyncio.sleep(0)
    slow.set()

    assert await asking


async def test_a_question_that_is_given_up_leaves_the_next_one_free(reach: Reach, clock: FakeClock) -> None:
    async def away() -> bool:
        raise StoreUnavailable("The store does not answer.")

    async def there() -> bool:
        return True

    with pytest.raises(StoreUnavailable):
        await reach(away)
    await clock.advance(1)
    probe = asyncio.create_task(reach(asyncio.Event().wait, is_patient=True))
    await asyncio.sleep(0)
    probe.cancel()
    await asyncio.gather(probe, return_exceptions=True)

    assert await reach(there)
