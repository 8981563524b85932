"""Every alert and every silence is explained: by its stages, or by what is known."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.domain.deliveries import Delivery, delivery_for, together
from alerts.domain.errors import NotFound
from alerts.domain.model import Change, ChangeKind, Held, Known, Snapshot
from alerts.domain.rules import Decision, Verb
from alerts.domain.silence import Reason
from alerts.domain.trail import LONGEST_REASON, Stage, Step, change_id, decided, found, noted, went
from alerts.domain.wishes import Subscription, Watch
from alerts.store.memory import MemoryStore
from alerts.store.ports import Commit
from alerts.why import Explanation, Journey, Why
from bot.ui.why import alert_id_in, alert_why_embed, product_why_embed, told_choice
from tests.fakes import FakeClock
from tests.test_embeds import check
from tests.test_text import HOSTILE, units
from tests.worlds import IN, MINUTE, OUT, SECOND, START, change, failure, known, offer, product, subscription

PI = product()
TELL = Decision(verb=Verb.DELIVER, reason="subscribed to restocked")


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(START)


@pytest.fixture
def store(clock: FakeClock) -> MemoryStore:
    return MemoryStore(clock=clock)


@pytest.fixture
def why(store: MemoryStore, clock: FakeClock) -> Why:
    return Why(store=store, clock=clock)


def letter(news: Change, wish: Subscription, **more: object) -> Delivery:
    return delivery_for(news, wish, product_name="Pi", now=START, **more)  # type: ignore[arg-type]


async def tell(store: MemoryStore, news: Change, wish: Subscription) -> Delivery:
    """Note the whole way of a message, as the journeys do."""
    message = letter(news, wish)
    await store.note_stages([*found(news, wish.guild), decided(news, wish, TELL, news.at + SECOND)])
    await store.note_stages(went(message, Step.QUEUED, "", news.at + SECOND))
    await store.note_stages(went(message, Step.SENT, "posted", news.at + 2 * SECOND))
    return message


async def know(store: MemoryStore, *listings: Known) -> None:
    lock = await store.lock("pi5", ttl=MINUTE)
    assert lock
    assert await store.commit(Commit(lock, Snapshot(sku="pi5", scanned_at=START, listings=listings)))


def steps(explained: Explanation) -> list[list[Step]]:
    return [[stage.step for stage in journey.stages] for journey in explained.journeys]


def said(explained: Explanation) -> str:
    return " ".join(f"{reason.vendor or ''}: {reason.text}" for reason in explained.silence)


# Alerts


async def test_an_alert_is_explained_from_the_first_look_to_the_message(store: MemoryStore, why: Why) -> None:
    message = await tell(store, change(reads=2, took=10 * SECOND), subscription())

    explained = await why.of_alert(1, message.id)

    assert steps(explained) == [
        [Step.READ, Step.CONFIRMED, Step.COMPARED, Step.MATCHED, Step.QUEUED, Step.SENT],
    ]
    reasons = [stage.reason for stage in explained.journeys[0].stages]
    assert reasons[0] == "the page says in stock at £90.00"
    assert reasons[1] == "2 looks within 10 s agree"
    assert reasons[2] == "before it was out of stock at £100.00 since 2026-11-22 12:00 (UTC)"


async def test_what_was_noted_twice_is_told_once(store: MemoryStore, why: Why) -> None:
    for _ in range(2):
        message = await tell(store, change(), subscription())

    assert len((await why.of_alert(1, message.id)).journeys[0].stages) == 6


async def test_an_alert_does_not_tell_what_was_decided_for_others(store: MemoryStore, why: Why) -> None:
    news, other = change(), subscription("other", channel=11)
    await store.note_stages([decided(news, other, Decision(verb=Verb.SUPPRESS, reason="paused"), news.at)])
    message = await tell(store, news, subscription())

    assert {s.subscription for s in (await why.of_alert(1, message.id)).journeys[0].stages} == {None, "s1"}


async def test_a_living_alert_is_explained_with_what_changed_it(store: MemoryStore, why: Why) -> None:
    wish, gone = subscription(), change(ChangeKind.SOLD_OUT, at=START + 9 * MINUTE)
    message = await tell(store, change(), wish)
    await store.note_stages([*found(gone, 1), noted(gone, wish, Step.SUPPRESSED, "not asked for", gone.at)])
    follow_up = letter(gone, wish, is_follow_up=True)
    await store.note_stages(went(follow_up, Step.EDITED, "sold out", gone.at + SECOND, message_of=message.id))

    explained = await why.of_alert(1, message.id)

    assert [journey.kind for journey in explained.journeys] == [ChangeKind.SOLD_OUT, ChangeKind.RESTOCKED]
    assert steps(explained)[0] == [Step.READ, Step.CONFIRMED, Step.COMPARED, Step.SUPPRESSED, Step.EDITED]


async def test_a_message_of_many_changes_explains_each(store: MemoryStore, why: Why) -> None:
    first = letter(change(), subscription("a"))
    second = letter(change(ChangeKind.PRICE_DROP, at=START + 2 * MINUTE), subscription("b"))
    both = together([first, second])
    await store.note_stages(went(both, Step.SENT, "", START + 3 * MINUTE))

    explained = await why.of_alert(1, both.id)

    assert {journey.kind for journey in explained.journeys} == {ChangeKind.RESTOCKED, ChangeKind.PRICE_DROP}
    assert {s.subscription for journey in explained.journeys for s in journey.stages} == {"a", "b"}


async def test_another_guilds_alert_looks_like_one_that_never_was(store: MemoryStore, why: Why) -> None:
    message = await tell(store, change(), subscription(guild=2))

    with pytest.raises(NotFound) as theirs:
        await why.of_alert(1, message.id)
    with pytest.raises(NotFound) as nobodys:
        await why.of_alert(1, "nothing")
    assert str(theirs.value) == str(nobodys.value)


async def test_the_alerts_told_last_come_first_and_each_once(store: MemoryStore, why: Why) -> None:
    first = await tell(store, change(), subscription())
    second = await tell(store, change(ChangeKind.PRICE_DROP), subscription())
    await tell(store, change(), subscription(guild=2))

    assert [stage.delivery for stage in await why.told(1, limit=9)] == [second.id, first.id]
    assert len(await why.told(1, limit=1)) == 1


# Products


async def test_a_product_shows_its_newest_changes_first_and_no_more_than_asked(store: MemoryStore, why: Why) -> None:
    for minute in range(1, 5):
        await tell(store, change(at=START + minute * MINUTE, since=START + minute * SECOND), subscription())

    explained = await why.of_product(1, PI, limit=2)

    assert [journey.stages[0].at for journey in explained.journeys] == [START + 4 * MINUTE, START + 3 * MINUTE]


async def test_one_guild_reads_nothing_of_another(store: MemoryStore, why: Why) -> None:
    await store.put_subscription(subscription(guild=2))
    await store.add_watch(Watch(guild=2, sku="pi5", added_by=7, added_at=START))
    await tell(store, change(), subscription(guild=2))

    explained = await why.of_product(1, PI)

    assert explained.journeys == ()
    assert "Nobody here subscribed" in said(explained)
    assert "not watched here" in said(explained)


async def test_an_empty_memory_says_that_nobody_has_looked(why: Why) -> None:
    assert "Acme: Nobody has looked at it yet." in said(await why.of_product(1, PI))


async def test_a_quiet_shop_says_since_when_nothing_changed(store: MemoryStore, why: Why) -> None:
    await know(store, known(offer(OUT)))

    (*_, quiet) = (await why.of_product(1, PI)).silence

    assert quiet == Reason("Nothing changed: out of stock at £100.00.", "Acme", START)


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"reads": 1, "needs": 3}, "A price of £4.99 was seen and waits for 2 more looks: it is mad."),
        ({"reads": 2, "needs": 3}, "A price of £4.99 was seen and waits for 1 more look: it is mad."),
        (
            {"reads": 4, "needs": 3, "span": 2 * MINUTE},
            "A price of £4.99 was seen and waits for a look that agrees at least 2 min after the first: it is mad.",
        ),
        (
            {"reads": 1, "needs": 2, "offer": offer(OUT, "100")},
            "A change of stock (out of stock) was seen and waits for 1 more look: it is mad.",
        ),
    ],
)
async def test_what_is_held_says_what_it_waits_for(
    store: MemoryStore, why: Why, facts: dict[str, object], words: str
) -> None:
    held = Held.model_validate(
        {"offer": offer(IN, "4.99"), "first_at": START, "last_at": START, "why": "it is mad", **facts}
    )
    await know(store, known(offer(IN, "100")).model_copy(update={"held": held}))

    assert words in said(await why.of_product(1, PI))
    assert "Nothing changed" not in said(await why.of_product(1, PI))


async def test_a_shop_that_fails_says_how_often_and_since_when(store: MemoryStore, why: Why) -> None:
    await know(store, known(offer()).model_copy(update={"failure": failure(), "failures": 7}))

    (*_, failing) = (await why.of_product(1, PI)).silence

    assert "7 times in a row: blocked. That is no news" in failing.text
    assert failing.since == START


async def test_a_listing_that_flaps_says_that_it_is_left_alone(store: MemoryStore, why: Why) -> None:
    await know(store, known(offer()).model_copy(update={"flapping": START}))

    assert "keep quiet until it has kept still" in said(await why.of_product(1, PI))


@pytest.mark.parametrize(
    ("rules", "words"),
    [
        ({}, "1 alert here hears of it: restocked, price drop, preorder open."),
        ({"paused": True}, "paused"),
        ({"expires_at": START - MINUTE}, "has expired"),
        ({"snooze_until": START + MINUTE}, "snoozed until 2026-11-22 12:01 (UTC)"),
        ({"quiet": {"start": "11:00", "end": "13:00"}}, "in quiet hours until 13:00 (UTC)"),
        ({"sku": None, "category": "Boards"}, "1 alert here hears of it"),
    ],
)
async def test_whoever_would_hear_of_it_is_counted_and_who_rests_is_named(
    store: MemoryStore, why: Why, rules: dict[str, object], words: str
) -> None:
    await store.put_subscription(subscription(**rules))

    explained = await why.of_product(1, PI.model_copy(update={"category": "boards"}))

    assert words in said(explained)
    assert "Nobody here subscribed" not in said(explained)


# Facts


def test_the_same_change_found_again_is_the_same_change() -> None:
    again = change(at=START + 5 * MINUTE, reads=2)

    assert change_id(change()) == change_id(again)
    assert change_id(change()) != change_id(change(since=START + SECOND))


def test_a_stage_holds_no_more_than_a_line_whatever_was_written() -> None:
    stage = noted(change(vendor="V" * 900), 1, Step.BURIED, "x\n" * 900, START)

    assert units(stage.reason) <= LONGEST_REASON
    assert "\n" not in stage.reason
    assert units(stage.vendor) <= 100


# Embeds

STAGES = st.builds(
    Stage,
    at=st.just(START),
    step=st.sampled_from(Step),
    guild=st.just(1),
    sku=st.just("pi5"),
    vendor=HOSTILE,
    kind=st.sampled_from(ChangeKind),
    change=st.just("c"),
    reason=HOSTILE,
)
JOURNEYS = st.builds(
    Journey,
    sku=st.just("pi5"),
    vendor=HOSTILE,
    kind=st.sampled_from(ChangeKind),
    stages=st.lists(STAGES, min_size=1, max_size=8).map(tuple),
)
EXPLANATIONS = st.builds(
    Explanation,
    journeys=st.lists(JOURNEYS, max_size=3).map(tuple),
    silence=st.lists(
        st.builds(Reason, text=HOSTILE, vendor=st.none() | HOSTILE, since=st.none() | st.just(START)), max_size=5
    ).map(tuple),
)


@given(HOSTILE, EXPLANATIONS)
def test_an_explanation_is_within_discords_limits_whatever_shops_write(name: str, explained: Explanation) -> None:
    check(product_why_embed(name, explained))
    check(alert_why_embed(name, explained))


@given(HOSTILE, STAGES)
def test_a_choice_of_an_alert_is_within_discords_limits(name: str, stage: Stage) -> None:
    assert 1 <= units(told_choice(stage, name)) <= 100


def test_what_there_is_no_room_for_is_owned_up_to() -> None:
    stages = tuple(noted(change(vendor="V" * 90), 1, step, "r" * 190, START) for step in Step)
    journey = Journey("pi5", "V" * 90, ChangeKind.RESTOCKED, stages)
    silence = tuple(Reason("t" * 290, "V" * 90, START) for _ in range(40))

    embed = product_why_embed("N" * 300, Explanation((journey,) * 40, silence))

    check(embed)
    assert "not shown" in str(embed.footer.text)
    assert len(embed.fields) >= 3


def test_the_first_and_the_last_stages_stay_when_there_are_too_many() -> None:
    stages = tuple(noted(change(), 1, Step.POSTPONED, f"{number} {'r' * 150}", START) for number in range(99))

    (field,) = alert_why_embed("a", Explanation((Journey("pi5", "Acme", ChangeKind.RESTOCKED, stages),))).fields

    assert ": 0 r" in str(field.value)
    assert ": 98 r" in str(field.value)
    assert "\n…\n" in str(field.value)


@pytest.mark.parametrize(
    ("text", "alert"),
    [
        ("Alert abcdefghijklmnopqrstuvwx", "abcdefghijklmnopqrstuvwx"),
        (" abcdefghijklmnopqrstuvwx ", "abcdefghijklmnopqrstuvwx"),
        ("Read just now", ""),
        ("Alert <@1>", ""),
        ("", ""),
    ],
)
def test_an_alerts_id_is_found_in_its_footer(text: str, alert: str) -> None:
    assert alert_id_in(text) == alert


def test_an_empty_explanation_is_still_one_that_discord_takes() -> None:
    embed = product_why_embed("", Explanation(()))

    check(embed)
    assert embed.title
