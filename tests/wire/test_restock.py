"""The whole way over the wire: a shop restocks, and the channel knows, once."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from alerts.domain.deliveries import ID_LENGTH
from bot.playground.play import Grounds, playground
from tests.wire.running import all_is_told, bot, next_slot_was_scanned

pytestmark = [pytest.mark.wire, pytest.mark.valkey]

JETSON, NIMBUS = "jetson-orin-nano", "Nimbus Parts"


@pytest.fixture
async def grounds(tmp_path: Path) -> AsyncIterator[Grounds]:
    async with playground(port=0, data_dir=tmp_path) as found:
        yield found


async def ask(grounds: Grounds, user: str, place: str, line: str, /, **values: object) -> dict[str, object]:
    """What the user sees in the end."""
    run = await grounds.discord.slash(user, place, line, values)
    return await run.answered(10)


async def subscribe(grounds: Grounds, **more: object) -> None:
    await ask(grounds, "admin", "general", "alerts subscribe", product=JETSON, channel="deals", **more)


def messages(grounds: Grounds, channel: str = "deals") -> list[dict[str, object]]:
    return grounds.discord.world.messages(channel)


def fields(message: dict[str, object]) -> dict[str, str]:
    (embed,) = message["embeds"]
    return {field["name"]: field["value"] for field in embed["fields"]}


async def test_scan_shows_every_vendors_price_and_stock(grounds: Grounds) -> None:
    grounds.shop.set(JETSON, NIMBUS, price="249.00", availability="out_of_stock")
    async with bot(grounds):
        answer = await ask(grounds, "member", "general", "scan", product="jetson")

    vendors = {listing["vendor"] for p in grounds.shop.products() if p["sku"] == JETSON for listing in p["listings"]}
    shown = {name.removeprefix("⭐ "): value for name, value in fields(answer).items()}
    assert {name.replace("\\", "") for name in shown} == vendors
    assert "£249.00" in shown[NIMBUS]
    assert "Sold out" in shown[NIMBUS]


async def test_a_restock_stands_in_the_channel_once_with_the_right_words(grounds: Grounds) -> None:
    async with bot(grounds):
        await subscribe(grounds, role="deal-hunters")
        grounds.shop.set(JETSON, NIMBUS, price="199.00", availability="in_stock", count=3)
        message = await grounds.discord.message_in("deals", timeout=10)
        await ask(grounds, "member", "general", "scan", product="jetson", fresh=True)
        await next_slot_was_scanned(grounds.settings.store.data_dir, JETSON)
        await all_is_told(grounds.settings.store.data_dir)

    (embed,) = message["embeds"]
    assert messages(grounds) == [message]
    assert "Back in stock" in embed["title"]
    assert "Jetson Orin Nano" in embed["title"]
    assert "£199.00" in fields(message)["Now"]
    assert "Sold out" in fields(message)["Before"]
    assert len(str(message["nonce"])) == ID_LENGTH
    assert message["mention_roles"] == [grounds.discord.world.deal_hunters.id]
    assert messages(grounds, "general") == [m for m in messages(grounds, "general") if m["interaction_metadata"]]


async def test_a_restart_tells_nothing_again_and_nothing_less(grounds: Grounds) -> None:
    async with bot(grounds):
        await subscribe(grounds)
    grounds.shop.set(JETSON, NIMBUS, availability="in_stock")
    async with bot(grounds):
        first = await grounds.discord.message_in("deals", timeout=10)
    async with bot(grounds):
        await next_slot_was_scanned(grounds.settings.store.data_dir, JETSON)
        await all_is_told(grounds.settings.store.data_dir)

    assert messages(grounds) == [first]


async def test_a_captcha_and_a_dead_shop_are_no_news(grounds: Grounds) -> None:
    async with bot(grounds):
        await subscribe(grounds, kinds="Everything")
        for listing in next(p for p in grounds.shop.products() if p["sku"] == JETSON)["listings"]:
            grounds.shop.fault(JETSON, listing["vendor"], "captcha")
        answer = await ask(grounds, "member", "general", "scan", product="jetson", fresh=True)
        await all_is_told(grounds.settings.store.data_dir)

    assert messages(grounds) == []
    assert "blocked" in str(answer)


async def test_discord_that_drops_the_answer_after_posting_gets_it_once(grounds: Grounds) -> None:
    async with bot(grounds):
        await subscribe(grounds)
        grounds.discord.faults.add("POST", "/channels/*/messages", mode="created_then_drop", times=2)
        grounds.shop.set(JETSON, NIMBUS, availability="in_stock")
        message = await grounds.discord.message_in("deals", timeout=10)
        await all_is_told(grounds.settings.store.data_dir)

    assert messages(grounds) == [message]


async def test_commands_are_uploaded_only_when_they_changed(grounds: Grounds) -> None:
    for _ in range(2):
        async with bot(grounds):
            pass

    uploads = [r for r in grounds.discord.requests if r.method == "PUT" and r.path.endswith("/commands")]
    assert len(uploads) == 1


async def test_watches_are_added_listed_and_removed(grounds: Grounds) -> None:
    async with bot(grounds):
        added = await ask(grounds, "admin", "general", "watch add", product="jetson")
        again = await ask(grounds, "admin", "general", "watch add", product="jetson")
        listed = await ask(grounds, "admin", "general", "watch list")
        removed = await ask(grounds, "admin", "general", "watch remove", product="jetson")

    assert "Watching" in str(added["content"])
    assert "watched already" in str(again["content"])
    assert "Jetson Orin Nano" in str(listed["embeds"])
    assert "No longer watching" in str(removed["content"])


async def test_an_alert_is_listed_and_ended_by_picking_it(grounds: Grounds) -> None:
    async with bot(grounds):
        await subscribe(grounds)
        listed = await ask(grounds, "admin", "general", "alerts list")
        (choice,) = await grounds.discord.autocomplete(
            "admin", "general", "alerts unsubscribe", {"alert": "jet"}, focused="alert"
        )
        ended = await ask(grounds, "admin", "general", "alerts unsubscribe", alert=choice["value"])
        empty = await ask(grounds, "admin", "general", "alerts list")

    assert "Jetson Orin Nano" in str(listed["embeds"])
    assert choice["name"].endswith("→ #deals")
    assert "no longer hears" in str(ended["content"])
    assert "Nothing yet" in str(empty["embeds"])


async def test_history_is_a_chart_in_words_too_and_its_buttons_change_it(grounds: Grounds) -> None:
    async with bot(grounds):
        await ask(grounds, "member", "general", "scan", product="jetson")
        grounds.shop.set(JETSON, NIMBUS, price="211.00", availability="in_stock")
        await ask(grounds, "member", "general", "scan", product="jetson", fresh=True)
        answer = await ask(grounds, "member", "general", "history", product="jetson", vendor=NIMBUS)
        buttons = [each for row in answer["components"] for each in row["components"]]
        pressed = await grounds.discord.press("member", answer, buttons[0]["custom_id"])
        after = await pressed.answered(10)

    for shown, label in ((answer, "30 d"), (after, "24 h")):
        (embed,), (image,) = shown["embeds"], shown["attachments"]
        newest, oldest = embed["fields"][1]["value"].splitlines()
        assert "£211.00" in newest
        assert "In stock" in newest
        assert "Sold out" in oldest
        assert image["filename"] == "history.png"
        assert str(image["description"]).startswith("Chart of the price and stock of Jetson Orin Nano")
        assert [each["label"] for row in shown["components"] for each in row["components"] if each["style"] == 1] == [
            label
        ]
    assert after["id"] == answer["id"]


async def test_typing_finds_products(grounds: Grounds) -> None:
    async with bot(grounds):
        choices = await grounds.discord.autocomplete("member", "general", "scan", {"product": "jet"}, focused="product")

    assert [choice["value"] for choice in choices][:1] == [JETSON]


async def test_an_unknown_product_is_answered_in_words_for_the_asker_alone(grounds: Grounds) -> None:
    async with bot(grounds):
        answer = await ask(grounds, "member", "general", "scan", product="toaster")

    assert "I know no product called “toaster”" in str(answer["content"])
    assert int(str(answer["flags"])) & 64


async def test_a_channel_the_bot_may_not_write_in_is_refused_with_the_missing_permission(grounds: Grounds) -> None:
    world = grounds.discord.world
    async with bot(grounds):
        world.deny("deals", world.bot, 1 << 11)
        answer = await ask(grounds, "admin", "general", "alerts subscribe", product=JETSON, channel="deals")

    assert "I lack Send Messages" in str(answer["content"])


async def test_the_alert_lives_and_says_at_last_that_it_has_sold_out(grounds: Grounds) -> None:
    async with bot(grounds):
        await subscribe(grounds, role="deal-hunters")
        grounds.shop.set(JETSON, NIMBUS, price="199.00", availability="in_stock")
        posted = await grounds.discord.message_in("deals", timeout=10)
        grounds.shop.set(JETSON, NIMBUS, price="189.00", availability="out_of_stock")
        closed = await grounds.discord.message_in("deals", 15, lambda m: "Sold out after" in str(m["embeds"]))

    assert closed["id"] == posted["id"]
    assert len(messages(grounds)) == 1
    assert "Volt & Byte" in fields(closed)["Also in stock"]
