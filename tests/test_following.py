"""Of each shop the newest change counts, in whatever order and however often changes are taken in."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.domain.deliveries import Delivery, delivery_for
from alerts.domain.episodes import Act, Episode, edited, follow, is_followed, posted
from alerts.domain.market import Market
from alerts.domain.model import ChangeKind, Condition, Offer
from tests.histories import LOOKS, changes, letters, newest
from tests.worlds import IN, MINUTE, OUT, START, change, offer, subscription

K = ChangeKind
ALL = tuple(K)
WISH = subscription()


def news(kind: ChangeKind, minute: int, shop: str = "Acme", price: str = "100", *, told: bool = False) -> Delivery:
    """A change of a shop that many minutes after the start, told or followed."""
    stock = {K.SOLD_OUT: OUT}.get(kind, IN)
    facts = {"listing": shop.lower(), "vendor": shop, "new": offer(stock, price), "at": START + minute * MINUTE}
    told = told or kind is K.RESTOCKED
    found = change(kind, since=START + (minute - 1) * MINUTE, **facts)
    return delivery_for(found, WISH, product_name="Raspberry Pi 5", now=START, is_follow_up=not told)


def run(deliveries: Sequence[Delivery], episode: Episode | None = None) -> tuple[Episode | None, list[tuple[Act, str]]]:
    """Follow them all as the deliverer does; what it did to which message, the opening's id standing for it."""
    done: list[tuple[Act, str]] = []
    for each in deliveries:
        found = follow(episode, each)
        episode = found.episode
        if episode and found.act is Act.POST and episode.opening.id == each.id:
            episode = posted(episode, len(done) + 1)
        if episode and found.act is Act.EDIT:
            episode = edited(episode, each.queued_at)
        if found.act is not Act.NOTHING:
            done.append((found.act, each.id))
    return episode, done


