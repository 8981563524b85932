"""What is worth telling, and what never is."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.domain.changes import advance
from alerts.domain.model import Availability, Change, ChangeKind, Condition, FailureReason, Known, Offer, PriceKind
from alerts.domain.money import Money
from tests.worlds import IN, MINUTE, OUT, START, failure, known, listing, offer, reading

PRE, BACK, GONE, LOW = (
    Availability.PREORDER, Availability.BACKORDER, Availability.DISCONTINUED, Availability.LIMITED,
)  # fmt: skip
K = ChangeKind


def kinds(before: Offer | None, after: Offer) -> list[ChangeKind]:
    state = known(before) if before else None
    return [c.kind for c in advance(listing(), state, reading(after, START + MINUTE)).changes if not c.is_small]


def test_first_sight_is_a_baseline_and_not_news() -> None:
    step = advance(listing(), None, reading(offer()))

    assert step.changes == ()
    assert step.known.offer == offer()
    assert step.point is not None


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        (OUT, IN, [K.RESTOCKED]),
        (GONE, IN, [K.RESTOCKED]),
        (PRE, IN, [K.RESTOCKED]),
        (OUT, LOW, [K.RESTOCKED]),
        (IN, OUT, [K.SOLD_OUT]),
        (LOW, OUT, [K.SOLD_OUT]),
        (PRE, OUT, [K.SOLD_OUT]),
        (IN, LOW, []),
        (LOW, IN, []),
        (OUT, PRE, [K.PREORDER_OPEN]),
        (OUT, BACK, [K.BACK_ORDER]),
        (IN, BACK, [K.BACK_ORDER]),
        (IN, GONE, [K.DISCONTINUED]),
        (GONE, OUT, []),
        (OUT, OUT, []),
    ],
)
def test_every_move_of_the_stock_has_its_name(
    before: Availability, after: Availability, told: list[ChangeKind]
) -> None:
    assert kinds(offer(before), offer(after)) == told


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ("100", "90", [K.PRICE_DROP]),
        ("100", "110", [K.PRICE_RISE]),
        ("100", "99.01", []),  # less than a unit and less than two per cent
        ("10", "9.79", [K.PRICE_DROP]),  # more than two per cent
        ("1000", "998.99", [K.PRICE_DROP]),  # more than a unit
        ("2879.2", "2879.20", []),
    ],
)
def test_a_price_is_news_when_its_move_matters(before: str, after: str, told: list[ChangeKind]) -> None:
    assert kinds(offer(IN, before), offer(IN, after)) == told


def test_a_slow_drift_adds_up_and_is_told_from_where_it_began() -> None:
    state, told = known(offer(IN, "100")), list[Change]()
    for step, price in enumerate(["99.50", "99.10", "98.90"], start=1):
        after = advance(listing(), state, reading(offer(IN, price), START + step * MINUTE))
        state, told = after.known, [*told, *(c for c in after.changes if not c.is_small)]

    assert [(c.kind, c.old.price, c.new.price) for c in told] == [
        (K.PRICE_DROP, offer(IN, "100").price, offer(IN, "98.90").price)
    ]


def test_a_price_is_no_news_while_nothing_is_sold_and_is_compared_again_after() -> None:
    sold_out = advance(listing(), known(offer(IN, "100")), reading(offer(OUT, "60"), START + MINUTE))
    back = advance(listing(), sold_out.known, reading(offer(IN, "80"), START + 2 * MINUTE))

    assert [c.kind for c in sold_out.changes] == [K.SOLD_OUT]
    assert [(c.kind, c.beside) for c in back.changes] == [(K.RESTOCKED, None), (K.PRICE_DROP, K.RESTOCKED)]
    assert back.changes[1].old.price == offer(IN, "100").price


@pytest.mark.parametrize(
    "other",
    [
        offer(IN, Money.of(50, "USD")),
        offer(IN, "50", condition=Condition.USED),
        offer(IN, "50", price_kind=PriceKind.FROM),
    ],
    ids=["currency", "condition", "price kind"],
)
def test_another_sort_of_thing_is_a_new_baseline(other: Offer) -> None:
    step = advance(listing(), known(offer(OUT, "100")), reading(other, START + MINUTE))

    assert step.changes == ()
    assert step.known.mark == other.price


def test_a_missing_price_is_no_price_change_and_the_old_one_is_compared_later() -> None:
    state = known(offer(IN, "499.99"))
    missing = advance(listing(), state, reading(offer(IN, None), START + MINUTE))
    again = advance(listing(), missing.known, reading(offer(IN, "499.99"), START + 2 * MINUTE))

    assert (missing.changes, again.changes) == ((), ())


@pytest.mark.parametrize("reason", list(FailureReason))
def test_a_shop_that_could_not_be_read_has_not_sold_out(reason: FailureReason) -> None:
    before = known(offer(IN))

    step = advance(listing(), before, reading(failure(reason), START + MINUTE))

    assert step.changes == ()
    assert step.point is None
    assert (step.known.offer, step.known.observed_at, step.known.since) == (before.offer, START, START)
    assert step.known.failures == 1


def test_a_page_without_a_word_on_stock_keeps_what_is_known() -> None:
    step = advance(listing(), known(offer(IN)), reading(offer(Availability.UNKNOWN), START + MINUTE))

    assert step.known.offer == offer(IN)
    assert step.changes == ()


def test_a_change_found_after_failures_is_still_told() -> None:
    state = known(offer(OUT))
    for minute in range(1, 4):
        state = advance(listing(), state, reading(failure(), START + minute * MINUTE)).known

    step = advance(listing(), state, reading(offer(IN), START + timedelta(days=9)))

    assert [c.kind for c in step.changes] == [K.RESTOCKED]
    assert step.known.failures == 0


def test_an_unchanged_look_adds_no_point_and_keeps_when_the_state_began() -> None:
    step = advance(listing(), known(offer(IN)), reading(offer(IN, stock_count=3), START + MINUTE))

    assert step.point is None
    assert (step.known.since, step.known.observed_at) == (START, START + MINUTE)


@given(st.lists(st.sampled_from(FailureReason), max_size=30), st.sampled_from([None, OUT, IN, PRE]))
def test_no_sequence_of_failures_ever_makes_a_change(reasons: list[FailureReason], before: Availability | None) -> None:
    first = known(offer(before)) if before else None
    state: Known | None = first
    for minute, reason in enumerate(reasons):
        step = advance(listing(), state, reading(failure(reason), START + minute * MINUTE))
        state = step.known
        assert step.changes == ()

    assert (state.offer if state else None) == (first.offer if first else None)


def test_a_small_move_while_nothing_was_sold_is_found_when_it_is_back() -> None:
    state, found = known(offer(IN, "100")), list[Change]()
    for minute, each in enumerate((offer(OUT, "99.5"), offer(IN, "99.5")), 1):
        step = advance(listing(), state, reading(each, START + minute * MINUTE))
        state, found = step.known, [*found, *step.changes]

    (small,) = [change for change in found if change.is_small]
    assert (small.kind, small.beside, str(small.old.price)) == (K.PRICE_DROP, K.RESTOCKED, "100.00 GBP")


_STOCK = [IN, OUT, PRE, LOW, BACK, GONE]
_offers = st.builds(
    offer, st.sampled_from([IN, OUT, PRE, LOW, BACK, GONE]), st.sampled_from(["100", "90", "99.5", None])
)


@given(st.lists(_offers, min_size=1, max_size=20), st.data())
def test_failures_in_between_change_nothing_that_is_told(offers: list[Offer], data: st.DataObject) -> None:
    def told(outcomes: list[Offer | None]) -> list[tuple[ChangeKind, Offer, Offer]]:
        state, news = None, list[tuple[ChangeKind, Offer, Offer]]()
        for minute, outcome in enumerate(outcomes):
            step = advance(listing(), state, reading(outcome or failure(), START + minute * MINUTE))
            state, news = step.known, [*news, *((c.kind, c.old, c.new) for c in step.changes)]
        return news

    disturbed: list[Offer | None] = []
    for each in offers:
        disturbed += [None] * data.draw(st.integers(0, 2)) + [each]

    assert told(disturbed) == told(list(offers))
