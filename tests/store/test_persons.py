"""What every store promises of a person: it finds what bears their id, and forgets all of it and nothing else."""

from __future__ import annotations

from datetime import timedelta

import pytest

from alerts.domain.audit import AuditEntry
from alerts.domain.deliveries import Delivery, DeliveryState, delivery_for
from alerts.domain.episodes import opened
from alerts.domain.errors import DeliveryError, Remedy
from alerts.domain.first_sight import first_sight_of
from alerts.domain.guild import GuildSettings
from alerts.domain.memory import NOTHING, Memory
from alerts.domain.model import ChangeKind
from alerts.domain.standing import Notice, Standing, after_failure
from alerts.domain.trail import Stage, Step
from alerts.domain.waiting import waiting_for
from alerts.domain.webhooks import Webhook
from alerts.domain.wishes import Subscription, Target, TargetKind, Watch, space_of
from alerts.me import Me
from alerts.sessions import Sessions
from alerts.store.memory import MemoryStore
from alerts.store.ports import Attempt, Outcome, Store
from tests.fakes import FakeClock
from tests.store.dumps import naming
from tests.worlds import MINUTE, START, change, subscription

ANNA = 2**60 + 5
BEN = int(f"{ANNA}7")  # whoever looks for her number must not find his
NOW = timedelta(0)


def dm(user: int) -> Target:
    return Target(type=TargetKind.DM, id=user)


def own(user: int, identity: str = "o1", **more: object) -> Subscription:
    return subscription(identity, guild=space_of(user), target=dm(user), added_by=user, **more)


def letter_to(user: int, kind: ChangeKind = ChangeKind.RESTOCKED, minute: int = 1) -> Delivery:
    return delivery_for(change(kind, at=START + minute * MINUTE), own(user), product_name="Pi", now=START)


async def has_lived(store: Store, user: int, guild: int = 1) -> None:
    """Leave a trace of a person wherever one can be left."""
    space, mine = space_of(user), own(user, first_sight="tell_now")
    await store.put_guild_settings(space, GuildSettings(language="de"))
    await store.add_watch(Watch(guild=space, sku="pi5", added_by=user, added_at=START))
    await store.put_first_sight(first_sight_of(mine), START)
    await store.put_subscription(mine)
    await store.swap_memories({(space, mine.id): (NOTHING, Memory(count=1))})
    await store.hold(waiting_for(change(), mine, START + MINUTE))
    stage = Stage(
        at=START, step=Step.SENT, guild=space, sku="pi5", vendor="Acme", kind=ChangeKind.RESTOCKED, change="c"
    )
    await store.note_stages([stage])
    # What waits for them, and keeps them signed in.
    body = f'{{"user":{user},"who":"somebody","guilds":{{}},"began":"2026-11-22T12:00:00Z","csrf":"c"}}'
    await store.put_pending(0, f"session:{guild}", body, ttl=60 * MINUTE, person=user)
    await store.put_pending(guild, f"add:{guild}", f'{{"by":{user}}}', ttl=MINUTE, person=user)
    # Among guilds: a watch, an alert and an audit entry.
    await store.add_watch(Watch(guild=guild, sku="pi5", added_by=user, added_at=START))
    await store.put_subscription(subscription("g1", guild=guild, added_by=user))
    await store.put_subscription(subscription("g2", guild=guild, added_by=9, target=dm(user), sku="deck"))
    await store.swap_memories({(guild, "g2"): (NOTHING, Memory(count=1))})
    await store.note_audit(AuditEntry(at=START, guild=guild, by=user, what="alert added"))
    # Messages: one sent of two parts with its episode, one given up, one that waits.
    kinds = (ChangeKind.RESTOCKED, ChangeKind.PRICE_DROP, ChangeKind.SOLD_OUT, ChangeKind.NEW_LOW)
    for kind in kinds:
        await store.enqueue(letter_to(user, kind))
    seat = await store.lead("deliver", "a", ttl=MINUTE)
    claims = [c for c in await store.open(await store.take(limit=9, wait=NOW)) if c.delivery.target == dm(user)]
    episode = opened(claims[0].delivery)
    await store.begin(seat, [Attempt(f"letter-of-{guild}", claims[:2], [episode])], START)
    done = [Outcome(claim, DeliveryState.SENT, "55") for claim in claims[:2]]
    await store.finish(seat, [*done, Outcome(claims[2], DeliveryState.BURIED, "no", is_dead=True)], START, [episode])
    closed = DeliveryError("closed", remedy=Remedy.DISABLE, code=50007)
    standing = after_failure(Standing(target=dm(user), guild=space), closed, START)
    await store.put_standing(standing)
    await store.put_notices([Notice(standing=standing, batch="b")])