OPENED = news(K.RESTOCKED, 1)
STANDS = {"Acme": "100"}
# case → what follows the restock of Acme in minute 1, as it is taken in; what stands in the end at which price
CASES: dict[str, tuple[list[Delivery], dict[str, str]]] = {
    "nothing": ([], STANDS),
    "a sell-out": ([news(K.SOLD_OUT, 5)], {}),
    "a sell-out from before the restock": ([news(K.SOLD_OUT, 0)], STANDS),
    "a price": ([news(K.PRICE_DROP, 5, price="90")], {"Acme": "90"}),
    "an older price after a newer one": (
        [news(K.PRICE_RISE, 7, price="95"), news(K.PRICE_DROP, 5, price="90")], {"Acme": "95"},
    ),
    "an older price after the sell-out": ([news(K.SOLD_OUT, 7), news(K.PRICE_DROP, 5, price="90")], {}),
    "a sell-out behind the restock that came after it": (
        [news(K.RESTOCKED, 9, price="110"), news(K.SOLD_OUT, 5)], {"Acme": "110"},
    ),
    "another shop": ([news(K.RESTOCKED, 3, "Bolt", "98")], {**STANDS, "Bolt": "98"}),
    "another shop's sell-out before its restock": (
        [news(K.SOLD_OUT, 5, "Bolt"), news(K.RESTOCKED, 3, "Bolt")], STANDS,
    ),
    "another shop's price before its restock": (
        [news(K.PRICE_DROP, 5, "Bolt", "90"), news(K.RESTOCKED, 3, "Bolt", "98")], {**STANDS, "Bolt": "90"},
    ),
    "another shop's price alone": ([news(K.PRICE_DROP, 5, "Bolt", "90")], STANDS),
    "a back-order whose price moves": (
        [news(K.SOLD_OUT, 5), news(K.PRICE_DROP, 6, price="80")], {"Acme": "80"},
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_the_newest_change_of_each_shop_stands(case: str) -> None:
    later, expected = CASES[case]
    if case == "a back-order whose price moves":
        backorder = offer("backorder", "80")
        later = [
            later[0],
            later[1].model_copy(update={"change": later[1].change.model_copy(update={"new": backorder})}),
        ]
        expected = {}

    episode, _ = run([OPENED, *later])

    assert episode
    assert {
        s.vendor: str(s.offer.price.amount).removesuffix(".00") for s in episode.stands if not s.gone_at
    } == expected
    assert episode.is_open is bool(expected)


def test_a_sell_out_that_was_overtaken_edits_nothing() -> None:
    _, done = run([OPENED, news(K.RESTOCKED, 9), news(K.SOLD_OUT, 5)])

    assert done == [(Act.POST, OPENED.id)]


def test_a_restock_that_was_sold_out_since_is_not_posted_after_its_end() -> None:
    _, done = run([OPENED, news(K.SOLD_OUT, 3), news(K.SOLD_OUT, 9), news(K.RESTOCKED, 7)])

    assert [act for act, _ in done] == [Act.POST, Act.EDIT]


def test_what_was_known_before_a_late_restock_is_in_its_message() -> None:
    episode, _ = run([OPENED, news(K.SOLD_OUT, 3), news(K.PRICE_DROP, 9, price="90"), news(K.RESTOCKED, 7)])

    assert episode
    assert (episode.is_open, str(episode.stands[0].offer.price)) == (True, "90.00 GBP")
    assert episode.shown == episode.revision > 0


def test_a_restock_that_is_posted_is_not_posted_again() -> None:
    episode, _ = run([OPENED])

    assert follow(episode, OPENED).act is Act.NOTHING


def test_a_restock_whose_post_got_no_answer_is_posted_again_under_the_same_id() -> None:
    assert follow(follow(None, OPENED).episode, OPENED).act is Act.POST


def test_a_sell_out_that_was_asked_for_at_a_shop_outside_the_message_is_a_message() -> None:
    _, done = run([OPENED, news(K.SOLD_OUT, 5, "Bolt", told=True)])

    assert [act for act, _ in done] == [Act.POST, Act.POST]


def test_one_that_nobody_asked_for_changes_nothing() -> None:
    _, done = run([OPENED, news(K.SOLD_OUT, 5, "Bolt")])

    assert done == [(Act.POST, OPENED.id)]


@pytest.mark.parametrize(
    ("wish", "found", "joins"),
    [
        ({"not_vendors": ["Bolt"]}, {}, False),
        ({"vendors": ["Bolt"]}, {}, True),
        ({"conditions": ["new"]}, {"new": offer(IN, "60", condition=Condition.USED)}, False),
    ],
)
def test_only_shops_and_goods_that_are_wanted_join(
    wish: dict[str, object], found: dict[str, object], joins: bool
) -> None:
    restock = change(listing="bolt", vendor="Bolt", at=START + 5 * MINUTE, **found)
    other = delivery_for(
        restock, subscription(**wish), product_name="Pi", now=START, is_follow_up=True, market=Market()
    )

    episode, _ = run([OPENED, other])

    assert episode
    assert [stand.vendor for stand in episode.stands] == (["Acme", "Bolt"] if joins else ["Acme"])


@pytest.mark.parametrize(
    ("kind", "wish", "is_it"),
    [
        (K.SOLD_OUT, {}, True),
        (K.SOLD_OUT, {"kinds": [K.PRICE_DROP]}, False),
        (K.SOLD_OUT, {"kinds": [K.PRICE_DROP], "below": "500 GBP"}, True),
        (K.PRICE_RISE, {"kinds": [K.NEW_LOW], "below": "500 GBP"}, True),
        (K.PRICE_RISE, {"kinds": [K.LOW_STOCK], "below": "500 GBP"}, False),
        (K.FLAPPING, {}, False),
        (K.NEW_LOW, {}, False),
    ],
)
def test_what_is_followed_for_whom(kind: ChangeKind, wish: dict[str, object], is_it: bool) -> None:
    assert is_followed(change(kind), subscription(**wish)) is is_it


def test_what_was_found_beside_a_restock_is_in_its_message_already() -> None:
    assert not is_followed(change(K.PRICE_DROP, beside=K.RESTOCKED), subscription())


@st.composite
def shuffled(draw: st.DrawFn) -> tuple[Sequence[Delivery], list[Delivery]]:
    """The queue of a product from a restock on; and the same, that restock first, in some order, some of it twice."""
    queue = letters(changes(draw(LOOKS)), subscription(kinds=draw(st.sampled_from([(K.RESTOCKED,), ALL[:7]]))))
    first = next((at for at, each in enumerate(queue) if each.change.kind is K.RESTOCKED), len(queue))
    opening, rest = queue[first : first + 1], queue[first + 1 :]
    again = draw(st.lists(st.sampled_from(opening + rest), max_size=5)) if opening else []
    return opening + rest, opening + draw(st.permutations(rest + again))


@given(shuffled())
def test_in_any_order_and_repetition_every_shop_stands_as_its_newest_change_says(
    found: tuple[Sequence[Delivery], list[Delivery]],
) -> None:
    queue, taken = found

    episode, _ = run(taken)

    last = newest([each.change for each in queue])
    assert {each.listing: (each.at, each.offer) for each in episode.latest} == last if episode else not queue
    standing = {stand.listing: stand.offer for stand in episode.stands if not stand.gone_at} if episode else {}
    # Whatever is in stock now has restocked since, for all began sold out, and a restock is always told here.
    assert standing == {name: each for name, (_, each) in last.items() if each.availability.is_in_stock}
    assert episode is None or episode.is_open is bool(standing)


@given(shuffled())
def test_in_any_order_and_repetition_an_episode_is_posted_exactly_once(
    found: tuple[Sequence[Delivery], list[Delivery]],
) -> None:
    episode, openings, posts = None, set[str](), list[str]()
    for each in found[1]:
        step = follow(episode, each)
        episode = step.episode
        if episode:
            openings.add(episode.opening.id)
        if episode and step.act is Act.POST and each.change.kind is K.RESTOCKED:
            posts.append(each.id)
            episode = posted(episode, len(posts))

    assert sorted(posts) == sorted(openings)


@given(LOOKS)
def test_in_their_own_order_changes_make_a_message_per_restock_of_a_sold_out_product(
    looks: list[tuple[str, Offer]],
) -> None:
    queue = letters(changes(looks), subscription(kinds=(K.RESTOCKED,)))
    in_stock: set[str] = set()
    openings = []
    for each in queue:
        if each.change.kind is K.RESTOCKED and not in_stock:
            openings.append(each.id)
        (in_stock.add if each.change.new.availability.is_in_stock else in_stock.discard)(each.change.listing)

    _, done = run(queue)

    assert [name for act, name in done if act is Act.POST] == openings
