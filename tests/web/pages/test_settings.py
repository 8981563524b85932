"""The guild's settings and its API keys, by forms."""

from __future__ import annotations

import re
from datetime import timedelta
from decimal import Decimal

import pytest

from alerts.domain.api_keys import Scope
from alerts.domain.guild import GuildSettings, Language
from tests.web.pages.house import House, Visitors, seen

AS_IT_IS = {
    "language": "en", "timezone": "UTC", "currency": "", "ephemeral_replies": "false",
    "floor_amount": str(GuildSettings().floor_amount), "floor_percent": str(GuildSettings().floor_percent),
}  # fmt: skip


async def test_settings_are_changed_together_and_each_change_is_noted(house: House, visitor: Visitors) -> None:
    changed = {**AS_IT_IS, "language": "de", "timezone": "Europe/Berlin", "currency": "eur", "floor_amount": "5"}

    assert await visitor.post("/g/1/settings", **changed) == "/g/1/settings?done=changed"

    kept = await house.parts.guilds.settings(1)
    assert (kept.language, kept.timezone, kept.currency, kept.floor_amount) == (
        Language.GERMAN, "Europe/Berlin", "EUR", Decimal(5),
    )  # fmt: skip
    assert {each[:2] for each in await house.audited()} == {
        ("setting changed", name) for name in ("language", "timezone", "currency", "floor_amount")
    }
    assert (await house.parts.guilds.settings(2)) == GuildSettings()


async def test_a_form_that_is_sent_as_it_was_shown_changes_nothing(house: House, visitor: Visitors) -> None:
    page = await visitor.get("/g/1/settings")
    shown = dict(re.findall(r'<input id="\w+" name="(\w+)"[^>]*value="([^"]*)"', page))

    assert {name: AS_IT_IS[name] for name in shown} == shown
    assert await visitor.post("/g/1/settings", **AS_IT_IS) == "/g/1/settings?done=same"
    assert await house.audited() == []


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("timezone", "Mars/Olympus", "Is not a timezone"),
        ("currency", "pounds", "Is not a currency code"),
        ("floor_amount", "-1", "Is not an amount"),
        ("floor_amount", "", "Is not an amount"),
        ("floor_percent", "101", "Is not a percentage"),
        ("language", "tlh", "Is not a language I speak"),
        ("ephemeral_replies", "maybe", "Is neither yes nor no"),
    ],
)
async def test_what_cannot_be_is_said_beside_its_field_and_nothing_is_kept(
    house: House, visitor: Visitors, field: str, value: str, words: str
) -> None:
    page = await visitor.post("/g/1/settings", status=422, **{**AS_IT_IS, "timezone": "Europe/Berlin", field: value})

    assert re.search(rf'id="fault-{field}">{words}', page)
    assert await house.parts.guilds.settings(1) == GuildSettings()


async def test_who_manages_and_where_trouble_is_told_cannot_be_changed_from_here(
    house: House, visitor: Visitors
) -> None:
    await visitor.post("/g/1/settings", **AS_IT_IS, manager_role="1", notice_channel="2", who="me")

    assert await house.parts.guilds.settings(1) == GuildSettings()


async def test_a_key_is_shown_once_and_works(house: House, visitor: Visitors) -> None:
    page = await visitor.post("/g/1/keys", status=200, name="Home Assistant", access="read", days="30")

    text = re.search(r"hs_live_\w+", page)
    assert text
    key = await house.parts.api_keys.check(text[0])
    assert key
    assert (key.guild, key.scopes, key.expires_at) == (1, (Scope.READ,), house.clock.now() + timedelta(days=30))
    listed = await visitor.get("/g/1/keys")
    assert "Home Assistant" in listed
    assert text[0] not in listed
    assert await house.audited() == [("API key created", f"Home Assistant ({key.id})", "read", 7)]


@pytest.mark.parametrize(
    ("fields", "field", "words"),
    [
        ({"name": "", "access": "read"}, "name", "An API key needs a name"),
        ({"name": "x", "access": "all"}, "access", "Choose what the key may do."),
        ({"name": "x", "access": "read", "days": "0"}, "days", "Write a whole number"),
        ({"name": "x", "access": "read", "days": "1e9"}, "days", "Write a whole number"),
        ({"name": "x", "access": "read", "days": "-1"}, "days", "Write a whole number"),
    ],
)
async def test_a_key_that_cannot_be_is_refused_beside_its_field(
    house: House, visitor: Visitors, fields: dict[str, str], field: str, words: str
) -> None:
    page = await visitor.post("/g/1/keys", status=422, **fields)

    assert re.search(rf'id="fault-{field}">{words}', page)
    assert await house.parts.api_keys.list(1) == []


async def test_one_key_too_many_is_refused_in_words(house: House, visitor: Visitors) -> None:
    for number in range(3):
        await visitor.post("/g/1/keys", status=200, name=f"k{number}", access="read")

    assert "revoke one first" in await visitor.post("/g/1/keys", status=422, name="k4", access="read")


async def test_a_key_is_replaced_once_and_revoked_at_once(house: House, visitor: Visitors) -> None:
    key, text = await house.parts.api_keys.create(1, "n", scopes=[Scope.READ])

    page = await visitor.post(f"/g/1/keys/{key.id}/rotate", status=200)
    assert "The old one works for another 1 d." in seen(page)
    again = await visitor.post(f"/g/1/keys/{key.id}/rotate", status=422)
    assert "was replaced already" in again
    await visitor.post(f"/g/1/keys/{key.id}/revoke")

    assert await house.parts.api_keys.check(text) is None
    assert [each[0] for each in await house.audited()] == ["API key revoked", "API key replaced"]


@pytest.mark.parametrize("act", ["rotate", "revoke"])
async def test_another_guilds_key_is_not_there(house: House, visitor: Visitors, act: str) -> None:
    key, text = await house.parts.api_keys.create(2, "theirs", scopes=[Scope.READ])

    await visitor.post(f"/g/1/keys/{key.id}/{act}", status=404)

    assert "theirs" not in await visitor.get("/g/1/keys")
    assert await house.parts.api_keys.check(text)