async def test_a_person_who_is_forgotten_is_nowhere_in_the_store(store: Store) -> None:
    await has_lived(store, ANNA)
    assert len(await naming(store, ANNA)) > 10

    for guild in await store.traces(ANNA):
        await store.disown(guild, ANNA)
        await store.disown_audit(guild, ANNA, "gone-1")
    await store.forget(ANNA)

    assert await naming(store, ANNA) == []


async def test_whatever_bears_their_id_is_in_their_file(store: Store) -> None:
    """By what a key is called: the section that says it."""
    await has_lived(store, ANNA)
    hook = Webhook(id="w1", guild=1, shown="x", place="x", since=START, added_by=ANNA, added_at=START)
    await store.add_webhook(hook, most=9)
    sections = {
        "watches": "watched_for_you", "memories": "own_alerts", "subscriptions": "own_alerts", "settings": "settings",
        "trail": "log_of_14_days", "audit": "servers", "webhooks": "servers", "guilds": "servers", "d": "messages",
        "episode": "messages", "letter": "messages", "to": "messages", "queue": "messages", "dlq": "messages",
        "held": "waiting", "first-sights": "own_alerts", "targets": "direct_messages", "notices": "told_of_it",
        "watchers": "watched_for_you", "subscribers": "own_alerts", "pending": "signed_in",
        "pendings": "waiting_for_your_press",
    }  # fmt: skip

    made = await Me(store=store, clock=FakeClock()).export(ANNA)

    assert [name for name, each in made.items() if not each] == []
    assert [name for name, each in made["servers"][0].items() if not each] == []
    if not isinstance(store, MemoryStore):
        assert {name.split(":")[2].partition("/")[0] for name in await naming(store, ANNA)} <= set(sections)
    assert set(sections.values()) <= set(made)
    assert "csrf" not in str(made)


async def test_only_their_own_sign_ins_end_when_they_are_forgotten(store: Store) -> None:
    sessions = Sessions(store=store, clock=FakeClock())
    hers, his = [await sessions.open(user=user, who="x", guilds={1: "Here"}) for user in (ANNA, BEN)]

    await store.forget(ANNA)

    assert await sessions.find(hers) is None
    assert await sessions.find(his) is not None


async def test_whoever_is_not_forgotten_keeps_everything(store: Store) -> None:
    await has_lived(store, BEN)
    before = await naming(store, BEN)
    await has_lived(store, ANNA, guild=2)
    for guild in (1, 2):
        await store.disown(guild, ANNA)
        await store.disown_audit(guild, ANNA, "gone-1")
    await store.forget(ANNA)

    assert await naming(store, BEN) == before
    assert await store.traces(BEN) == {1}
    assert [each.id for each in await store.subscriptions(space_of(BEN))] == ["o1"]
    assert {each.id for each in await store.subscriptions(1)} == {"g1", "g2"}
    assert await store.watchers("pi5") == {space_of(BEN), 1, 2}
    assert len(await store.written_to(BEN)) == 4
    assert [each.delivery.target for each in await store.dead_letters(9)] == [dm(BEN)]
    assert len(await store.held_for(BEN)) == 1


