"""/alerts quiet-hours, digest, snooze."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.sim.alerting import ask, subscribe, the_one
from tests.sim.world import World


async def test_quiet_hours_are_by_the_servers_clock_unless_told(world: World) -> None:
    await world.parts.guilds.change(world.guild.id, timezone="Europe/Berlin")
    await subscribe(world)
    alert = (await the_one(world)).id
    said = await ask(world, "quiet-hours", alert=alert, **{"from": "22:00", "to": "07:00"})
    quiet = (await the_one(world)).quiet
    off_again = await ask(world, "quiet-hours", alert=alert)

    assert "Quiet hours: 22:00 to 07:00 (Europe/Berlin)." in said
    assert quiet
    assert quiet.timezone == "Europe/Berlin"
    assert "Quiet hours are off." in off_again
    assert (await the_one(world)).quiet is None


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"from": "22:00"}, "Quiet hours need both ends"),
        ({"from": "25:00", "to": "07:00"}, "not a time of day"),
        ({"from": "07:00", "to": "07:00"}, "same time"),
        ({"from": "22:00", "to": "07:00", "timezone": "Mars/Base"}, "not a timezone"),
    ],
)
async def test_quiet_hours_that_cannot_be_are_refused(options: dict[str, str], words: str, world: World) -> None:
    await subscribe(world)
    before = await the_one(world)

    assert words in await ask(world, "quiet-hours", alert=before.id, **options)
    assert await the_one(world) == before


async def test_timezones_are_suggested_the_servers_own_first(world: World) -> None:
    await world.parts.guilds.change(world.guild.id, timezone="Europe/Berlin")
    first = await world.admin.autocomplete(world.channel, "alerts quiet-hours", "timezone", "")
    typed = await world.admin.autocomplete(world.channel, "alerts digest", "timezone", "new york")

    assert first[0]["value"] == "Europe/Berlin"
    assert len(first) == 25
    assert [each["value"] for each in typed] == ["America/New_York"]


@pytest.mark.parametrize(
    ("options", "digest", "words"),
    [
        ({"every": "hourly"}, "hourly", "Gathered: hourly."),
        ({"every": "daily", "at": "18:00"}, "daily", "daily 18:00 (Europe/Berlin)"),
        ({"every": "weekly", "day": "fri"}, "weekly", "weekly fri 09:00 (Europe/Berlin)"),
    ],
)
async def test_a_digest_is_chosen(options: dict[str, str], digest: str, words: str, world: World) -> None:
    await world.parts.guilds.change(world.guild.id, timezone="Europe/Berlin")
    await subscribe(world)
    said = await ask(world, "digest", alert="all", **options)
    found = (await the_one(world)).digest

    assert words in said
    assert found
    assert found.every == digest
    assert "at once again" in await ask(world, "digest", alert="all", every="off")
    assert (await the_one(world)).digest is None


async def test_a_snooze_ends_by_itself_or_when_told(world: World) -> None:
    await subscribe(world)
    alert, now = (await the_one(world)).id, world.env.now()
    await ask(world, "snooze", alert=alert, duration="4h")
    until = (await the_one(world)).snooze_until
    woken = await ask(world, "snooze", alert=alert, duration="off")

    assert until
    assert timedelta(0) <= until - now - timedelta(hours=4) < timedelta(minutes=1)
    assert "Awake again" in woken
    assert (await the_one(world)).snooze_until is None


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({}, "one of the two"),
        ({"duration": "1h", "until": "18:00"}, "one of the two"),
        ({"until": "soon"}, "is not a time"),
        ({"until": "2020-01-01"}, "is over already"),
    ],
)
async def test_a_snooze_that_cannot_be_is_refused(options: dict[str, str], words: str, world: World) -> None:
    await subscribe(world)

    assert words in await ask(world, "snooze", alert="all", **options)
    assert (await the_one(world)).snooze_until is None


async def test_all_of_none_is_said_to_be_none(world: World) -> None:
    assert "There is no alert here yet" in await ask(world, "snooze", alert="all", duration="1h")
