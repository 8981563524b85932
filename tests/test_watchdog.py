"""The operator is told of a trouble once when it begins and once when it ends, whatever happens in between."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.domain.agenda import NOTE, Agenda
from alerts.domain.deliveries import delivery_for
from alerts.domain.errors import DeliveryError, Remedy
from alerts.domain.model import Tier
from alerts.domain.standing import Standing, after_failure
from alerts.domain.troubles import Finding, Trouble, after, of_failures, of_queue, of_slowness, of_vendor
from alerts.store.memory import MemoryStore
from alerts.tallying import Tallying
from alerts.watchdog import EVERY, Watchdog
from tests.fakes import FakeClock
from tests.worlds import MINUTE, START, change, subscription

HOT = {Tier.HOT: 5 * MINUTE}


class Channel:
    """A Tell that keeps what was said, once per nonce; or says nothing while it is shut."""

    def __init__(self, clock: FakeClock) -> None:
        self.clock, self.said, self.nonces, self.is_shut = (
            clock,
            list[tuple[float, str, int | None]](),
            list[str](),
            False,
        )

    async def __call__(self, text: str, *, nonce: str, answers: int | None = None) -> int | None:
        if self.is_shut:
            return None
        if nonce not in self.nonces:
            self.nonces.append(nonce)
            self.said.append((self.clock.monotonic(), text, answers))
        return 100 + self.nonces.index(nonce)

    @property
    def texts(self) -> list[str]:
        return [text for _, text, _ in self.said]


class World:
    def __init__(self) -> None:
        self.clock = FakeClock(START)
        self.store, self.channel = MemoryStore(clock=self.clock), Channel(self.clock)
        self.tallying = Tallying(store=self.store, clock=self.clock, vendors=["Acme", "Bolt"])
        self.watchdog = self.another()

    def another(self, name: str = "one") -> Watchdog:
        """The same in another process, or after a restart."""
        return Watchdog(
            store=self.store, tell=self.channel, clock=self.clock, name=name, vendors=["Acme", "Bolt"], every=HOT
        )

    async def looks(self, good: int, failed: int = 0, seconds: float = 0.5) -> None:
        for word, number in (("in_stock", good), ("blocked", failed)):
            for _ in range(number):
                self.tallying.looked("Acme", word, seconds)
        await self.tallying.flush()

    async def seen(self, vendor: str, *, failed: bool) -> None:
        await self.store.looked(vendor, self.clock.now(), failed=failed, reason="timeout" if failed else "")

    async def wait(self, minutes: float) -> None:
        """Time passes, and the watchdog has its turns."""
        for _ in range(round(minutes * 60 / EVERY)):
            await self.clock.advance(EVERY)
            await self.watchdog.turn()


@pytest.fixture
def world() -> World:
    return World()


async def test_while_all_is_well_nothing_is_said(world: World) -> None:
    for _ in range(20):
        await world.looks(20, 1)
        await world.seen("Acme", failed=False)
        await world.wait(1)

    assert world.channel.texts == []


async def test_failing_looks_are_told_once_and_their_end_once(world: World) -> None:
    for _ in range(10):
        await world.looks(20, 5)
        await world.wait(1)
    for _ in range(40):
        await world.looks(20)
        await world.wait(1)

    began, ended = world.channel.said
    assert began[1] == "⚠️ 20% of looks at shops failed in the last 15 minutes (5 of 25)."
    assert began[2] is None
    assert ended[1].startswith("✅ Over after ")
    assert ended[2] == 100  # an answer to the first message


async def test_few_looks_say_nothing(world: World) -> None:
    for _ in range(3):
        await world.looks(0, 4)
        await world.wait(4)

    assert world.channel.texts == []


async def test_what_sways_around_the_limit_is_told_once(world: World) -> None:
    for number in range(30):
        await world.looks(100, 16 if number % 2 else 7)
        await world.wait(3)

    assert len(world.channel.texts) == 1


async def test_slow_shops_are_told(world: World) -> None:
    await world.looks(30, seconds=9.0)
    await world.wait(2)

    assert "95 of 100 take up to" in world.channel.texts[0]


async def test_a_vendor_that_is_away_is_told_after_five_minutes_and_when_it_is_back(world: World) -> None:
    for _ in range(4):
        await world.seen("Acme", failed=True)
        await world.seen("Bolt", failed=False)
        await world.wait(1)
    assert world.channel.texts == []

    for _ in range(3):
        await world.seen("Acme", failed=True)
        await world.seen("Bolt", failed=False)
        await world.wait(1)
    assert world.channel.texts == ["⚠️ Acme cannot be read for 5 min: 6 looks in a row failed (timeout)."]

    await world.seen("Acme", failed=False)
    await world.wait(2)
    assert len(world.channel.texts) == 2
    assert "Acme" in world.channel.texts[1]


async def test_one_failed_look_long_ago_is_no_vendor_that_is_away(world: World) -> None:
    await world.seen("Acme", failed=True)
    await world.wait(60)

    assert world.channel.texts == []


async def test_nobody_looks_though_something_is_due(world: World) -> None:
    await world.store.schedule("pi5", Tier.HOT, START)
    await world.seen("Acme", failed=False)
    await world.wait(14)
    assert world.channel.texts == []

    await world.wait(3)
    assert world.channel.texts == ["⚠️ No shop was looked at for 15 min, though products are due."]

    await world.seen("Acme", failed=False)
    await world.wait(2)
    assert len(world.channel.texts) == 2


async def test_with_nothing_to_look_at_nobody_is_missed(world: World) -> None:
    await world.seen("Acme", failed=False)
    await world.wait(120)

    assert world.channel.texts == []


async def test_a_night_without_a_process_is_no_silence(world: World) -> None:
    await world.store.schedule("pi5", Tier.HOT, START)
    await world.seen("Acme", failed=False)
    await world.clock.advance(8 * 3600)
    world.watchdog = world.another()
    await world.wait(10)

    assert world.channel.texts == []


async def test_a_restart_is_no_end_of_the_silence(world: World) -> None:
    await world.store.schedule("pi5", Tier.HOT, START)
    await world.wait(20)
    world.watchdog = world.another("two")
    await world.wait(10)

    assert len(world.channel.texts) == 1


async def test_alerts_that_are_stuck_are_told(world: World) -> None:
    await world.store.enqueue(delivery_for(change(), subscription(), product_name="Pi", now=START))
    await world.wait(2)
    assert world.channel.texts == []

    await world.wait(1)
    assert world.channel.texts == ["⚠️ Alerts are stuck: the oldest has waited for 135 s, 1 wait."]


async def test_what_waits_for_a_channel_that_takes_nothing_is_not_stuck(world: World) -> None:
    wish = subscription()
    await world.store.enqueue(delivery_for(change(), wish, product_name="Pi", now=START))
    refused = DeliveryError("no permission", remedy=Remedy.PAUSE)
    await world.store.put_standing(after_failure(Standing(target=wish.target, guild=1), refused, START))
    await world.wait(9)

    assert world.channel.texts == []


async def test_a_restart_repeats_nothing(world: World) -> None:
    await world.looks(10, 30)
    for name in ("one", "two", "three"):
        world.watchdog = world.another(name)
        await world.wait(2)

    assert len(world.channel.texts) == 1


async def test_a_crash_after_the_message_and_before_its_note_says_it_once(world: World) -> None:
    await world.looks(10, 30)
    put, notes = world.store.set_note, list[str]()

    async def dies(name: str, text: str) -> None:
        notes.append(text)
        if len(notes) == 2:
            raise ConnectionError("killed")
        await put(name, text)

    world.store.set_note = dies  # type: ignore[method-assign]
    with pytest.raises(ConnectionError):
        await world.watchdog.look()
    world.store.set_note = put  # type: ignore[method-assign]
    world.watchdog = world.another("two")
    await world.wait(2)

    assert len(world.channel.texts) == 1


async def test_one_process_tells(world: World) -> None:
    await world.looks(10, 30)
    both = [world.another("one"), world.another("two")]
    for _ in range(20):
        await world.clock.advance(EVERY)
        for each in both:
            await each.turn()

    assert len(world.channel.texts) == 1


async def test_many_troubles_are_told_one_a_minute(world: World) -> None:
    await world.looks(10, 30, seconds=30.0)
    await world.store.enqueue(delivery_for(change(), subscription(), product_name="Pi", now=START))
    for _ in range(8):
        for vendor in ("Acme", "Bolt"):
            await world.seen(vendor, failed=True)
        await world.wait(1)

    times = [at for at, _, _ in world.channel.said]
    assert len(times) == 5
    assert all(later - earlier >= 60 for earlier, later in pairwise(times))


async def test_what_is_over_before_it_could_be_told_is_never_told(world: World) -> None:
    world.channel.is_shut = True
    await world.looks(10, 30)
    await world.wait(2)
    await world.clock.advance(3600)
    await world.looks(100)
    await world.wait(1)
    world.channel.is_shut = False
    await world.wait(3)

    assert world.channel.texts == []


async def test_what_could_not_be_told_is_told_when_it_can(world: World) -> None:
    world.channel.is_shut = True
    await world.looks(10, 30)
    await world.wait(3)
    world.channel.is_shut = False
    await world.wait(2)

    assert len(world.channel.texts) == 1


async def test_a_note_of_another_version_is_no_end(world: World) -> None:
    await world.store.set_note("watchdog", '{"v": 9}')
    await world.looks(10, 30)
    await world.wait(1)

    assert len(world.channel.texts) == 1


@given(st.lists(st.sampled_from([True, False, None]), max_size=30))
def test_a_trouble_is_told_in_pairs_whatever_is_found(verdicts: list[bool | None]) -> None:
    troubles: dict[str, Trouble] = {}
    said: list[str] = []
    for verdict in verdicts:
        troubles = after(troubles, {"x": Finding(name="x", is_bad=verdict, text="bad")}, START)
        for each in list(troubles.values()):
            if not each.message:
                said.append("began")
                troubles["x"] = each.model_copy(update={"message": 1})
            elif each.over:
                said.append("ended")
                del troubles["x"]

    assert said == ["began", "ended"] * (len(said) // 2) + ["began"] * (len(said) % 2)


def test_a_trouble_that_is_back_before_its_end_was_told_goes_on() -> None:
    told = Trouble(name="x", since=START, text="bad", message=7)
    over = after({"x": told}, {"x": Finding(name="x", is_bad=False)}, START + MINUTE)
    back = after(over, {"x": Finding(name="x", is_bad=True, text="worse")}, START + 2 * MINUTE)

    assert over["x"].over == START + MINUTE
    assert back["x"] == told


def test_between_the_limits_nothing_changes() -> None:
    assert [of_failures(100, n).is_bad for n in (0, 5, 7, 10, 11)] == [False, False, None, None, True]
    assert [of_slowness(50, ms).is_bad for ms in (100, 4500, 5001)] == [False, None, True]
    assert of_slowness(5, 9000).is_bad is None
    assert [of_queue(timedelta(seconds=s), 1).is_bad for s in (0, 60, 121)] == [False, None, True]
    assert [of_vendor("A", n, 6 * MINUTE, "").is_bad for n in (0, 1, 3)] == [False, None, True]


async def test_products_that_are_all_planned_rarely_are_no_silence(world: World) -> None:
    await world.store.schedule("pi5", Tier.HOT, START)
    await world.seen("Acme", failed=False)
    agenda = Agenda(at=START, adapts=True, quickest=30 * MINUTE)
    await world.store.set_note(NOTE, agenda.model_dump_json())
    await world.wait(2)
    await world.seen("Acme", failed=False)

    await world.wait(35)
    assert not world.channel.texts
    await world.wait(10)
    assert "No shop was looked at" in world.channel.texts[0]


async def test_looks_at_shops_that_people_added_are_looks_too(world: World) -> None:
    await world.store.schedule("pi5", Tier.HOT, world.clock.now())
    for _ in range(8):
        world.tallying.looked("somewhere.test", "in_stock", 0.5)
        await world.tallying.flush()
        await world.wait(5)

    assert world.channel.texts == []