async def test_what_they_made_in_a_guild_stays_and_is_nobodys_and_what_was_sent_to_them_ends(store: Store) -> None:
    await has_lived(store, ANNA)

    await store.disown(1, ANNA)
    await store.disown(1, ANNA)

    assert [(each.id, each.added_by) for each in await store.subscriptions(1)] == [("g1", 0)]
    assert [(each.sku, each.added_by) for each in await store.watches(1)] == [("pi5", 0)]
    assert await store.subscribers("deck") == []
    assert await store.memory(1, "g2") == Memory()


async def test_what_was_on_its_way_while_they_were_forgotten_is_forgotten_with_the_next_look(store: Store) -> None:
    await store.put_subscription(own(ANNA))
    await store.enqueue(letter_to(ANNA))
    seat = await store.lead("deliver", "a", ttl=MINUTE)
    claims = await store.open(await store.take(limit=9, wait=NOW))
    episode = opened(claims[0].delivery)
    await store.begin(seat, [Attempt("letter1", claims, [episode])], START)
    await store.forget(ANNA)
    await store.finish(seat, [Outcome(claims[0], DeliveryState.SENT, "55")], START, [episode])
    await store.enqueue(letter_to(ANNA, ChangeKind.PRICE_DROP))

    await store.forget(ANNA)

    assert await naming(store, ANNA) == []
    assert await store.take(limit=9, wait=NOW) == []


async def test_a_queue_goes_on_behind_messages_that_were_forgotten(store: Store) -> None:
    for user, minute in ((ANNA, 1), (BEN, 2), (ANNA, 3)):
        await store.enqueue(letter_to(user, minute=minute))

    await store.forget(ANNA)

    assert [each.target for each in await store.take(limit=9, wait=NOW)] == [str(dm(BEN))]
    assert await store.left(after="", limit=9)


async def test_a_person_is_found_by_what_they_left(store: Store) -> None:
    await has_lived(store, ANNA, guild=3)

    assert await store.traces(ANNA) == {3}
    assert await store.traces(BEN) == set()
    assert [each.subscription for each in await store.held_for(ANNA)] == ["o1"]
    assert {each.change.kind for each in await store.written_to(ANNA)} == {
        ChangeKind.RESTOCKED, ChangeKind.PRICE_DROP, ChangeKind.SOLD_OUT, ChangeKind.NEW_LOW,
    }  # fmt: skip
    assert (await store.standing(dm(ANNA))).code == 50007  # type: ignore[union-attr]  # it is there
    assert await store.standing(dm(BEN)) is None


async def test_their_own_alerts_alone_leave_no_trace_in_a_guild(store: Store) -> None:
    await store.add_watch(Watch(guild=space_of(ANNA), sku="pi5", added_by=ANNA, added_at=START))
    await store.put_subscription(own(ANNA))

    assert await store.traces(ANNA) == set()


async def test_an_erasure_waits_for_its_time_and_stays_until_it_is_done(store: Store) -> None:
    await store.put_erasure(ANNA, START + 2 * MINUTE)
    await store.put_erasure(BEN, START + MINUTE)

    assert await store.erasures(START, limit=9) == []
    assert await store.erasures(START + 2 * MINUTE, limit=9) == [BEN, ANNA]
    assert await store.erasure(ANNA) == START + 2 * MINUTE
    await store.erasure_done(ANNA)
    assert await store.erasure(ANNA) is None
    assert await store.erasures(START + 2 * MINUTE, limit=9) == [BEN]


@pytest.mark.parametrize("times", [1, 2])
async def test_forgetting_who_was_never_here_does_no_harm(store: Store, times: int) -> None:
    for _ in range(times):
        await store.forget(ANNA)
        await store.disown(1, ANNA)

    assert await naming(store, ANNA) == []
