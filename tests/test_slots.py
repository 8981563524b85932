"""Every product has moments of its own."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from alerts.domain.slots import next_slot
from tests.worlds import MINUTE, SECOND, START

skus = st.from_regex(r"[a-z0-9][a-z0-9._-]{0,20}", fullmatch=True)
intervals = st.timedeltas(min_value=timedelta(seconds=1), max_value=timedelta(days=30))
# Made aware beside it.
moments = st.datetimes(datetime(1980, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
MS = timedelta(milliseconds=1)


@given(skus, intervals, moments)
def test_the_next_moment_is_half_an_interval_away_at_least_and_one_and_a_half_at_most(
    sku: str, every: timedelta, now: datetime
) -> None:
    wait = next_slot(sku, every, now) - now

    assert every / 2 - MS <= wait <= every * 1.5 + MS


@given(skus, intervals, moments, st.floats(0, 0.49))
def test_however_late_within_half_an_interval_a_tick_comes_the_moments_stay_an_interval_apart(
    sku: str, every: timedelta, now: datetime, late: float
) -> None:
    slot = next_slot(sku, every, now)

    after = next_slot(sku, every, slot + every * late)

    assert abs((after - slot) - every) <= MS


@given(skus, intervals, moments)
def test_asking_again_gives_the_same_moment(sku: str, every: timedelta, now: datetime) -> None:
    assert next_slot(sku, every, now) == next_slot(sku, every, now.astimezone())


def test_ten_thousand_products_are_spread_evenly_over_five_minutes() -> None:
    slots = [next_slot(f"product-{number}", 5 * MINUTE, START) for number in range(10_000)]
    by_second = Counter((slot - START) // SECOND for slot in slots)

    assert len(by_second) == 300
    assert max(by_second.values()) < 70  # 33 in the mean
