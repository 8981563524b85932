"""Real pages with a person's reading beside them. They are not part of the project and may be absent."""

from __future__ import annotations

import pytest

from benchmarks.reading import PAGES, pages, scored

pytestmark = [
    pytest.mark.shared,
    pytest.mark.skipif(not (PAGES / "manifest.json").exists(), reason="the saved pages are not in ../shared/pages"),
]


def test_prices_on_real_pages_are_right_or_honestly_null() -> None:
    score = scored(pages())

    assert score.wrong == []
    assert score.right >= 35


def test_stock_on_real_pages_is_right_or_honestly_unknown() -> None:
    verdicts = scored(pages()).verdicts

    assert set(verdicts) <= {
        "in_stock read as in_stock",
        "in_stock read as unknown",
        "out_of_stock read as out_of_stock",
    }
    assert verdicts["in_stock read as in_stock"] >= 26


def test_nothing_on_real_pages_is_falsely_in_stock() -> None:
    assert scored(pages()).false_in_stock == []
