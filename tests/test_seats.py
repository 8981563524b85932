"""Whoever was paused in the middle of what one process does for all does nothing when it wakes."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest

from alerts.delivery.notices import Notices
from alerts.domain.errors import DeliveryError, Remedy
from alerts.domain.freshness import Freshness
from alerts.domain.standing import Standing, after_failure
from alerts.domain.wishes import Target
from alerts.products import Products
from alerts.scan import Scan
from alerts.seat import LEASE, Seat
from alerts.store.memory import MemoryStore
from alerts.warming import Warming
from alerts.watchdog import Watchdog
from tests.fakes import FakeClock, Shops
from tests.worlds import MINUTE, SECOND, START, offer, product

PAUSE = 14.0
PI = product("Acme")


class Pausing(MemoryStore):
    """Memory that stops its asker once, before it answers a question of this name: `meanwhile` is what others do."""

    paused_at: str = ""
    meanwhile: Callable[[], Awaitable[object]] | None = None

    def __getattribute__(self, name: str) -> Any:
        found = super().__getattribute__(name)
        if name.startswith("_") or name != super().__getattribute__("paused_at"):
            return found

        async def answer(*args: object, **more: object) -> object:
            answered = await found(*args, **more)
            meanwhile, self.paused_at = self.meanwhile, ""
            if meanwhile:
                await meanwhile()
            return answered

        return answer


class World:
    """Two processes, and what each of them did to the outside."""

    def __init__(self) -> None:
        self.clock = FakeClock(START)
        self.store, self.done = Pausing(clock=self.clock), list[tuple[str, str]]()

    def watchdog(self, name: str) -> Callable[[], Awaitable[object]]:
        async def tell(text: str, *, nonce: str, answers: int | None = None) -> int:
            self.done.append((name, "told"))
            return 1

        dog = Watchdog(
            store=self.store, tell=tell, clock=self.clock, name=name, vendors=["Acme"], every={}, silence=MINUTE
        )
        return dog.turn

    def notices(self, name: str) -> Callable[[], Awaitable[object]]:
        done = self.done

        class Office:
            def missing(self, standing: Standing) -> list[str]:
                return []

            async def tell(self, guild: int, batch: str, notices: object) -> bool:
                done.append((name, "told"))
                return True

        return Notices(store=self.store, admins=Office(), clock=self.clock, name=name)

    def warming(self, name: str) -> Callable[[], Awaitable[object]]:
        done = self.done

        class Answers:
            async def refresh(self, product: object, *, max_age: timedelta) -> None:
                done.append((name, "looked"))

        class Asks:
            def take(self) -> dict[str, int]:
                return {}

        made: Any = Warming
        return made(  # type: ignore[no-any-return]
            answers=Answers(), asks=Asks(), store=self.store, products=Products([PI]), clock=self.clock,
            freshness=Freshness(), name=name,
        ).warm  # fmt: skip

    async def troubled(self) -> None:
        """There is something to do in every role."""
        shops = Shops(self.clock, Acme=offer())
        scan = Scan(looks={"Acme": shops}, store=self.store, clock=self.clock, patience=MINUTE)
        await scan(PI, max_age=timedelta(0))
        for _ in range(9):
            await self.store.looked("Acme", self.clock.now(), failed=True, reason="timeout")
        await self.clock.advance(3000)
        await self.store.looked("Acme", self.clock.now(), failed=True, reason="timeout")
        hour = int(self.clock.now().timestamp() // 3600)
        await self.store.count_asks(hour, {"pi5": 99})
        failed = DeliveryError("Missing Permissions", remedy=Remedy.PAUSE, code=50013)
        await self.store.put_standing(after_failure(Standing(target=Target(id=10), guild=1), failed, self.clock.now()))


@pytest.fixture
async def world() -> World:
    world = World()
    await world.troubled()
    return world


ROLES = [
    *(("watchdog", name) for name in ("note", "last_looks", "upcoming", "set_note")),
    *(("notices", name) for name in ("standings", "notices", "put_notices")),
    *(("warming", name) for name in ("most_asked", "snapshot")),
]


@pytest.mark.parametrize(("role", "paused_at"), ROLES)
async def test_a_holder_that_slept_over_its_lease_does_nothing_when_it_wakes(
    role: str, paused_at: str, world: World
) -> None:
    first, second = getattr(world, role)("first"), getattr(world, role)("second")

    async def meanwhile() -> None:
        await world.clock.advance(PAUSE)
        await second()

    world.store.paused_at, world.store.meanwhile = paused_at, meanwhile
    await first()

    assert world.store.paused_at == "", "it was never asked"
    assert [name for name, _ in world.done] == ["second"]


@pytest.mark.parametrize("role", ["watchdog", "notices", "warming"])
async def test_a_holder_that_is_not_disturbed_does_its_work(role: str, world: World) -> None:
    await getattr(world, role)("first")()
    await getattr(world, role)("second")()

    assert [name for name, _ in world.done] == ["first"]


async def test_a_seat_that_was_lost_and_taken_again_is_another_one(world: World) -> None:
    seat = Seat(world.store, "any", "first", clock=world.clock)
    number = await seat.hold()
    await world.clock.advance(PAUSE)

    assert number
    assert not await seat.still(number)
    assert await seat.still(await seat.hold())


async def test_a_seat_that_is_kept_asks_memory_three_times_a_lease(world: World) -> None:
    seat, other = (Seat(world.store, "any", name, clock=world.clock) for name in ("first", "second"))
    asked = 0
    lead = world.store.lead

    async def counted(role: str, owner: str, *, ttl: timedelta) -> int:
        nonlocal asked
        asked += owner == "first"
        return await lead(role, owner, ttl=ttl)

    world.store.lead = counted  # type: ignore[method-assign]
    numbers = set[int]()
    for _ in range(60):
        numbers.add(await seat.hold())
        assert not await other.hold()
        await world.clock.advance(0.2)

    assert len(numbers) == 1
    assert asked == pytest.approx(3 * 12 * SECOND / LEASE, abs=1)
