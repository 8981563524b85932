"""Promises about deliveries; every store keeps them."""

from __future__ import annotations

from datetime import timedelta

import pytest

from alerts.domain.deliveries import Delivery, DeliveryState, delivery_for, together
from alerts.domain.episodes import follow
from alerts.domain.model import ChangeKind
from alerts.store import keys
from alerts.store.ports import Attempt, Claim, Outcome, Store
from alerts.store.redis.store import RedisStore
from tests.worlds import MINUTE, SECOND, START, change, subscription

NOW = timedelta(0)
SENT, BURIED, POSTPONED = DeliveryState.SENT, DeliveryState.BURIED, DeliveryState.POSTPONED


def delivery(channel: int = 10, **more: object) -> Delivery:
    return delivery_for(change(**more), subscription(channel=channel), product_name="Pi", now=START)


async def seat(store: Store, name: str = "one") -> int:
    return await store.lead("deliver", name, ttl=MINUTE)


async def taken(store: Store, *deliveries: Delivery) -> list[Claim]:
    """Queued, taken, opened."""
    for each in deliveries or (delivery(),):
        await store.enqueue(each)
    return list(await store.open(await store.take(limit=9, wait=NOW)))


async def test_the_same_delivery_twice_is_queued_once(store: Store) -> None:
    assert await store.enqueue(delivery())
    assert not await store.enqueue(delivery())
    assert len(await store.take(limit=9, wait=NOW)) == 1


async def test_news_that_is_told_in_a_summary_is_never_queued_by_itself(store: Store) -> None:
    alone = [delivery(kind=ChangeKind.RESTOCKED), delivery(kind=ChangeKind.PRICE_DROP)]

    assert await store.enqueue(together(alone)) == 1

    assert await store.enqueue(*alone) == 0
    assert list(await store.is_queued([*(each.id for each in alone), together(alone).id, "nobody"])) == [
        True,
        True,
        True,
        False,
    ]
    assert [ticket.id for ticket in await store.take(limit=9, wait=NOW)] == [together(alone).id]


async def test_of_several_queued_at_once_each_is_new_or_not(store: Store) -> None:
    await store.enqueue(delivery(1))

    assert await store.enqueue(delivery(2), delivery(1), delivery(3)) == 2
    assert [ticket.target for ticket in await store.take(limit=9, wait=NOW)] == ["channel:1", "channel:2", "channel:3"]


async def test_deliveries_come_in_the_order_they_were_queued_and_once(store: Store) -> None:
    for channel in (3, 1, 2):
        await store.enqueue(delivery(channel))

    assert [ticket.target for ticket in await store.take(limit=2, wait=NOW)] == ["channel:3", "channel:1"]
    assert [ticket.target for ticket in await store.take(limit=2, wait=NOW)] == ["channel:2"]
    assert not await store.take(limit=2, wait=NOW)


async def test_a_ticket_says_whose_turn_it_is(store: Store) -> None:
    await store.enqueue(delivery())

    (ticket,) = await store.take(limit=9, wait=NOW)

    assert (ticket.id, ticket.guild, ticket.event) == (delivery().id, 1, delivery().event)


async def test_what_was_taken_and_has_not_ended_is_left_to_the_next_one_in_its_order(store: Store) -> None:
    claims = await taken(store, delivery(1), delivery(2), delivery(3))
    number = await seat(store)
    await store.begin(number, [Attempt("both", claims[:2])], START)
    await store.finish(number, [Outcome(claims[2], POSTPONED, "tired", START + MINUTE)], START)

    left = await store.left(after="", limit=2)
    rest = await store.left(after=left[-1].ticket, limit=9)

    assert [(each.letter, each.part) for each in left] == [("both", 0), ("both", 1)]
    assert [(each.letter, each.until) for each in rest] == [(None, START + MINUTE)]


async def test_attempts_are_counted_and_the_first_is_remembered(store: Store) -> None:
    (claim,) = await taken(store)
    number = await seat(store)
    for at in (START, START + MINUTE):
        await store.begin(number, [Attempt(claim.delivery.id, [claim])], at)

    (again,) = await store.open([claim.ticket])

    assert (again.tries, again.tried_at, again.delivery) == (2, START, delivery())


