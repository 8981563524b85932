"""What a tick hands out, in which class, and what it says of it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from alerts.domain.errors import StoreUnavailable
from alerts.domain.model import Tier
from alerts.domain.priority import Priority
from alerts.metrics.metrics import Metrics
from alerts.store.memory import MemoryStore
from alerts.tick import Pace, Tick
from tests.fakes import Docket, FakeClock
from tests.worlds import MINUTE, SECOND

TIERS = {Tier.HOT: Pace(5 * MINUTE, 200), Tier.WARM: Pace(60 * MINUTE, 200), Tier.COLD: Pace(timedelta(days=1), 200)}


class World:
    def __init__(self) -> None:
        self.clock = FakeClock()
        self.store, self.docket = MemoryStore(clock=self.clock), Docket()
        self.metrics = Metrics(vendors=[], version="0")
        self.tick = Tick(tiers=TIERS, store=self.store, jobs=self.docket, clock=self.clock, observer=self.metrics)

    async def schedule(self, sku: str, tier: Tier, *, after: timedelta = timedelta(0)) -> None:
        await self.store.schedule(sku, tier, self.clock.now() + after)

    @property
    def classes(self) -> dict[str, Priority]:
        return {sku: priority for (sku, _), priority in self.docket.jobs.items()}

    def counted(self, tier: str, result: str) -> float | None:
        labels = {"tier": tier, "result": result}
        return self.metrics.registry.get_sample_value("hs_tick_products_total", labels)


@pytest.fixture
def world() -> World:
    return World()


async def test_each_tier_has_its_class(world: World) -> None:
    for tier in (Tier.COLD, Tier.WARM, Tier.HOT):
        await world.schedule(tier.value, tier)

    assert await world.tick() == 3

    assert world.classes == {"hot": Priority.HOT, "warm": Priority.WARM, "cold": Priority.COLD}


async def test_a_confirmation_goes_before_everything_that_is_due_whatever_its_tier(world: World) -> None:
    await world.schedule("hot", Tier.HOT)
    await world.schedule("doubted", Tier.COLD, after=timedelta(hours=20))
    await world.store.hurry("doubted", world.clock.now() + 10 * SECOND)

    await world.tick()
    assert world.classes == {"hot": Priority.HOT}
    await world.clock.advance(10)
    await world.schedule("another", Tier.HOT)
    await world.tick()

    assert list(world.classes) == ["hot", "doubted", "another"]
    assert world.classes["doubted"] is Priority.CONFIRMATION
    assert await world.tick() == 0


async def test_what_was_hurried_keeps_its_time_on_the_timetable(world: World) -> None:
    await world.schedule("doubted", Tier.COLD, after=timedelta(hours=20))
    await world.store.hurry("doubted", world.clock.now())
    await world.tick()

    (due,) = await world.store.due(Tier.COLD, world.clock.now() + timedelta(hours=20), limit=9)
    assert due.at == world.clock.now() + timedelta(hours=20)


async def test_a_tick_says_what_it_handed_out(world: World) -> None:
    for number in range(3):
        await world.schedule(f"p{number}", Tier.WARM)
    await world.tick()

    assert (world.counted("warm", "ok"), world.counted("warm", "failed")) == (3, 0)


async def test_what_could_not_be_handed_out_is_said_and_is_still_due(world: World) -> None:
    await world.schedule("pi5", Tier.HOT)
    world.docket.is_away = True
    with pytest.raises(StoreUnavailable):
        await world.tick()
    assert (world.counted("hot", "ok"), world.counted("hot", "failed")) == (0, 1)

    world.docket.is_away = False

    assert await world.tick() == 1


async def test_what_was_planned_counts_and_not_the_tier(world: World) -> None:
    await world.schedule("risen", Tier.COLD)
    await world.schedule("stretched", Tier.HOT)
    await world.store.put_plan({"risen": 10 * MINUTE, "stretched": 90 * MINUTE})
    start = world.clock.now()

    await world.tick()

    assert world.classes == {"risen": Priority.HOT, "stretched": Priority.WARM}
    (risen,) = await world.store.due(Tier.COLD, start + 15 * MINUTE, limit=9)
    assert 5 * MINUTE <= risen.at - start <= 15 * MINUTE
    assert not await world.store.due(Tier.HOT, start + 44 * MINUTE, limit=9)


async def test_after_the_clock_was_set_back_products_are_looked_at_by_the_new_time(world: World) -> None:
    await world.schedule("pi5", Tier.HOT)
    await world.schedule("doubted", Tier.HOT)
    await world.tick()
    await world.store.hurry("doubted", world.clock.now() + 10 * SECOND)
    world.clock._now -= timedelta(hours=1)

    await world.tick()
    in_time = await world.store.due(Tier.HOT, world.clock.now() + 10 * MINUTE, limit=9)
    confirmed = await world.store.hurried(world.clock.now() + 10 * SECOND, limit=9)

    assert {each.sku for each in in_time} == {"pi5", "doubted"}
    assert [each.sku for each in confirmed] == ["doubted"]


async def test_a_clock_that_is_put_right_by_seconds_moves_nothing(world: World) -> None:
    await world.schedule("later", Tier.HOT, after=timedelta(hours=2))  # the turn of a long import
    world.clock._now -= 4 * SECOND
    await world.tick()
    world.clock._now += timedelta(days=1)
    world.clock._mono += 24 * 3600

    await world.tick()

    assert not await world.store.due(Tier.HOT, world.clock.now() - timedelta(hours=22, minutes=1), limit=9)


async def test_a_set_back_that_the_store_did_not_hear_of_is_tried_again(world: World) -> None:
    await world.schedule("pi5", Tier.HOT)
    await world.tick()
    world.clock._now -= timedelta(hours=1)
    move, world.store.move = world.store.move, _away  # type: ignore[method-assign]
    with pytest.raises(StoreUnavailable):
        await world.tick()
    world.store.move = move  # type: ignore[method-assign]

    await world.tick()

    assert await world.store.due(Tier.HOT, world.clock.now() + 10 * MINUTE, limit=9)


async def _away(*_: object) -> bool:
    raise StoreUnavailable("away")
