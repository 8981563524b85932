"""Latencies in buckets: percentiles are near the truth whatever the latencies are."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from alerts.domain.latency import LAST, bounds, bucket, percentile

MS = st.floats(min_value=10, max_value=200_000)
BEYOND = st.floats(min_value=13, max_value=200_000)


def test_of_nothing_there_is_no_percentile() -> None:
    assert percentile({}, 0.5) is None
    assert percentile({3: 0}, 0.5) is None


@given(MS)
def test_a_latency_lies_within_its_bucket(ms: float) -> None:
    low, high = bounds(bucket(ms))

    assert low * 0.999 <= ms <= high * 1.001


@given(st.floats(min_value=-5, max_value=1e9))
def test_there_are_few_buckets(ms: float) -> None:
    assert 0 <= bucket(ms) <= LAST


@given(
    st.lists(BEYOND, min_size=1, max_size=200),
    st.sampled_from([0.05, 0.5, 0.95, 1.0]),
)
def test_beyond_the_first_bucket_a_percentile_is_at_most_one_off(latencies: list[float], share: float) -> None:
    found = percentile(Counter(map(bucket, latencies)), share)
    rank = max(1, -(-len(latencies) * round(share * 100) // 100))
    true = sorted(latencies)[rank - 1]

    assert found is not None
    assert true / 1.27 <= found <= true * 1.27


@given(st.dictionaries(st.integers(0, LAST), st.integers(0, 99), max_size=20))
def test_percentiles_are_in_their_order(buckets: dict[int, int]) -> None:
    found = [each for share in (0.1, 0.5, 0.9, 0.99) if (each := percentile(buckets, share)) is not None]

    assert found == sorted(found)
