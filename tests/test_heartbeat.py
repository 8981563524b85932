"""A sign of life is given while alerts would arrive, and by nobody in any other case."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

import pytest
from aiohttp import web
from structlog.testing import capture_logs

from alerts.clock import SystemClock
from alerts.domain.deliveries import delivery_for
from alerts.domain.errors import StoreUnavailable
from alerts.domain.model import Tier
from alerts.domain.webhooks import Answer
from alerts.findings import Findings
from alerts.heartbeat import STALE, Heartbeat
from alerts.pulse import DELIVER, TICK, Pulse
from alerts.reading.web.post import WebPoster
from alerts.runner import Runner
from alerts.settings.faults import ConfigError
from alerts.settings.load import load
from alerts.store.memory import MemoryStore
from alerts.tallying import Tallying
from tests.fakes import FakeClock
from tests.reading.shop import shop
from tests.worlds import MINUTE, START, change, subscription

URL = "https://check.example/ping/5f1d2c3b-0000-4000-8000-aaaaaaaaaaaa"


class Outside:
    """A Poster that keeps when it was asked, and answers as it is told."""

    def __init__(self, clock: FakeClock) -> None:
        self.clock, self.at, self.answer = clock, list[float](), Answer("200", 200)

    def check(self, url: str) -> str:
        return url

    async def post(self, url: str, body: bytes, headers: Mapping[str, str], *, read: bool = False) -> Answer:
        assert (url, body, dict(headers)) == (URL, b"", {})
        self.at.append(self.clock.monotonic())
        return self.answer


class World:
    def __init__(self) -> None:
        self.clock = FakeClock(START)
        self.store, self.outside, self.is_ready = MemoryStore(clock=self.clock), Outside(self.clock), True
        self.tallying = Tallying(store=self.store, clock=self.clock, vendors=[])
        self.parts = {part: Pulse(self.store, part, clock=self.clock) for part in (TICK, DELIVER)}
        self.one = self.another("one")

    def another(self, name: str, *, delivers: bool = True) -> Heartbeat:
        async def is_ready() -> bool:
            return self.is_ready

        return Heartbeat(
            store=self.store,
            findings=Findings(
                store=self.store,
                vendors=["Acme"],
                every={Tier.HOT: 5 * MINUTE},
                silence=10 * MINUTE,
                since=self.clock.now(),
            ),
            poster=self.outside,
            clock=self.clock,
            name=name,
            url=URL,
            every=MINUTE,
            is_ready=is_ready,
            delivers=delivers,
        )

    async def minutes(self, number: float, *turning: str, by: tuple[Heartbeat, ...] = ()) -> int:
        """Time passes in steps of a second; these parts turn. How many signs were given."""
        before = len(self.outside.at)
        for _ in range(round(number * 60)):
            await self.clock.advance(1)
            for part in turning:
                await self.parts[part].beat()
            for each in by or (self.one,):
                await each.turn()
        return len(self.outside.at) - before


@pytest.fixture
def world() -> World:
    return World()


async def test_while_every_part_turns_a_sign_is_given_every_minute(world: World) -> None:
    assert await world.minutes(10, TICK, DELIVER) == 10


@pytest.mark.parametrize("dead", [TICK, DELIVER])
async def test_once_a_part_stands_still_no_sign_is_given(world: World, dead: str) -> None:
    await world.minutes(5, TICK, DELIVER)
    alive = {TICK, DELIVER} - {dead}
    with capture_logs() as logs:
        await world.minutes(STALE / MINUTE + 0.5, *alive)
        assert await world.minutes(10, *alive) == 0
        assert await world.minutes(3, TICK, DELIVER) >= 2

    told = [each["event"] for each in logs if "sign" in each["event"]]
    assert told == ["no sign of life given", "signs of life given again"]


async def test_before_the_first_turn_of_each_part_no_sign_is_given(world: World) -> None:
    assert await world.minutes(3, TICK) == 0
    assert await world.minutes(3, TICK, DELIVER) >= 2


async def test_where_nobody_is_to_deliver_the_tick_is_enough(world: World) -> None:
    only = world.another("one", delivers=False)

    assert await world.minutes(3, TICK, by=(only,)) == 3


async def test_a_process_that_is_not_ready_gives_no_sign(world: World) -> None:
    world.is_ready = False

    assert await world.minutes(3, TICK, DELIVER) == 0


async def test_while_alerts_are_stuck_no_sign_is_given(world: World) -> None:
    delivery = delivery_for(change(), subscription(), product_name="Pi", now=START)
    await world.store.enqueue(delivery)

    assert await world.minutes(2, TICK, DELIVER) == 2
    assert await world.minutes(5, TICK, DELIVER) == 0


async def test_while_nobody_looks_at_what_is_due_no_sign_is_given(world: World) -> None:
    await world.store.schedule("pi5", Tier.HOT, START)
    await world.minutes(16, TICK, DELIVER)

    assert await world.minutes(5, TICK, DELIVER) == 0

    world.tallying.looked("elsewhere.test", "in_stock", 0.1)
    await world.tallying.flush()
    assert await world.minutes(5, TICK, DELIVER) == 5


async def test_of_two_processes_one_gives_the_sign_and_the_other_takes_over(world: World) -> None:
    two = world.another("two")

    assert await world.minutes(5, TICK, DELIVER, by=(world.one, two)) == 5
    assert await world.minutes(5, TICK, DELIVER, by=(two,)) in (4, 5)


async def test_an_address_that_does_not_answer_hurts_nobody_and_is_told_once(world: World) -> None:
    world.outside.answer = Answer("timeout")
    with capture_logs() as logs:
        await world.minutes(5, TICK, DELIVER)

    assert len(world.outside.at) == 5
    assert [each["reason"] for each in logs] == ["the address did not take it (timeout)"]
    assert "5f1d2c3b" not in repr(logs)


async def test_a_store_that_is_away_gives_no_sign(world: World) -> None:
    await world.minutes(2, TICK, DELIVER)

    class Away(MemoryStore):
        async def lead(self, role: str, owner: str, *, ttl: timedelta) -> int:
            raise StoreUnavailable("away")

    world.store = Away(clock=world.clock)
    turns = Runner("heartbeat", world.another("three").turn, clock=world.clock)

    assert await turns.once() > 0
    assert len(world.outside.at) == 2


async def test_the_sign_is_a_post_without_a_body_through_the_guarded_door() -> None:
    got: list[tuple[str, str, bytes]] = []

    async def check(request: web.Request) -> web.Response:
        got.append((request.method, request.path, await request.read()))
        return web.Response(text="OK")

    async with shop(check) as where:
        poster = WebPoster(clock=SystemClock(), allow_private=[where.place])
        assert (await poster.post(f"{where.base}/ping", b"", {})).is_good
        refusing = WebPoster(clock=SystemClock())
        assert not (await refusing.post(f"{where.base}/ping", b"", {})).is_good

    assert got == [("POST", "/ping", b"")]


def test_the_address_is_a_secret_from_the_environment_alone() -> None:
    found = load("", {"HEARTBEAT_URL": URL}).heartbeat

    assert found.url
    assert found.url.get_secret_value() == URL
    assert URL not in repr(found)
    for text, env in (
        (f"heartbeat: {{url: {URL}}}", {}),
        ("", {"HEARTBEAT_URL": "check.example/5f1d2c3b"}),
        ("", {"HEARTBEAT_URL": URL, "HEARTBEAT_URL_FILE": "x"}),
        ("heartbeat: {every: 1s}", {}),
    ):
        with pytest.raises(ConfigError) as caught:
            load(text, env)
        assert "5f1d2c3b" not in str(caught.value)
