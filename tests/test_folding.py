"""What is still worth a message of its own, of all that nobody has tried to send yet."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.domain.deliveries import Delivery, together
from alerts.domain.episodes import (
    Act,
    follow,
)
from alerts.domain.folding import Folded, fold
from alerts.domain.market import Market
from alerts.domain.model import ChangeKind, Offer, Snapshot
from alerts.domain.trail import Step, change_id, went
from bot.ui.alerts import alert_embed, alert_text
from tests.histories import HOUR, changes, letter, letters
from tests.worlds import IN, MINUTE, OUT, START, change, offer, pounds, subscription

K = ChangeKind
ALL = tuple(K)
MENTIONED = 77


def queued(*looks: Offer, start: Offer | None = None, **wish: Any) -> list[Delivery]:
    """What is queued for one subscription when a shop goes through these offers, an hour each."""
    found = changes([("Acme", each) for each in looks], start)
    return letters(found, subscription(**{"kinds": [K.RESTOCKED, K.PRICE_DROP], "mention_role": MENTIONED, **wish}))


def restock(minute: int = 1) -> Delivery:
    return letter(change(at=START + minute * MINUTE), subscription(mention_role=MENTIONED))


def reasons(folded: Folded) -> list[tuple[str, str]]:
    return [(each.delivery.change.kind.value, each.reason) for each in folded.superseded]


def test_a_later_price_swallows_the_earlier_one_and_is_measured_from_where_it_began() -> None:
    first, second = queued(offer(IN, "90"), offer(IN, "80"), start=offer(IN, "100"))

    folded = fold([first, second])

    (kept,) = folded.deliveries
    assert (kept.id, str(kept.change.old.price), str(kept.change.new.price)) == (second.id, "100.00 GBP", "80.00 GBP")
    assert reasons(folded) == [("price_drop", "overtaken by a newer price before it was sent")]
    assert [each.by for each in folded.superseded] == [second.id]


def test_a_rise_that_is_told_after_a_drop_does_not_call_it_a_fall() -> None:
    rules = {"kinds": [K.PRICE_DROP, K.PRICE_RISE]}
    folded = fold(queued(offer(IN, "80"), offer(IN, "95"), start=offer(IN, "100"), **rules))

    (kept,) = folded.deliveries
    assert (kept.change.kind, str(kept.change.old.price)) == (K.PRICE_RISE, "80.00 GBP")


def test_a_restock_that_sold_out_before_it_was_told_is_one_closed_message_that_pings_nobody() -> None:
    folded = fold(queued(offer(IN, "90"), offer(OUT, "90")))

    (kept,) = folded.deliveries
    assert alert_text(kept) == "Was in stock for 1 h, sold out: **Raspberry Pi 5** at Acme, £90.00"
    assert kept.mention_role is None
    assert alert_embed(kept, Snapshot(sku="pi5")).fields[0].value == "~~£90.00~~\n🔴 Sold out after 1 h"
    assert reasons(folded) == [("sold_out", "told in the message that it ends, which was not sent yet")]
    assert [each.delivery.id for each in folded.quieted] == [kept.id]


def test_its_message_opens_an_episode_that_is_closed() -> None:
    (kept,) = fold(queued(offer(IN, "90"), offer(OUT, "90"))).deliveries

    step = follow(None, kept)

    assert step.act is Act.POST
    assert step.episode
    assert not step.episode.is_open


def test_of_out_in_out_in_the_newest_restock_remains() -> None:
    queue = queued(offer(IN, "90"), offer(OUT, "90"), offer(IN, "95"))

    folded = fold(queue)

    assert [each.id for each in folded.deliveries] == [queue[-1].id]
    assert folded.deliveries[0].mention_role == MENTIONED
    assert {reason for _, reason in reasons(folded)} == {"overtaken by a newer restock before it was sent"}


def test_the_end_of_a_message_that_stands_is_kept_before_the_next_restock() -> None:
    ended, again = queued(offer(OUT), offer(IN), start=offer(IN))

    assert fold([ended, again]).deliveries == (ended, again)


def test_a_sell_out_that_is_over_by_now_is_no_message_but_still_ends_one_that_stands() -> None:
    queue = queued(offer(OUT), offer(IN), start=offer(IN), kinds=[K.RESTOCKED, K.SOLD_OUT])

    folded = fold(queue)

    assert [each.is_follow_up for each in folded.deliveries] == [True, False]
    assert folded.quieted[0].reason == "it was back before this was sent: it only changes a message that stands"


def test_what_changes_an_unsent_message_is_in_it() -> None:
    queue = queued(offer(IN, "90"), offer(IN, "120"), offer(IN, "85"))

    folded = fold(queue)

    (kept,) = folded.deliveries
    assert (kept.id, str(kept.change.new.price)) == (queue[0].id, "85.00 GBP")
    assert [kind for kind, _ in reasons(folded)] == ["price_rise", "price_drop"]
    assert all("the message of the restock" in reason for _, reason in reasons(folded))


def test_a_restock_below_a_threshold_that_it_has_left_is_not_told() -> None:
    queue = queued(offer(IN, "90"), offer(IN, "120"), below="100 GBP")

    folded = fold(queue)

    assert [(each.id, each.is_follow_up) for each in folded.deliveries] == [(queue[1].id, True)]
    assert reasons(folded) == [("restocked", "overtaken by a newer price before it was sent")]


def test_it_is_told_when_the_price_came_back_below_in_time() -> None:
    folded = fold(queued(offer(IN, "90"), offer(IN, "120"), offer(IN, "85"), kinds=[K.RESTOCKED], below="100 GBP"))

    assert [(each.change.kind, str(each.change.new.price)) for each in folded.deliveries] == [
        (K.RESTOCKED, "85.00 GBP")
    ]


@pytest.mark.parametrize(("then", "is_told"), [("79.50", True), ("85", True), ("99.50", False), ("120", False)])
def test_a_drop_is_told_with_the_newest_price_as_long_as_it_is_one(then: str, is_told: bool) -> None:
    drop, later = queued(offer(IN, "80"), offer(IN, then), start=offer(IN, "100"))
    later = later.model_copy(update={"is_follow_up": True})

    told = [each for each in fold([drop, later]).deliveries if not each.is_follow_up]

    assert [str(each.change.new.price.amount) for each in told] == (
        [str(offer(IN, then).price.amount)] if is_told else []
    )


def test_a_drop_of_what_sold_out_since_is_not_told() -> None:
    folded = fold(queued(offer(IN, "80"), offer(OUT, "80"), start=offer(IN, "100")))

    assert reasons(folded) == [("price_drop", "it could not be bought any more before this was sent")]


def test_below_a_threshold_and_sold_out_is_one_closed_message_like_a_restock() -> None:
    folded = fold(queued(offer(IN, "80"), offer(OUT, "80"), start=offer(IN, "100"), below="90 GBP"))

    kept = folded.deliveries[0]
    assert alert_text(kept) == "Was in stock for 1 h, sold out: **Raspberry Pi 5** at Acme, £80.00 (was £100.00, -20%)"
    assert kept.mention_role is None


def test_two_shops_are_two_stories() -> None:
    here, there = restock(), letter(change(listing="bolt", vendor="Bolt"), subscription())

    assert fold([here, there]) == Folded((here, there))


def test_each_subscription_is_told_by_itself() -> None:
    first = restock()
    second = letter(change(K.RESTOCKED, since=START + HOUR, at=START + 2 * HOUR), subscription("s2"))

    assert [each.id for each in fold([first, second]).deliveries] == [first.id, second.id]


def test_a_sell_out_that_another_subscription_asked_for_is_told_to_it() -> None:
    ended = letter(change(K.SOLD_OUT, new=offer(OUT), at=START + HOUR), subscription("s2"))

    folded = fold([restock(), ended])

    assert [each.id for each in folded.deliveries] == [restock().id, ended.id]
    assert [each.delivery.id for each in folded.quieted] == [restock().id]


def test_a_restock_that_nobody_asked_for_joins_with_its_newest_price() -> None:
    follow_ups = [each.model_copy(update={"is_follow_up": True}) for each in queued(offer(IN), offer(IN, "90"))]

    (kept,) = fold(follow_ups).deliveries

    assert (kept.change.kind, str(kept.change.new.price)) == (K.RESTOCKED, "90.00 GBP")


@pytest.mark.parametrize(("low", "is_told"), [("86", True), ("85", False), (None, False)])
def test_a_new_low_is_told_as_long_as_it_is_one(low: str | None, is_told: bool) -> None:
    found = change(K.NEW_LOW, old=offer(IN, "100"), new=offer(IN, "80"), beside=K.PRICE_DROP)
    market = Market(low_30d=pounds(low) if low else None)
    told = letter(found, subscription()).model_copy(update={"market": market})
    rise = change(K.PRICE_RISE, old=offer(IN, "80"), new=offer(IN, "85"), since=found.at, at=START + HOUR)

    folded = fold([told, letter(rise, subscription(), is_told=False)])

    assert (told.id in [each.id for each in folded.deliveries]) is is_told


@pytest.mark.parametrize(("count", "is_told"), [(5, True), (6, False), (None, False)])
def test_few_left_is_told_with_the_newest_count_as_long_as_they_are_few(count: int | None, is_told: bool) -> None:
    few = letter(change(K.LOW_STOCK, old=offer(IN, stock_count=9), new=offer(IN, stock_count=3)), subscription())
    later = change(K.PRICE_RISE, new=offer(IN, "110", stock_count=count), since=START + MINUTE, at=START + HOUR)

    kept = [each for each in fold([few, letter(later, subscription(), is_told=False)]).deliveries if each.id == few.id]

    assert [each.change.new.stock_count for each in kept] == ([count] if is_told else [])


def test_a_preorder_that_closed_before_it_was_told_is_not_told() -> None:
    folded = fold(queued(offer("preorder"), offer(OUT), kinds=[K.PREORDER_OPEN, K.RESTOCKED]))

    assert reasons(folded) == [("preorder_open", "overtaken by newer stock before it was sent")]


def test_whoever_was_overtaken_twice_is_named_with_what_remains() -> None:
    queue = queued(offer(IN, "80"), offer(IN, "85"), offer(OUT, "85"), offer(IN, "85"), start=offer(IN, "100"))

    folded = fold([each for each in queue if each.change.kind is not K.PRICE_RISE])

    assert {each.by for each in folded.superseded} <= {each.id for each in folded.deliveries}


def test_summaries_and_notes_are_left_alone() -> None:
    summary = together([restock(), letter(change(K.PRICE_DROP), subscription())])
    note = letter(change(K.FLAPPING), subscription())

    assert fold([summary, note, restock()]).deliveries == (summary, note, restock())


def test_why_knows_what_was_folded_by_what_it_was() -> None:
    first, second = queued(offer(IN, "90"), offer(IN, "80"), start=offer(IN, "100"))

    (kept,) = fold([first, second]).deliveries

    assert kept.change != second.change
    assert [stage.change for stage in went(kept, Step.SENT, "", START)] == [change_id(second.change)]


@given(st.permutations(range(6)))
def test_a_queue_out_of_order_is_folded_by_the_time_of_its_changes(order: list[int]) -> None:
    queue = queued(
        *(offer(stock, price) for stock, price in ((IN, "90"), (OUT, "90"), (IN, "95"), (IN, "85"), (OUT, "85")))
    )
    shuffled = [queue[at] for at in order if at < len(queue)]

    assert {each.id for each in fold(shuffled).deliveries} == {each.id for each in fold(queue).deliveries}
