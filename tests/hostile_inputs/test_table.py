"""The table is as large as it says, and refusing everything would fail."""

from __future__ import annotations

from collections import Counter
from itertools import chain

from tests.hostile_inputs import addresses, bodies, configs, files, prices, test_cli, test_discord, texts

PARTS = {
    "addresses": addresses.ADDRESSES,
    "prices": prices.PRICES,
    "times": prices.MOMENTS,
    "names": texts.NAMES,
    "queries": texts.QUERIES,
    "watchlists": files.WATCHLISTS,
    "saved pages": files.PAGES,
    "lines of batches": files.BATCH,
    "lines of logs": files.LOG,
    "bodies": bodies.BODIES,
    "headers": bodies.HEADERS,
    "queries of addresses": bodies.QUERIES,
    "wishes": bodies.WISHES,
    "configurations": configs.CONFIGS,
    "variables": configs.VARIABLES,
    "options": test_cli.OPTIONS,
    "ids": test_discord.ALERTS,
    "buttons": test_discord.FORGED,
}


def test_the_table_is_large_and_has_harmless_twins_everywhere() -> None:
    rows = list(chain(*PARTS.values()))

    assert sum(not row.is_fine for row in rows) >= 150
    assert sum(row.is_fine for row in rows) >= 50
    assert [name for name, part in PARTS.items() if name != "ids" and not any(row.is_fine for row in part)] == []


def test_no_row_is_there_twice() -> None:
    for name, part in PARTS.items():
        assert [row for row, count in Counter(row.name for row in part).items() if count > 1] == [], name
