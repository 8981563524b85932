"""The self-test of the way out: it finds a door that lets anything through, and asks nothing outside loopback."""

from __future__ import annotations

import pytest

from alerts.clock import SystemClock
from alerts.reading.web import guard
from alerts.settings.model import Settings
from bot.doctor import door
from bot.doctor.findings import Level
from bot.root import doctor


async def test_the_real_door_refuses_the_whole_table() -> None:
    [found] = await doctor._way_out(Settings(), SystemClock())

    assert found.level is Level.FINE, found.seen


@pytest.mark.parametrize("hole", ["127.0.0.1", "169.254.169.254", "10.0.0.1"])
async def test_a_hole_in_the_guard_is_found(hole: str, monkeypatch: pytest.MonkeyPatch) -> None:
    before = guard.is_public

    def is_public(address: str) -> bool:
        if address == hole != "127.0.0.1":
            raise OSError("asked for, but nobody goes there")  # the guard would have let it through
        return address == hole or before(address)

    monkeypatch.setattr(guard, "is_public", is_public)
    [found] = await doctor._way_out(Settings(), SystemClock())

    assert found.level is Level.FAIL
    assert hole in found.seen
    assert "report this" in found.cure


async def test_a_door_that_only_fails_is_not_one_that_refuses() -> None:
    async def fails(_: str) -> door.Came:
        return door.Came.FAILED

    async with door.trap() as trap:
        [found] = await door.refuses({"reading": fails}, trap)

    assert found.level is Level.FAIL


async def test_what_reaches_the_trap_is_open_whatever_the_door_says() -> None:
    async with door.trap() as trap:

        async def lies(_: str) -> door.Came:
            trap.hits.append("here")
            return door.Came.REFUSED

        [found] = await door.refuses({"reading": lies}, trap)

    assert found.level is Level.FAIL


def test_the_table_has_every_kind_of_address() -> None:
    found = [url for url, _ in door.table(8000)]

    for part in ("127.0.0.1", "2130706433", "0x7f000001", "0177.0.0.1", "::ffff:127.0.0.1", "①②⑦", "169.254.169.254",
                 "inside.invalid", "file://", "@127.0.0.1", ":22/"):  # fmt: skip
        assert any(part in url for url in found), part
