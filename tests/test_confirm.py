"""Before anything is told: what is believed at once, what waits, and what flaps."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.domain.changes import advance
from alerts.domain.confirm import DEFAULTS, two_signals
from alerts.domain.model import Change, ChangeKind, Evidence, Failure, FailureReason, Known, Offer
from alerts.domain.money import Money
from tests.worlds import IN, MINUTE, OUT, SECOND, START, failure, known, listing, offer, reading

K = ChangeKind


def once(availability: object = IN, price: str | Money | None = "499.99", **more: object) -> Offer:
    """An offer that only one part of the page speaks for."""
    return offer(availability, price, evidence=(Evidence(source="json-ld", path="availability", raw="x"),), **more)  # type: ignore[arg-type]


def play(
    looks: Sequence[Offer | Failure], *, start: Known | None = None, every: timedelta = 10 * SECOND
) -> tuple[list[Change], Known | None]:
    """Everything told by a sequence of looks, and what is known after it."""
    state, told = start, list[Change]()
    for index, outcome in enumerate(looks, start=1):
        step = advance(listing(), state, reading(outcome, START + index * every))
        state, told = step.known, [*told, *step.changes]
    return told, state


def kinds(told: Sequence[Change]) -> list[ChangeKind]:
    return [change.kind for change in told]


def test_a_restock_that_one_signal_speaks_for_waits_for_a_second_look() -> None:
    told, state = play([once(IN)], start=known(once(OUT)))

    assert told == []
    assert state
    assert state.held
    assert state.offer == once(OUT)
    assert "waits for a second look" in state.held.why


def test_the_second_look_tells_it_and_says_how_it_was_confirmed() -> None:
    (restock,), state = play([once(IN), once(IN)], start=known(once(OUT)))

    assert (restock.kind, restock.reads, restock.took) == (K.RESTOCKED, 2, 10 * SECOND)
    assert state
    assert state.held is None


def test_two_independent_signals_need_no_second_look() -> None:
    told, _ = play([offer(IN)], start=known(offer(OUT)))

    assert kinds(told) == [K.RESTOCKED]


def test_two_words_of_the_same_part_are_one_signal() -> None:
    same = (Evidence(source="json-ld", path="availability", raw="a"), Evidence(source="json-ld", path="stock", raw="b"))

    assert not two_signals(offer(IN, evidence=same))
    assert not two_signals(offer(IN, confidence=0.6))
    assert two_signals(offer(IN))


@pytest.mark.parametrize("between", [failure(), failure(FailureReason.TIMEOUT)])
def test_a_failed_look_neither_confirms_nor_denies(between: Failure) -> None:
    assert kinds(play([once(IN), between], start=known(once(OUT)))[0]) == []
    assert kinds(play([once(IN), between, once(IN)], start=known(once(OUT)))[0]) == [K.RESTOCKED]


def test_a_glimpse_that_the_next_look_denies_is_never_told() -> None:
    told, state = play([once(OUT), once(IN), once(IN)], start=known(once(IN)))

    assert told == []
    assert state
    assert state.held is None


def test_a_price_of_a_hundredth_is_held_and_forgotten_when_it_is_gone() -> None:
    told, state = play([once(IN, "4.99"), once(IN, "499.99")], start=known(once(IN)))

    assert told == []
    assert state
    assert state.held is None


def test_a_price_of_a_hundredth_that_stays_is_told_after_three_looks_over_two_minutes() -> None:
    quick, _ = play([once(IN, "4.99")] * 12, start=known(once(IN)))
    told, _ = play([once(IN, "4.99")] * 13, start=known(once(IN)))

    assert quick == []
    assert [(c.kind, c.took) for c in told] == [(K.PRICE_DROP, 2 * MINUTE)]


def test_a_real_drop_of_sixty_per_cent_is_told_within_two_looks() -> None:
    told, _ = play([once(IN, "199.99")] * 2, start=known(once(IN)))

    assert kinds(told) == [K.PRICE_DROP]


def test_two_parts_of_a_page_do_not_make_a_mad_price_true() -> None:
    told, state = play([offer(IN, "4.99")], start=known(offer(IN, "499.99")))

    assert told == []
    assert state
    assert state.held


def test_a_price_that_vanishes_and_returns_tells_nothing() -> None:
    assert play([once(IN, None), once(IN)], start=known(once(IN)))[0] == []


def test_another_currency_is_a_new_baseline_at_once() -> None:
    told, state = play([once(IN, Money.of("499", "USD"))], start=known(once(IN, "499")))

    assert told == []
    assert state
    assert state.offer == once(IN, Money.of("499", "USD"))


def test_a_stated_count_that_comes_down_to_a_few_is_told_once() -> None:
    told, _ = play([once(stock_count=n) for n in (9, 5, 4, 7, 5)], start=known(once(stock_count=20)))

    assert kinds(told)[0] == K.LOW_STOCK
    assert len({(c.since, c.kind) for c in told}) == 1  # the same state: the same message, told once


@pytest.mark.parametrize("page", [once, offer], ids=["one signal", "two signals"])
def test_in_out_in_out_in_within_ten_minutes_is_at_most_one_alert_and_one_note(page: object) -> None:
    turns = [page(a, "100") for a in (OUT, IN, OUT, IN)]  # type: ignore[operator]

    told, _ = play(turns, start=known(page(IN, "100")).model_copy(update={"seen": IN}), every=2 * MINUTE)  # type: ignore[operator]

    assert kinds(told).count(K.FLAPPING) == 1
    assert len(told) <= 2


def flapped() -> Known:
    _, state = play(
        [offer(a) for a in (OUT, IN, OUT)], start=known(offer(IN)).model_copy(update={"seen": IN}), every=MINUTE
    )
    assert state
    assert state.flapping
    return state


def later(state: Known, offers: Sequence[Offer], minutes: Sequence[int]) -> list[Change]:
    told = list[Change]()
    for minute, each in zip(minutes, offers, strict=True):
        step = advance(listing(), state, reading(each, START + minute * MINUTE))
        state, told = step.known, [*told, *step.changes]
    return told


def test_what_settled_otherwise_than_it_was_told_is_told_with_the_note() -> None:
    told = later(flapped(), [offer(IN)] * 4, [5, 20, 34, 36])

    assert [(c.kind, c.new.availability, c.beside) for c in told] == [
        (K.RESTOCKED, IN, None),
        (K.STABLE, IN, K.RESTOCKED),
    ]


def test_what_settled_as_it_was_told_says_so_and_no_more() -> None:
    told = later(flapped(), [offer(OUT)] * 4, [4, 5, 20, 35])

    assert [(c.kind, c.new.availability, c.beside) for c in told] == [(K.STABLE, OUT, None)]


_offers = st.builds(once, st.sampled_from([IN, OUT]), st.sampled_from(["100", "95", "40", "1", "3000", None]))
_looks = st.lists(st.one_of(_offers, st.just(failure())), max_size=25)


@given(_looks, st.integers(5, 600))
def test_whatever_stays_is_known_in_the_end_and_what_is_known_was_told(looks: list[Offer | Failure], gap: int) -> None:
    start = known(once(IN, "100")).model_copy(update={"seen": IN})
    told, state = play(looks, start=start, every=timedelta(seconds=gap))
    end = START + len(looks) * timedelta(seconds=gap)
    final = once(OUT, "100")
    for minute in range(1, 80, 3):
        assert state
        step = advance(listing(), state, reading(final, end + minute * MINUTE))
        state, told = step.known, [*told, *step.changes]

    assert state
    assert state.offer == final
    assert state.held is None
    assert state.flapping is None
    assert _stock_of(told) == [*_stock_of(told)[:-1], K.SOLD_OUT] or not _stock_of(told)
    _turns_alternate(told)


def _stock_of(told: Sequence[Change]) -> list[ChangeKind]:
    return [c.kind for c in told if c.kind in (K.RESTOCKED, K.SOLD_OUT)]


def _turns_alternate(told: Sequence[Change]) -> None:
    """Nobody hears "back in stock" twice in a row, nor "sold out"."""
    stock = _stock_of(told)
    assert all(a is not b for a, b in pairwise(stock)), stock
    if stock:
        assert stock[0] is K.SOLD_OUT  # it was in stock at first


@given(_looks)
def test_nothing_is_believed_that_was_seen_only_once(looks: list[Offer | Failure]) -> None:
    """Of single-signal looks, every told turn of the stock rests on two looks in a row that agree."""
    told, _ = play(looks, start=known(once(IN, "100")).model_copy(update={"seen": IN}))

    for change in told:
        if change.kind in (K.RESTOCKED, K.SOLD_OUT):
            assert change.reads >= DEFAULTS.reads


def test_time_that_jumps_backwards_confirms_nothing_by_itself() -> None:
    state = advance(listing(), known(once(OUT)), reading(once(IN, "4.99"), START + MINUTE)).known
    step = advance(listing(), state, reading(once(IN, "4.99"), START - MINUTE))

    assert step.changes == ()
    assert isinstance(step.known.tried_at, datetime)


def test_a_change_found_after_a_week_offline_is_told_once_and_marked() -> None:
    week = START + timedelta(days=7)
    first = advance(listing(), known(offer(OUT)), reading(offer(IN), week))
    again = advance(listing(), first.known, reading(offer(IN), week + MINUTE))

    assert [(c.kind, c.was_unwatched) for c in first.changes] == [(K.RESTOCKED, True)]
    assert again.changes == ()
