"""Sending by a fake clock: the schedule, the five days, rest, and what one slow address does to the others."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence

import pytest

from alerts.delivery.notices import Notices
from alerts.domain.model import ChangeKind
from alerts.domain.standing import Notice, Standing
from alerts.domain.webhooks import LOG_LENGTH, Answer, HookState
from alerts.webhooks.sender import PER_HOST
from bot.ui.standing import notice_text
from tests.webhooks.world import URL, Addresses, World
from tests.worlds import MINUTE, change

BAD = Answer("500", 500)


@pytest.fixture
def world() -> World:
    return World()


class Office:
    """An Admins that keeps what it was told."""

    def __init__(self) -> None:
        self.heard: list[str] = []

    def missing(self, standing: Standing) -> Sequence[str]:
        return []

    async def tell(self, guild: int, batch: str, notices: Sequence[Notice]) -> bool:
        self.heard.append(notice_text(notices))
        return True


async def test_a_message_is_tried_by_the_schedule_always_under_the_same_id_and_then_given_up(world: World) -> None:
    webhook = await world.hook()
    world.addresses.say[URL] = BAD
    await world.happens()
    await world.turn()
    tries = [1]
    for pause in (5, 300, 1800, 7200, 18000, 36000, 36000, 10 * 36000):
        await world.passes(pause - 1)
        early = len(world.addresses.ids)
        await world.passes(pause * 0.1 + 1)
        tries += [len(world.addresses.ids) - early]
        assert early == sum(tries[:-1])

    assert tries == [1, 1, 1, 1, 1, 1, 1, 1, 0]
    assert len(set(world.addresses.ids)) == 1
    [gone] = await world.webhooks.given_up(1, webhook.id)
    assert (gone.attempts, gone.status) == (8, "500")
    assert [row.attempt for row in await world.webhooks.log(1, webhook.id)] == [8, 7, 6, 5, 4, 3, 2, 1]


async def test_every_attempt_has_its_own_time_and_signature_over_the_same_body(world: World) -> None:
    await world.hook()
    world.addresses.say[URL] = BAD
    await world.happens()
    await world.turn()
    await world.passes(6)

    first, second = world.addresses.got()
    assert first[2] == second[2]
    assert int(second[1]["webhook-timestamp"]) - int(first[1]["webhook-timestamp"]) == 6
    assert first[1]["webhook-signature"] != second[1]["webhook-signature"]


async def fails_for(world: World, days: float) -> None:
    """A restock every hour, and none arrives."""
    for _ in range(round(days * 24)):
        await world.happens(change(at=world.clock.now(), since=world.clock.now() - MINUTE))
        await world.passes(3600)


async def test_after_five_days_of_only_failures_it_is_off_and_the_admins_hear_it_once(world: World) -> None:
    webhook, office = await world.hook(), Office()
    notices = Notices(store=world.store, admins=office, clock=world.clock, name="a")
    world.addresses.say[URL] = BAD
    await fails_for(world, 4.9)
    await notices.look()
    assert (await world.webhooks.get(1, webhook.id)).is_active
    assert office.heard == []

    await fails_for(world, 0.2)
    await notices.look()
    await notices.look()

    off = await world.webhooks.get(1, webhook.id)
    assert off.state is HookState.DISABLED
    [said] = [text.replace("\\", "").replace("\u2060", "") for text in office.heard]
    assert said == (
        "⛔ I send nothing more to a program's webhook, https://hooks.test/…: nothing but failures for 5 days,"
        " the last one: 500. Mend the program, then enable it again."
    )
    sent = len(world.addresses.ids)
    await fails_for(world, 2)
    assert len(world.addresses.ids) == sent

    del world.addresses.say[URL]
    await world.webhooks.enable(1, webhook.id)
    await notices.look()
    assert "told of changes again" in office.heard[1]
    assert await world.webhooks.redrive(1, webhook.id) > 100
    await world.turn()
    assert len(await world.webhooks.log(1, webhook.id)) == LOG_LENGTH


async def test_one_that_works_now_and_then_is_never_disabled(world: World) -> None:
    webhook = await world.hook()
    for _ in range(4):
        world.addresses.say[URL] = BAD
        await fails_for(world, 3)
        del world.addresses.say[URL]
        await fails_for(world, 0.1)

    assert (await world.webhooks.get(1, webhook.id)).is_active


async def test_a_removed_webhook_that_was_off_is_not_told_to_be_on_again(world: World) -> None:
    webhook, office = await world.hook(), Office()
    notices = Notices(store=world.store, admins=office, clock=world.clock, name="a")
    world.addresses.say[URL] = Answer("410", 410)
    await world.happens()
    await world.turn()
    await notices.look()
    await world.webhooks.remove(1, webhook.id)
    await notices.look()

    assert len(office.heard) == 1


async def test_an_address_that_asked_for_rest_is_left_alone_with_everything(world: World) -> None:
    await world.hook()
    world.addresses.say[URL] = Answer("429", 429, retry_after=60 * MINUTE)
    await world.happens(change(), change(ChangeKind.SOLD_OUT))
    await world.turn()
    await world.passes(3599)
    assert len(world.addresses.ids) == 1

    del world.addresses.say[URL]
    await world.passes(2)
    await world.passes(600)

    assert len(world.addresses.ids) == 3
    assert len(set(world.addresses.ids)) == 2


async def test_without_the_key_nothing_is_sent_and_the_address_is_not_blamed(world: World) -> None:
    webhook = await world.hook()
    sealed = await world.store.hook_secret(1, webhook.id)
    assert sealed
    await world.store.put_hook_secret(1, webhook.id, "lost")
    await world.happens()
    await world.turn()
    assert world.addresses.ids == []
    assert (await world.webhooks.get(1, webhook.id)).failing_since is None

    await world.store.put_hook_secret(1, webhook.id, sealed)
    await world.passes(6)

    assert len(world.addresses.ids) == 1


class Slow(Addresses):
    """Addresses some of which answer when they are let go. Knows how many were asked at once at most."""

    def __init__(self, *slow: str) -> None:
        super().__init__()
        self.slow, self.let_go, self.asked, self.most = slow, asyncio.Event(), 0, 0

    async def post(self, url: str, body: bytes, headers: Mapping[str, str], *, read: bool = False) -> Answer:
        if not read and url.startswith(self.slow):
            self.asked += 1
            self.most = max(self.most, self.asked)
            await self.let_go.wait()
            self.asked -= 1
        return await super().post(url, body, headers, read=read)


async def test_slow_addresses_delay_no_other_and_a_host_is_asked_twice_at_once(world: World) -> None:
    world = World(poster=(slow := Slow("https://slow.test")))
    for number in range(5):
        await world.hook(f"https://slow.test/{number}")
        await world.hook(f"https://quick{number}.test/")
    await world.happens(change(), change(ChangeKind.SOLD_OUT))
    await world.feed()
    short = MINUTE / 60 / 1000

    for _ in range(20):
        await world.sender(wait=short)
        await world.clock.advance(0.3)

    assert sorted(url for url, _, _ in slow.got()) == sorted(2 * [f"https://quick{n}.test/" for n in range(5)])
    assert slow.most == PER_HOST
    slow.let_go.set()
    for _ in range(20):
        await world.sender(wait=short)
        await world.clock.advance(0.3)
    assert len(slow.ids) == 20
    assert len(set(slow.ids)) == 20
    assert slow.most == PER_HOST


async def test_who_stops_leaves_what_takes_too_long_to_whoever_comes_next(world: World) -> None:
    world = World(poster=(slow := Slow("https://slow.test")))
    await world.hook("https://slow.test/")
    await world.happens()
    await world.feed()
    await world.sender(wait=MINUTE / 60 / 1000)
    await world.sender.drain(0)
    assert slow.ids == []
    slow.let_go.set()
    _, other = world.another("two")

    await world.clock.advance(24)
    assert not await other()
    await world.clock.advance(1)
    assert await other()

    assert len(slow.ids) == 1


async def test_a_broken_attempt_ends_no_other(world: World) -> None:
    class Broken(Addresses):
        async def post(self, url: str, body: bytes, headers: Mapping[str, str], *, read: bool = False) -> Answer:
            if not read and "broken" in url:
                raise RuntimeError("a bug of ours")
            return await super().post(url, body, headers, read=read)

    world = World(poster=(addresses := Broken()))
    await world.hook("https://broken.test/")
    await world.hook("https://fine.test/")
    await world.happens()
    await world.turn()

    assert [url for url, _, _ in addresses.got()] == ["https://fine.test/"]


async def test_a_webhook_that_was_removed_while_a_message_came_leaves_no_queue(world: World) -> None:
    webhook = await world.hook()
    await world.happens()
    await world.feed()
    await world.store.remove_webhook(1, webhook.id)
    await world.turn()

    assert world.addresses.ids == []
    assert await world.store.claim_hooks(world.clock.now(), limit=9, lease=MINUTE) == []
