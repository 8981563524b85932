"""Asking why, over the wire: of a silence, of an alert, and from an alert's own menu."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.playground.play import Grounds, playground
from tests.wire.running import all_is_told, bot

pytestmark = [pytest.mark.wire, pytest.mark.valkey]

JETSON, NIMBUS = "jetson-orin-nano", "Nimbus Parts"
EPHEMERAL = 64


@pytest.fixture
async def grounds(tmp_path: Path) -> AsyncIterator[Grounds]:
    async with playground(port=0, data_dir=tmp_path) as found:
        yield found


async def ask(grounds: Grounds, user: str, line: str, /, **values: object) -> dict[str, object]:
    """What the user sees in the end."""
    run = await grounds.discord.slash(user, "general", line, values)
    return await run.answered(10)


async def restocked(grounds: Grounds) -> dict[str, object]:
    """An alert that stands in #deals, with all that was to be done for it done."""
    await ask(grounds, "admin", "alerts subscribe", product=JETSON, channel="deals")
    grounds.shop.set(JETSON, NIMBUS, price="199.00", availability="in_stock")
    message = await grounds.discord.message_in("deals", timeout=10)
    await all_is_told(grounds.settings.store.data_dir)
    return message


def alert_of(message: dict[str, object]) -> str:
    (embed,) = message["embeds"]
    return str(embed["footer"]["text"]).removeprefix("Alert ")


def said(answer: dict[str, object]) -> str:
    """The stages, in the order they are shown."""
    (embed,) = answer["embeds"]
    return "\n".join(field["value"] for field in embed["fields"])


STAGES = ("Read", "Confirmed", "Compared", "Matched", "Queued", "Sent")


def in_this_order(text: str, *wanted: str) -> bool:
    places = [text.find(f"{word}**") for word in wanted]
    return -1 not in places and places == sorted(places)


async def test_a_product_nobody_looked_at_is_explained_to_a_member_alone(grounds: Grounds) -> None:
    async with bot(grounds):
        answer = await ask(grounds, "member", "why", product="jetson")

    (embed,) = answer["embeds"]
    assert int(str(answer["flags"])) & EPHEMERAL
    assert "Jetson Orin Nano" in embed["title"]
    assert "Nobody here subscribed to it" in embed["description"]
    assert "Nobody has looked at it yet" in embed["description"]
    assert not embed.get("fields")


async def test_a_product_that_keeps_still_says_since_when(grounds: Grounds) -> None:
    grounds.shop.set(JETSON, NIMBUS, price="249.00", availability="out_of_stock")
    async with bot(grounds):
        await ask(grounds, "member", "scan", product="jetson")
        answer = await ask(grounds, "member", "why", product="jetson")

    assert "Nothing changed: out of stock at £249.00. Since <t:" in answer["embeds"][0]["description"]


async def test_an_alert_is_explained_by_its_list_and_by_its_menu(grounds: Grounds) -> None:
    async with bot(grounds):
        message = await restocked(grounds)
        (choice,) = await grounds.discord.autocomplete("member", "general", "why", {"alert": "jet"}, focused="alert")
        by_list = await ask(grounds, "member", "why", alert=choice["value"])
        run = await grounds.discord.message_command("member", message, "Why this alert?")
        by_menu = await run.answered(10)
        of_product = await ask(grounds, "member", "why", product=JETSON)

    assert choice["value"] == alert_of(message)
    assert "Back in stock: Jetson Orin Nano" in choice["name"]
    assert in_this_order(said(by_list), *STAGES)
    assert by_menu["embeds"] == by_list["embeds"]
    assert int(str(by_menu["flags"])) & EPHEMERAL
    assert said(by_list) in said(of_product)


async def test_an_unknown_alert_and_another_message_are_answered_in_words(grounds: Grounds) -> None:
    async with bot(grounds):
        unknown = await ask(grounds, "member", "why", alert="abcdefghijklmnopqrstuvwx")
        neither = await ask(grounds, "member", "why")
        hello = grounds.discord.say("member", "general", "hello")
        run = await grounds.discord.message_command("member", hello, "Why this alert?")
        other = await run.answered(10)

    assert "There is no such alert here" in str(unknown["content"])
    assert "Choose an alert or a product" in str(neither["content"])
    assert "no alert of mine" in str(other["content"])
