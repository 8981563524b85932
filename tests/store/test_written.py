"""A listing that was just written is handed out as it was written, so the two must be the same."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from alerts.domain.model import (
    Availability,
    Condition,
    Evidence,
    Failure,
    FailureReason,
    Held,
    Known,
    Offer,
    PriceKind,
)
from alerts.domain.money import Money
from alerts.domain.said import Said, say
from alerts.store.redis.written import Written, read
from tests.worlds import known, offer

WORDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
TIMES = st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
SPANS = st.timedeltas(timedelta(0), timedelta(days=2))
MONEY = st.builds(
    Money.of, st.decimals(Decimal("0.001"), Decimal(99_999_999), places=3), st.sampled_from(["GBP", "JPY", "KWD"])
)
SAID = st.one_of(
    WORDS,
    st.builds(
        lambda name, number, price, inner: say(
            "{name} of {number} at {price}: {inner}", name=name, number=number, price=price, inner=inner
        ),
        WORDS,
        st.integers() | st.decimals(-99, 99),
        MONEY,
        st.builds(lambda word: say("it says {word}", word=word), WORDS),
    ),
)
OFFERS = st.builds(
    Offer,
    availability=st.sampled_from(Availability),
    price=st.none() | MONEY,
    price_kind=st.sampled_from(PriceKind),
    list_price=st.none() | MONEY,
    stock_count=st.none() | st.integers(0, 99),
    online=st.sampled_from([None, True, False]),
    condition=st.sampled_from(Condition),
    seller=st.none() | WORDS,
    shipping=st.none() | MONEY,
    name=st.none() | WORDS,
    evidence=st.lists(st.builds(Evidence, source=WORDS, path=WORDS, raw=WORDS), max_size=3).map(tuple),
    confidence=st.floats(0, 1),
)
FAILURES = st.builds(
    Failure, reason=st.sampled_from(FailureReason), detail=SAID, retry_after=st.none() | SPANS
)  # fmt: skip
HELD = st.builds(
    Held, offer=OFFERS, first_at=TIMES, last_at=TIMES, reads=st.integers(0, 9), needs=st.integers(1, 9), span=SPANS,
    why=SAID,
)  # fmt: skip
KNOWN = st.builds(
    Known,
    listing=st.just("shop"),
    vendor=WORDS,
    url=WORDS,
    offer=st.none() | OFFERS,
    observed_at=st.none() | TIMES,
    since=st.none() | TIMES,
    mark=st.none() | MONEY,
    tried_at=st.none() | TIMES,
    failure=st.none() | FAILURES,
    failures=st.integers(0, 9),
    held=st.none() | HELD,
    seen=st.none() | st.sampled_from(Availability),
    in_shops=st.booleans(),
    flips=st.lists(TIMES, max_size=3).map(tuple),
    flapping=st.none() | TIMES,
    told=st.none() | OFFERS,
)


def said(one: Known) -> list[object]:
    texts = [one.failure.detail if one.failure else "", one.held.why if one.held else ""]
    return [(text.template, dict(text.values)) if isinstance(text, Said) else text for text in texts]


@given(KNOWN)
def test_what_is_written_reads_back_as_it_was(one: Known) -> None:
    written = Written()
    field, text = written.text("board", one)

    again = read("board", field, text)

    assert written.known("board", field, text) == again == one
    assert said(again) == said(one)
    assert Written().text("board", again) == (field, text) == written.text("board", one)


def test_a_text_that_somebody_else_wrote_is_read_and_not_remembered() -> None:
    here, elsewhere = Written(), Written()
    field, ours = here.text("board", known(offer()))
    _, theirs = elsewhere.text("board", known(offer(price="1.00")))

    assert here.known("board", field, theirs) == known(offer(price="1.00"))
    assert here.known("board", field, ours) == known(offer())
    assert here.known("other", field, ours) == known(offer())


def test_no_more_than_so_many_are_remembered_and_none_is_lost_by_it() -> None:
    written = Written(size=2)
    texts = {}
    for number in range(5):
        field, texts[f"board-{number}"] = written.text(f"board-{number}", known(offer(price=f"{number + 1}.00")))

    assert len(written) == 2
    for number in range(5):
        assert written.known(f"board-{number}", field, texts[f"board-{number}"]) == known(
            offer(price=f"{number + 1}.00")
        )
