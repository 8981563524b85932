"""Whatever happens to shops, memory and time: what is shown unmarked is young, and at most one refresh runs."""

from __future__ import annotations

import asyncio

from hypothesis import given
from hypothesis import strategies as st

from alerts.domain.errors import StoreUnavailable
from alerts.domain.model import Product
from alerts.scan import Answer, Source
from tests.test_answers import HOUR, World
from tests.worlds import IN, failure, offer, product

ACTIONS = st.lists(
    st.one_of(
        st.tuples(st.just("pass"), st.sampled_from([0.5, 1, 60, 299, 301, 1800, 3599, 3600])),
        st.tuples(st.just("ask"), st.sampled_from(["", "fresh"])),
        st.just(("ask", "")),
        st.tuples(st.just("shops"), st.sampled_from(["read", "fail", "hang"])),
        st.tuples(st.just("memory"), st.sampled_from(["there", "away", "silent"])),
    ),
    min_size=10,
    max_size=40,
)  # fmt: skip


@given(ACTIONS)
def test_nothing_past_its_time_is_shown_unmarked_and_no_two_refreshes_run_at_once(actions: list[object]) -> None:
    asyncio.run(_play(actions))


async def _play(actions: list[object]) -> None:
    world, under_way, most = World(), 0, 0
    look, asking = world.shops.__call__, list[asyncio.Task[Answer]]()

    async def counted(listing: object, *, fresh: bool = False) -> object:
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        try:
            return await look(listing, fresh=fresh)  # type: ignore[arg-type]
        finally:
            under_way -= 1

    one = product("Acme")
    world.scan._looks = {"Acme": counted}  # type: ignore[dict-item]
    for kind, value in actions:  # type: ignore[misc]
        if kind == "pass":
            await world.clock.advance(value)
        elif kind == "shops":
            world.shops.vendors["Acme"] = failure() if value == "fail" else offer(IN, "100")
            world.shops.gate.clear() if value == "hang" else world.shops.gate.set()
        elif kind == "memory":
            world.store.is_away, world.store.is_silent = value == "away", value == "silent"
        else:
            asking += [asyncio.create_task(_checked(world, one, fresh=value == "fresh")) for _ in range(3)]
            await world.clock.advance(0)
    world.shops.gate.set()
    world.store.is_away = world.store.is_silent = False
    await world.clock.advance(200)
    for each in asking:
        each.cancel()
    await asyncio.gather(*asking, return_exceptions=True)
    wrong = [each.exception() for each in asking if not each.cancelled() and each.exception()]
    assert [each for each in wrong if not isinstance(each, StoreUnavailable)] == []
    assert most <= 1


async def _checked(world: World, what: Product, *, fresh: bool) -> Answer:
    answer = await world.answers(what, fresh=fresh)
    assert [task.get_name() for task in asyncio.all_tasks()].count(f"refresh {what.sku}") <= 1
    assert answer.as_of is not None or answer.source is Source.STALE
    if answer.source is not Source.STALE:
        assert answer.as_of is not None
        assert world.clock.now() - answer.as_of < HOUR
        assert any(known.failure is None for known in answer.snapshot.listings)
        assert not answer.is_store_away
    return answer
