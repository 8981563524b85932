"""What fetches and reads is asked twice: with every shortcut, and with none (alerts/reading/shortcuts.py)."""

from __future__ import annotations

import pytest

from alerts.reading.readers.page import PageReader
from alerts.reading.shortcuts import ALL, NONE, Shortcuts
from alerts.reading.web.fetch import WebFetcher

_ASKED_TWICE = {"test_fetch", "test_fresh", "test_in_shops", "test_manners", "test_platforms", "test_tax_and_age"}


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A test marked `shortcut` is about one, and says nothing without it."""
    module = metafunc.module.__name__.rpartition(".")[2]
    if module in _ASKED_TWICE and not metafunc.definition.get_closest_marker("shortcut"):
        metafunc.parametrize("shortcuts", [ALL, NONE], ids=["shortcuts", "no-shortcuts"], indirect=True)


@pytest.fixture(autouse=True)
def shortcuts(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Shortcuts:
    """What readers and doors take when a test does not say."""
    chosen: Shortcuts = getattr(request, "param", ALL)
    for part in (PageReader, WebFetcher):
        monkeypatch.setitem(part.__init__.__kwdefaults__, "shortcuts", chosen)
    return chosen