async def test_a_message_of_several_is_kept_with_its_parts_in_order(store: Store) -> None:
    claims = await taken(store, delivery(2), delivery(1))
    await store.begin(await seat(store), [Attempt("both", claims)], START)

    assert list(await store.letter("both")) == [delivery(2), delivery(1)]
    assert list(await store.letter("nobody's")) == []


async def test_episodes_are_kept_with_the_attempt_and_with_its_end(store: Store) -> None:
    (claim,) = await taken(store)
    episode = follow(None, claim.delivery).episode
    assert episode
    number, subject = await seat(store), (claim.delivery.target, "pi5")
    await store.begin(number, [Attempt(claim.delivery.id, [claim], [episode])], START)
    assert await store.episodes([subject, (claim.delivery.target, "other")]) == [episode, None]

    told = episode.model_copy(update={"message_id": 99})
    await store.finish(number, [Outcome(claim, SENT, "99")], START, [told])

    assert await store.episode(*subject) == told


async def test_what_was_sent_is_over_and_never_queued_again(store: Store) -> None:
    (claim,) = await taken(store)
    for _ in range(2):
        await store.finish(await seat(store), [Outcome(claim, SENT, "99")], START)

    assert not await store.enqueue(delivery())
    assert not await store.left(after="", limit=9)
    assert not await store.open([claim.ticket])
    assert await store.delivery_state(claim.delivery.id) is SENT


async def test_what_was_sent_stays_sent_whatever_is_said_later(store: Store) -> None:
    (claim,) = await taken(store)
    number = await seat(store)
    await store.finish(number, [Outcome(claim, SENT, "99")], START)
    await store.finish(number, [Outcome(claim, BURIED, "a late mistake", is_dead=True)], START)

    assert await store.delivery_state(claim.delivery.id) is SENT


async def test_what_was_buried_never_comes_back_by_itself(store: Store) -> None:
    (claim,) = await taken(store)
    await store.finish(await seat(store), [Outcome(claim, BURIED, "the channel is gone")], START)

    assert not await store.left(after="", limit=9)
    assert not await store.enqueue(delivery())
    assert await store.delivery_state(claim.delivery.id) is BURIED


async def test_a_message_that_was_taken_apart_is_attempted_in_another(store: Store) -> None:
    claims = await taken(store, delivery(1), delivery(2))
    number = await seat(store)
    await store.begin(number, [Attempt("both", claims)], START)
    await store.finish(number, [Outcome(c, POSTPONED, "alone", START, letter=c.delivery.id) for c in claims], START)

    assert [(each.letter, each.part) for each in await store.left(after="", limit=9)] == [
        (claims[0].delivery.id, 0),
        (claims[1].delivery.id, 0),
    ]


async def test_one_seat_for_a_role_until_it_is_left(store: Store) -> None:
    first = await seat(store, "a")
    assert await seat(store, "a") == first
    assert not await seat(store, "b")
    await store.resign("deliver", "b")
    assert not await seat(store, "b")
    await store.resign("deliver", "a")
    assert await seat(store, "b") > first


async def test_whoever_slept_through_the_loss_of_the_seat_begins_and_buries_nothing(store: Store) -> None:
    (claim,) = await taken(store)
    old = await seat(store, "a")
    await store.resign("deliver", "a")
    await seat(store, "b")

    assert not await store.begin(old, [Attempt(claim.delivery.id, [claim])], START)
    await store.finish(old, [Outcome(claim, BURIED, "too old")], START)

    (left,) = await store.left(after="", limit=9)
    assert left.letter is None
    assert await store.delivery_state(claim.delivery.id) is DeliveryState.QUEUED


async def test_what_a_sleeper_did_send_counts(store: Store) -> None:
    (claim,) = await taken(store)
    old = await seat(store, "a")
    await store.begin(old, [Attempt(claim.delivery.id, [claim])], START)
    await store.resign("deliver", "a")
    await seat(store, "b")

    await store.finish(old, [Outcome(claim, SENT, "99")], START)

    assert await store.delivery_state(claim.delivery.id) is SENT


# Dead letters


