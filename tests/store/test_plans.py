"""What every store promises of plans and chosen tiers."""

from __future__ import annotations

from datetime import timedelta

from alerts.domain.model import Tier
from alerts.store.ports import Store
from tests.worlds import MINUTE, START


async def test_what_was_planned_is_found_and_the_rest_goes_by_its_tier(store: Store) -> None:
    await store.put_plan({"pi5": 7 * MINUTE, "deck": timedelta(milliseconds=1500)})
    await store.put_plan({"deck": 2 * MINUTE})
    await store.put_plan({})

    assert await store.planned(["deck", "card", "pi5"]) == {"deck": 2 * MINUTE, "pi5": 7 * MINUTE}
    assert await store.planned([]) == {}


async def test_a_plan_of_thousands_is_kept_whole(store: Store) -> None:
    plan = {f"p{number}": timedelta(seconds=number + 1) for number in range(2500)}
    await store.put_plan(plan)

    assert await store.planned(list(plan)) == plan


async def test_a_plan_can_be_forgotten(store: Store) -> None:
    await store.put_plan({"pi5": MINUTE})
    await store.forget_plan()

    assert await store.planned(["pi5"]) == {}


async def test_what_is_taken_off_the_timetable_is_planned_no_more(store: Store) -> None:
    await store.schedule("pi5", Tier.HOT, START)
    await store.put_plan({"pi5": MINUTE, "deck": MINUTE})
    await store.unschedule("pi5")

    assert await store.planned(["pi5", "deck"]) == {"deck": MINUTE}


async def test_the_chosen_tier_is_the_last_one_that_was_set(store: Store) -> None:
    await store.set_floor("pi5", Tier.WARM)
    await store.set_floor("pi5", Tier.HOT)
    await store.set_floor("deck", Tier.COLD)
    await store.set_floor("deck", None)

    assert await store.floors(["pi5", "deck", "card"]) == {"pi5": Tier.HOT}


async def test_the_whole_timetable_by_product(store: Store) -> None:
    for sku, tier in (("pi5", Tier.HOT), ("deck", Tier.COLD), ("card", Tier.COLD)):
        await store.schedule(sku, tier, START)

    assert await store.in_tiers() == {"pi5": Tier.HOT, "deck": Tier.COLD, "card": Tier.COLD}


async def test_what_is_brought_forward_is_due_earlier_and_never_later(store: Store) -> None:
    await store.schedule("pi5", Tier.COLD, START + 9 * MINUTE)
    await store.schedule("deck", Tier.HOT, START)
    later = {"pi5": START + MINUTE, "deck": START + MINUTE, "nobody-watches-this": START}
    await store.bring_forward(later)

    assert [d.at for d in await store.due(Tier.COLD, START + MINUTE, limit=9)] == [START + MINUTE]
    assert [d.at for d in await store.due(Tier.HOT, START + MINUTE, limit=9)] == [START]
    assert await store.scheduled() == {"pi5", "deck"}
