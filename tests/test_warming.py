"""What is popular is looked at before its answer is too old to show; by one process of many."""

from __future__ import annotations

from datetime import timedelta

import pytest

from alerts.domain.model import Product
from alerts.products import Products
from alerts.scan import Source
from alerts.warming import EVERY, Asks, Warming
from tests.test_answers import CARD, HOUR, PRODUCT, World
from tests.worlds import MINUTE

WARM = timedelta(minutes=48)  # four fifths of an hour


class Processes(World):
    """Two of them over one store, each with what it was asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.asks = [Asks(), Asks()]
        self.warmings = [self._warming(f"p{number}", asks) for number, asks in enumerate(self.asks)]

    def _warming(self, name: str, asks: Asks) -> Warming:
        return Warming(
            answers=self.answers, asks=asks, store=self.store, products=Products([PRODUCT, CARD]), clock=self.clock,
            freshness=self.answers._freshness, name=name, popular=10,
        )  # fmt: skip

    def asked(self, times: int, what: Product = PRODUCT, *, process: int = 0) -> None:
        for _ in range(times):
            self.asks[process].note(what.sku)

    async def turns(self) -> list[bool]:
        """One of each process, half a minute after the last."""
        await self.clock.advance(EVERY.total_seconds())
        return [await each.warm() for each in self.warmings]


@pytest.fixture
def world() -> Processes:
    return Processes()


async def test_a_popular_product_is_looked_at_before_its_time_is_over(world: Processes) -> None:
    await world.old(WARM)
    world.asked(10)

    assert await world.turns() == [True, False]

    assert world.shops.looks == 2
    answer = await world.answers(PRODUCT)
    assert (answer.source, answer.is_refreshing) == (Source.CACHED, False)


async def test_what_two_processes_are_asked_for_is_counted_together(world: Processes) -> None:
    await world.old(WARM)
    world.asked(5)
    world.asked(5, process=1)
    await world.turns()
    assert world.shops.looks == 0  # the first had not heard of the second's yet

    await world.turns()

    assert world.shops.looks == 2


async def test_one_that_few_ask_for_is_left_until_somebody_does(world: Processes) -> None:
    await world.old(WARM)
    world.asked(9)

    assert await world.turns() == [False, False]
    assert world.shops.looks == 0


async def test_one_that_is_young_enough_is_left_alone(world: Processes) -> None:
    await world.answers(CARD)
    await world.old(WARM - MINUTE)
    world.asked(99)
    world.asked(99, CARD)

    assert await world.turns() == [False, False]


async def test_one_that_nobody_has_ever_looked_at_is_the_askers_to_wait_for(world: Processes) -> None:
    world.asked(99)

    assert await world.turns() == [False, False]


async def test_popularity_wears_off(world: Processes) -> None:
    world.asked(20)
    await world.turns()
    await world.old(2 * HOUR)

    assert await world.turns() == [False, False]


async def test_the_seat_goes_to_another_process_when_its_holder_leaves(world: Processes) -> None:
    await world.turns()
    await world.warmings[0].leave()
    await world.old(WARM)
    world.asked(10, process=1)
    await world.clock.advance(EVERY.total_seconds())

    assert await world.warmings[1].warm()
    assert world.shops.looks == 2


async def test_a_turn_comes_every_half_minute(world: Processes) -> None:
    await world.old(WARM)
    await world.turns()
    world.asked(10)

    assert await world.warmings[0].warm() is False
    assert world.asks[0].take() == {PRODUCT.sku: 10}
