"""Crash points do nothing until a test arms them, and never in production."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from alerts import crash
from alerts.domain.errors import BadInput
from alerts.settings.load import load


@pytest.fixture
def passed() -> Iterator[list[str]]:
    places: list[str] = []
    crash.arm(places.append)
    yield places
    crash.disarm()


def test_nothing_happens_at_a_point_that_nobody_armed() -> None:
    crash.point("redis.commit")


def test_an_armed_harness_hears_of_every_place(passed: list[str]) -> None:
    crash.point("redis.commit")
    crash.point("redis.commit.done")

    assert passed == ["redis.commit", "redis.commit.done"]


@pytest.mark.parametrize("word", ["production", " Production "])
def test_points_are_never_armed_in_production(word: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HS_ENV", word)

    with pytest.raises(BadInput, match="HS_ENV is production"):
        crash.arm(lambda _: None)


def test_saying_production_is_no_misspelt_setting() -> None:
    assert load("", {"HS_ENV": "production"}) == load("", {})
