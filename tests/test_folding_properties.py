"""What folding never does, whatever lies in the queue; and a burst of changes that is folded and followed."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from alerts.domain.deliveries import Delivery, delivery_for, delivery_id
from alerts.domain.episodes import (
    EDIT_EVERY,
    Act,
    Episode,
    edited,
    follow,
    may_be_edited_at,
    newest_of,
    opened,
    posted,
)
from alerts.domain.folding import fold
from alerts.domain.model import ChangeKind, Offer
from tests.histories import LOOKS, changes, letter, letters, newest
from tests.worlds import IN, MINUTE, OUT, SECOND, START, change, offer, subscription

K = ChangeKind
ALL = tuple(K)


@st.composite
def queues(draw: st.DrawFn) -> list[Delivery]:
    """One or two subscriptions of one target, each change queued once under its id, as the store does it."""
    found = changes(draw(LOOKS), draw(st.sampled_from([offer(OUT), offer(IN), offer(IN, "130")])))
    wishes = [
        subscription(f"s{number}", kinds=kinds, mention_role=number or None, below=below)
        for number, (kinds, below) in enumerate(
            draw(st.lists(st.tuples(KINDS, st.sampled_from([None, "100 GBP"])), min_size=1, max_size=2))
        )
    ]
    queue: dict[str, Delivery] = {}
    for each in found:
        for wish in wishes:
            for made in letters([each], wish):
                queue.setdefault(made.id, made)
    return list(queue.values())


KINDS = st.sampled_from([(K.RESTOCKED,), (K.RESTOCKED, K.PRICE_DROP), (K.PRICE_DROP, K.PRICE_RISE), (K.SOLD_OUT,), ALL])


@given(queues())
def test_folding_twice_folds_nothing_more(queue: list[Delivery]) -> None:
    once = fold(queue)

    again = fold(once.deliveries)

    assert (again.deliveries, again.superseded) == (once.deliveries, ())


@given(queues())
def test_the_newest_facts_of_every_shop_are_still_told(queue: list[Delivery]) -> None:
    kept = fold(queue).deliveries

    told = {each.change.listing: newest_of(each) for each in sorted(kept, key=newest_of_time)}
    expected = newest([each.change for each in queue])
    assert {name: bare(each) for name, (_, each) in told.items()} == {
        name: each for name, (_, each) in expected.items()
    }


def newest_of_time(delivery: Delivery) -> datetime:
    return newest_of(delivery)[0]


def bare(found: Offer) -> Offer:
    return found.model_copy(update={"evidence": ()})


@given(queues())
def test_everything_remains_under_its_own_id_or_is_named_with_a_reason_and_one_that_remains(
    queue: list[Delivery],
) -> None:
    folded = fold(queue)

    kept, gone = [each.id for each in folded.deliveries], [each.delivery.id for each in folded.superseded]
    assert sorted(kept + gone) == sorted(each.id for each in queue)
    assert kept == [each.id for each in queue if each.id in kept]
    assert all(each.reason and each.by in kept for each in folded.superseded)
    assert all(delivery_id(each.origin or each.change, each.target) == each.id for each in folded.deliveries)


@given(queues())
def test_who_is_told_less_than_was_queued_is_named(queue: list[Delivery]) -> None:
    folded = fold(queue)
    before = {each.id: each for each in queue}

    quieter = [
        each.id
        for each in folded.deliveries
        if (each.is_follow_up, each.mention_role) != (before[each.id].is_follow_up, before[each.id].mention_role)
    ]

    assert set(quieter) <= {each.delivery.id for each in folded.quieted}


@given(queues(), st.data())
def test_a_crash_after_some_were_sent_makes_no_message_that_was_not_to_be(
    queue: list[Delivery], data: st.DataObject
) -> None:
    """Some of what remains is sent, nothing else is settled, and more has come: the rest is folded again."""
    early = queue[: data.draw(st.integers(0, len(queue)))]
    first = fold(early).deliveries
    sent = {each.id for each in first[: data.draw(st.integers(0, len(first)))]}
    episode, posts = None, list[str]()
    for each in [one for one in first if one.id in sent] + list(
        fold([one for one in queue if one.id not in sent]).deliveries
    ):
        step = follow(episode, each)
        episode = step.episode
        if step.act is Act.POST:
            posts.append(each.id)
            episode = posted(episode, 1) if episode and episode.opening.id == each.id else episode

    assert len(posts) == len(set(posts))
    assert set(posts) <= {each.id for each in queue if not each.is_follow_up}


@given(st.lists(st.tuples(st.integers(0, 40), st.integers(80, 120)), min_size=1, max_size=40))
def test_a_burst_leads_to_one_edit_in_five_seconds_that_shows_the_newest_state(moves: list[tuple[int, int]]) -> None:
    episode = opened(letter(change(), subscription()))
    episode = posted(episode, 1)
    waiting: list[Delivery] = []
    edits: list[tuple[datetime, Episode]] = []
    price = "100"
    for second in range(50):
        now = START + 2 * MINUTE + second * SECOND
        for number, (_, amount) in enumerate(m for m in moves if m[0] == second):
            at, price = now + number * timedelta(milliseconds=1), str(amount)
            found = change(K.PRICE_DROP, old=offer(IN, "70"), new=offer(IN, price), since=at - SECOND, at=at)
            waiting.append(delivery_for(found, subscription(), product_name="Pi", now=now, is_follow_up=True))
        for each in fold(waiting).deliveries:
            step = follow(episode, each)
            free_at = may_be_edited_at(episode)
            assert step.episode
            episode = step.episode
            if step.act is Act.EDIT and free_at and free_at > now:
                continue  # the deliverer postpones it
            if step.act is Act.EDIT:
                edits.append((now, episode))
                episode = edited(episode, now)
            waiting = []

    times = [at for at, _ in edits]
    assert all(later - earlier >= EDIT_EVERY for earlier, later in pairwise(times))
    assert episode.shown == episode.revision
    assert str(episode.stands[0].offer.price.amount) == f"{price}.00"
    assert not edits or edits[-1][1].stands == episode.stands