async def buried(store: Store, channel: int = 10) -> str:
    (claim,) = await taken(store, delivery(channel))
    number = await seat(store)
    await store.begin(number, [Attempt(claim.delivery.id, [claim])], START)
    reason = f"nobody can post this in {channel}"
    await store.finish(number, [Outcome(claim, BURIED, reason, is_dead=True)], START + channel * SECOND)
    return claim.delivery.id


async def test_what_was_given_up_is_kept_with_its_reason(store: Store) -> None:
    await buried(store, 1)
    await buried(store, 2)

    dead = await store.dead_letters(9)

    assert {(each.delivery, each.reason) for each in dead} == {
        (delivery(1), "nobody can post this in 1"),
        (delivery(2), "nobody can post this in 2"),
    }
    assert dead[0].at >= dead[1].at
    assert len(await store.dead_letters(1)) == 1


async def test_what_was_sent_is_no_dead_letter(store: Store) -> None:
    (claim,) = await taken(store)
    number = await seat(store)
    await store.finish(number, [Outcome(claim, SENT, "99")], START)
    await store.finish(number, [Outcome(claim, BURIED, "a late mistake", is_dead=True)], START)

    assert not await store.dead_letters(9)
    assert not await store.redrive(claim.delivery.id, START)


async def test_a_dead_letter_is_queued_again_once_under_its_own_id_as_if_it_were_new(store: Store) -> None:
    name = await buried(store)

    assert await store.redrive(name, START + MINUTE)
    assert not await store.redrive(name, START + MINUTE)

    (claim,) = await store.open(await store.take(limit=9, wait=NOW))
    assert claim.delivery == delivery().model_copy(update={"queued_at": START + MINUTE})
    assert (claim.delivery.id, claim.tries, claim.ticket.letter) == (name, 0, None)
    assert await store.delivery_state(name) is DeliveryState.QUEUED
    assert not await store.dead_letters(9)
    assert not await store.enqueue(delivery())


async def test_a_dead_letter_can_die_twice(store: Store) -> None:
    name = await buried(store)
    await store.redrive(name, START)
    (claim,) = await store.open(await store.take(limit=9, wait=NOW))
    await store.finish(await seat(store), [Outcome(claim, BURIED, "again", is_dead=True)], START)

    assert [each.reason for each in await store.dead_letters(9)] == ["again"]
    assert await store.redrive(name, START)


async def test_a_dropped_dead_letter_is_gone_and_never_queued_again(store: Store) -> None:
    name = await buried(store)

    assert await store.drop(name)
    assert not await store.drop(name)
    assert not await store.redrive(name, START)
    assert not await store.dead_letters(9)
    assert not await store.enqueue(delivery())


async def test_an_unknown_dead_letter_is_neither_redriven_nor_dropped(store: Store) -> None:
    assert not await store.redrive("nobody", START)
    assert not await store.drop("nobody")


@pytest.mark.valkey
async def test_a_script_that_is_repeated_after_a_lost_answer_says_the_same_and_does_it_once(
    server_store: RedisStore,
) -> None:
    link, name = server_store._link, await buried(server_store)
    text = (await server_store.dead_letters(9))[0].delivery.model_dump_json()
    redrive = [keys.delivery(name), keys.QUEUE, keys.DEAD], [name, "token", text, 60, 1, "channel:10", "e"]
    drop = [keys.delivery(name), keys.DEAD], [name, "other"]

    assert [await link.run("redrive", *redrive) for _ in range(3)] == [1, 1, 1]
    (claim,) = await server_store.open(await server_store.take(limit=9, wait=NOW))
    await server_store.finish(await seat(server_store), [Outcome(claim, BURIED, "again", is_dead=True)], START)
    assert [await link.run("drop", *drop) for _ in range(3)] == [1, 1, 1]
    assert not await server_store.take(limit=9, wait=NOW)


@pytest.mark.valkey
async def test_dead_letters_are_bounded_and_those_that_are_forgotten_go(server_store: RedisStore) -> None:
    redis, name = server_store._link.redis, await buried(server_store)
    await redis.zadd(keys.DEAD, {f"old{n}": n for n in range(1500)})
    await buried(server_store, 11)

    assert await redis.zcard(keys.DEAD) == 1000
    assert len(await server_store.dead_letters(9999)) == 2
    assert await redis.zcard(keys.DEAD) == 2
    assert await redis.zscore(keys.DEAD, name)
