"""What a shop has over its counter only: in stock for whoever goes there, and no restock for whoever orders."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.domain.changes import advance
from alerts.domain.deliveries import delivery_id
from alerts.domain.memory import NOTHING, observe, told
from alerts.domain.model import Availability, Change, ChangeKind, Evidence, Known, Offer, Snapshot, state_of
from alerts.domain.rules import Verb, decide
from alerts.domain.still import still_true
from alerts.domain.wishes import Target
from bot.ui import words
from tests.worlds import IN, MINUTE, OUT, START, change, known, listing, offer, reading, subscription

K, HOUR = ChangeKind, timedelta(hours=1)
ONLINE, GONE = offer(IN), offer(OUT)
SHOPS = offer(IN, online=False)
STOCK = (K.RESTOCKED, K.SOLD_OUT)


def turned(before: Offer, after: Offer) -> Sequence[Change]:
    return advance(listing(), known(before), reading(after, START + MINUTE)).changes


def hears(change: Change, *, online_only: bool = True) -> bool:
    wish = subscription(kinds=tuple(ChangeKind), online_only=online_only)
    return decide(change, wish).verb is Verb.DELIVER


@pytest.mark.parametrize(
    ("before", "after", "kind", "is_for_who_orders"),
    [
        (GONE, SHOPS, K.RESTOCKED, False),
        (SHOPS, GONE, K.SOLD_OUT, False),
        (SHOPS, ONLINE, K.RESTOCKED, True),
        (ONLINE, SHOPS, K.SOLD_OUT, True),
        (GONE, ONLINE, K.RESTOCKED, True),
        (ONLINE, GONE, K.SOLD_OUT, True),
        (SHOPS, offer(Availability.PREORDER), K.PREORDER_OPEN, True),
        (offer(Availability.PREORDER), SHOPS, K.RESTOCKED, False),
        (SHOPS, offer(IN, "80", online=False), K.PRICE_DROP, False),
    ],
)
def test_every_turn_has_its_name_and_those_who_order_hear_of_what_they_can_order(
    before: Offer, after: Offer, kind: ChangeKind, is_for_who_orders: bool
) -> None:
    (found,) = turned(before, after)

    assert found.kind is kind
    assert hears(found) is is_for_who_orders
    assert hears(found, online_only=False)


@pytest.mark.parametrize(
    ("before", "after"),
    [(SHOPS, SHOPS), (ONLINE, offer(IN, online=True)), (offer(Availability.UNKNOWN), SHOPS),
     (SHOPS, offer(Availability.LIMITED, online=False))],
)  # fmt: skip
def test_what_is_where_it_was_is_no_news(before: Offer, after: Offer) -> None:
    assert turned(before, after) == ()


def test_becoming_orderable_waits_for_a_second_look_like_any_restock() -> None:
    glimpse = offer(IN, evidence=(Evidence(source="json-ld", path="availability", raw="InStock"),))
    first = advance(listing(), known(SHOPS), reading(glimpse, START + MINUTE))
    second = advance(listing(), first.known, reading(glimpse, START + 2 * MINUTE))

    assert (first.changes, first.known.offer) == ((), SHOPS)
    assert [(c.kind, c.reads) for c in second.changes] == [(K.RESTOCKED, 2)]


def test_a_shop_that_keeps_changing_its_mind_about_ordering_is_flapping() -> None:
    state, news = known(ONLINE).model_copy(update={"seen": IN}), list[ChangeKind]()
    for minute, each in enumerate([SHOPS, ONLINE, SHOPS, ONLINE, SHOPS], start=1):
        step = advance(listing(), state, reading(each, START + minute * MINUTE))
        state, news = step.known, [*news, *(c.kind for c in step.changes)]

    assert news.count(K.FLAPPING) == 1
    assert len(news) <= 3


@given(st.lists(st.sampled_from([GONE, SHOPS, ONLINE, offer(Availability.LIMITED)]), max_size=20))
def test_who_orders_hears_in_turn_that_it_can_be_ordered_and_that_it_cannot(offers: list[Offer]) -> None:
    state, heard = known(GONE), list[Change]()
    for hour, each in enumerate(offers, start=1):
        step = advance(listing(), state, reading(each, START + hour * HOUR))
        state = step.known
        heard += [c for c in step.changes if c.kind in STOCK and hears(c)]

    assert [c.kind for c in heard] == [STOCK[n % 2] for n in range(len(heard))]
    assert all(c.new.is_orderable is (c.kind is K.RESTOCKED) for c in heard)
    assert not heard or heard[-1].new.is_orderable is (offers[-1].is_orderable)


@pytest.mark.parametrize(
    ("kind", "old", "new", "now", "is_true"),
    [
        (K.RESTOCKED, GONE, ONLINE, SHOPS, False),
        (K.RESTOCKED, GONE, SHOPS, SHOPS, True),
        (K.RESTOCKED, GONE, SHOPS, ONLINE, True),
        (K.SOLD_OUT, ONLINE, SHOPS, SHOPS, True),
        (K.SOLD_OUT, ONLINE, SHOPS, GONE, True),
        (K.SOLD_OUT, ONLINE, SHOPS, ONLINE, False),
        (K.SOLD_OUT, SHOPS, GONE, SHOPS, False),
    ],
)
def test_what_was_held_is_told_later_only_while_it_is_so(
    kind: ChangeKind, old: Offer, new: Offer, now: Offer, is_true: bool
) -> None:
    assert still_true(change(kind, old=old, new=new), known(now)) is is_true


@pytest.mark.parametrize("online_only", [True, False])
def test_a_threshold_is_armed_again_for_who_orders_once_nothing_can_be_ordered(online_only: bool) -> None:
    wish = subscription(below="500 GBP", online_only=online_only)
    spent = told(NOTHING, change(), wish, START)

    after = observe(spent, change(K.SOLD_OUT, old=ONLINE, new=SHOPS), wish)

    assert after.is_spent("pi5", wish) is not online_only


def test_the_best_offer_is_one_that_can_be_ordered() -> None:
    cheap = known(offer(IN, "50", online=False))
    dear = known(offer(IN, "90"), vendor="Bolt")

    assert Snapshot(sku="pi5", listings=(cheap, dear)).best is dear
    assert Snapshot(sku="pi5", listings=(cheap,)).best is None


def test_other_programs_read_it_neither_as_in_stock_nor_as_sold_out() -> None:
    public = reading(SHOPS).as_public()

    assert (public["verdict"], public["availability"], public["price"]) == ("unknown", "unknown", "100.00")
    assert public.keys() == reading(ONLINE).as_public().keys()


def test_people_read_where_it_is() -> None:
    assert words.stock(SHOPS) == "🟠 In shops only"


def test_the_ids_of_deliveries_made_before_this_fact_are_what_they_were() -> None:
    used: dict[str, Any] = {"condition": "used", "price_kind": "from"}
    drop = change(K.PRICE_DROP, old=offer(IN, "100", **used), new=offer(IN, "90", **used))

    assert delivery_id(change(), Target(id=10)) == "gyl2xiiyjgekymj5ydqosrqt"
    assert delivery_id(drop, Target(id=10)) == "5vu3c3vuj2x4yzprz5jyzyq5"
    assert state_of(offer(IN, "90", online=True)) == state_of(offer(IN, "90")) == "in_stock|90.00 GBP|exact|new"


def test_a_restock_in_shops_and_one_online_are_two_pieces_of_news() -> None:
    shops, online = change(new=SHOPS), change(new=ONLINE)

    assert delivery_id(shops, Target(id=10)) != delivery_id(online, Target(id=10))


def test_what_was_stored_before_this_fact_is_read_and_written_as_it_was() -> None:
    old = '{"listing":"acme","vendor":"Acme","url":"https://acme.test/pi5","offer":{"availability":"in_stock"},"seen":"in_stock"}'

    assert Known.model_validate_json(old).model_dump_json(exclude_defaults=True) == old
