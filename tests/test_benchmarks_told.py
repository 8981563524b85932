"""What the benchmarks of the whole program conclude from what a shop and a Discord have noted."""

from __future__ import annotations

import gzip
from typing import Any

from benchmarks.whole.page import Goods, Pages
from benchmarks.whole.told import gaps, lags, matched, percentile, uncalled

CHANGE = {"number": 4, "kind": "drop", "price": "90.00", "before": "100.00", "at": 10.0}
HEARD = {4: [1, 2]}


def told(at: float, channel: int = 1, **more: Any) -> dict[str, Any]:
    return {"number": 4, "prices": ["90.00", "100.00"], "channel": str(channel), "message": f"{at}", "at": at,
            "is_new": True, **more}  # fmt: skip


def test_an_alert_is_late_by_the_time_from_the_change_to_its_first_message() -> None:
    first, second = matched([CHANGE], HEARD, [told(12.5), told(11.0, 2)])

    assert (first.late, first.messages) == (2.5, 1)
    assert (second.late, second.messages) == (1.0, 1)


def test_what_no_message_tells_is_lost() -> None:
    assert [each.late for each in matched([CHANGE], HEARD, [told(12.0)])] == [2.0, None]


def test_a_message_of_the_old_price_or_from_before_tells_nothing() -> None:
    old = [told(12.0, prices=["100.00", "120.00"]), told(9.0)]

    assert matched([CHANGE], {4: [1]}, old)[0].late is None


def test_two_messages_of_one_change_are_a_doubled_alert_and_an_edit_is_none() -> None:
    twice = matched([CHANGE], {4: [1]}, [told(12.0), told(13.0)])
    edited = matched([CHANGE], {4: [1]}, [told(12.0), told(13.0, message="12.0", is_new=False)])

    assert (twice[0].messages, edited[0].messages) == (2, 1)


def test_a_message_about_a_product_that_nothing_has_become_of_was_uncalled_for() -> None:
    assert uncalled([CHANGE], [told(12.0), told(12.0, number=5)]) == 1


def test_gaps_are_between_looks_at_the_same_product_within_the_span() -> None:
    assert gaps([[1.0, 2.0, 4.0, 9.0], [3.0]], since=2.0, until=9.0) == [2.0, 5.0]


def test_a_slot_without_a_look_is_late_until_now() -> None:
    assert lags({0: [5.0, 8.0]}, [[4.0, 6.0]], until=10.0) == [1.0, 2.0]


def test_a_percentile_of_one_is_itself_and_of_none_is_nothing() -> None:
    assert (percentile([7.0], 95), percentile([], 95), percentile([1.0, 3.0], 50)) == (7.0, 0.0, 2.0)


def test_a_page_is_one_gzip_stream_that_says_what_the_goods_are() -> None:
    text = gzip.decompress(Pages(30).of(Goods(4, 12_345))).decode()

    assert '"price":"123.45"' in text
    assert "InStock" in text
    assert 30_000 <= len(text) <= 40_000
