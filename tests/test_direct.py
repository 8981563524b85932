"""Direct messages are tried by their owner's wish alone, and never in a hurry."""

from __future__ import annotations

import pytest

from alerts.direct import DirectMessages
from alerts.domain.errors import BadInput, DeliveryError, Remedy
from alerts.domain.standing import Standing, after_failure
from alerts.domain.wishes import Target, TargetKind
from alerts.store.memory import MemoryStore
from tests.fakes import FakeClock

ANNA = Target(type=TargetKind.DM, id=7)
CLOSED = DeliveryError("Cannot send messages to this user", remedy=Remedy.DISABLE, code=50007)


class Person:
    """Takes messages, or refuses them as often as told."""

    def __init__(self, *failures: DeliveryError) -> None:
        self.failures, self.heard = list(failures), list[str]()

    async def __call__(self, user: int, text: str) -> None:
        if self.failures:
            raise self.failures.pop(0)
        self.heard.append(text)


def fresh(*failures: DeliveryError) -> tuple[DirectMessages, Person, MemoryStore, FakeClock]:
    clock, person = FakeClock(), Person(*failures)
    store = MemoryStore(clock=clock)
    return DirectMessages(store=store, clock=clock, say=person), person, store, clock


async def is_closed(store: MemoryStore, clock: FakeClock) -> None:
    """As a delivery finds it."""
    await store.put_standing(after_failure(Standing(target=ANNA, guild=-7), CLOSED, clock.now()))


async def test_what_reaches_them_clears_what_was_known() -> None:
    direct, person, store, clock = fresh()
    await is_closed(store, clock)

    assert await direct.open(7, "hello") is None

    assert person.heard == ["hello"]
    assert await direct.trouble(7) is None
    assert await store.standings() == {}


async def test_closed_messages_are_said_once_until_they_are_mended() -> None:
    direct, _, store, clock = fresh()
    await is_closed(store, clock)

    said = [await direct.to_be_said(7) is not None for _ in range(3)]
    await direct.open(7, "hello")
    await is_closed(store, clock)

    assert said == [True, False, False]
    assert await direct.to_be_said(7)


async def test_a_try_that_was_in_vain_is_not_repeated_within_a_minute() -> None:
    direct, person, _, clock = fresh(CLOSED)

    found = await direct.open(7, "hello")
    assert found
    assert found.code == 50007
    with pytest.raises(BadInput, match="in a minute"):
        await direct.open(7, "hello")
    assert person.heard == []
    await clock.advance(61)

    assert await direct.open(7, "hello") is None


async def test_whoever_was_just_told_is_not_told_again_after_their_next_command() -> None:
    direct, _, _, _ = fresh(CLOSED)
    await direct.open(7, "hello")

    assert await direct.to_be_said(7) is None
    assert await direct.trouble(7)


async def test_discord_being_away_is_nobodys_closed_door() -> None:
    direct, _, store, _ = fresh(DeliveryError("no answer", remedy=Remedy.RETRY))

    with pytest.raises(DeliveryError):
        await direct.open(7, "hello")

    assert await store.standings() == {}


async def test_what_is_known_of_one_says_nothing_of_another() -> None:
    direct, _, store, clock = fresh()
    await is_closed(store, clock)

    assert await direct.trouble(8) is None
    assert await direct.to_be_said(8) is None
