"""/scan by age, and while the store does not answer."""

from __future__ import annotations

from typing import Any

import pytest

from alerts.domain.errors import StoreUnavailable
from tests.sim.test_scan import embed_of, scan
from tests.sim.world import World, shown
from tests.worlds import IN, offer


def put_away(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every question to the store that /scan asks be refused, as by a server that is gone."""

    async def refused(*_: Any, **__: Any) -> Any:
        raise StoreUnavailable("The store does not answer.")

    for name in ("snapshot", "lock", "added_products", "watches", "guild_settings"):
        monkeypatch.setattr(world.store, name, refused)


async def test_what_was_seen_last_is_shown_as_such_while_the_store_is_away(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await world.sells(Acme=offer(IN, "61.20"))
    assert "From memory" in shown(await scan(world, "pi5"))
    put_away(world, monkeypatch)
    await world.pass_time(10)

    for fresh in (False, True):
        said = embed_of(await scan(world, "pi5", fresh=fresh)).description or ""
        assert "Stale: my memory does not answer. This is what I saw last, <t:" in said
        assert "£61.20" in said


async def test_of_what_was_never_seen_it_is_said_that_memory_is_away(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await world.sells(Acme=offer(IN, "61.20"))
    await scan(world, "pi5")
    put_away(world, monkeypatch)
    await world.pass_time(10)

    assert "emory" in shown(await scan(world, "deck"))


async def test_an_older_answer_says_that_the_shops_are_being_read_again(world: World) -> None:
    await world.sells(Acme=offer(IN, "61.20"))
    await world.pass_time(20 * 60)

    older = embed_of(await scan(world, "pi5")).description or ""
    young = embed_of(await scan(world, "pi5")).description or ""

    assert "From memory: the shops were read <t:" in older
    assert "They are being read again right now." in older
    assert "again" not in young


async def test_one_past_its_time_waits_for_the_shops(world: World) -> None:
    await world.sells(Acme=offer(IN, "61.20"))
    await world.pass_time(60 * 60)

    assert "Fresh: the shops were read just now" in shown(await scan(world, "pi5"))
