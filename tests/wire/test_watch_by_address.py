"""A product added by its address in one process is scanned by another, and its restock is told by the guild's name."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from alerts.settings.model import Settings
from bot.app import Role, serve
from bot.playground.play import Grounds, playground
from tests.servers import binary_of, serving

pytestmark = [pytest.mark.wire, pytest.mark.valkey]

JETSON, NIMBUS = "jetson-orin-nano", "Nimbus Parts"


@pytest.fixture
async def grounds(tmp_path: Path) -> AsyncIterator[Grounds]:
    async with playground(port=0, data_dir=tmp_path) as found:
        yield found


def told(grounds: Grounds, url: str) -> Settings:
    """A store that several processes share, and a configuration that does not offer the jetson."""
    whole = grounds.settings
    products = tuple(each for each in whole.products if each.sku != JETSON)
    return whole.model_copy(update={"products": products, "store": whole.store.model_copy(update={"url": url})})


def address(grounds: Grounds) -> str:
    product = next(each for each in grounds.shop.products() if each["sku"] == JETSON)
    return str(next(each["url"] for each in product["listings"] if each["vendor"] == NIMBUS))


async def ask(grounds: Grounds, place: str, line: str, /, **values: object) -> dict[str, Any]:
    run = await grounds.discord.slash("admin", place, line, values)
    return await run.answered(10)


async def test_what_one_process_adds_another_scans_and_the_channel_hears_of_it(
    grounds: Grounds, tmp_path: Path
) -> None:
    binary = binary_of("valkey")
    assert binary
    stop = asyncio.Event()
    with serving(binary, tmp_path) as url:
        settings = told(grounds, url)
        works = [
            asyncio.create_task(serve(settings, roles, stop=stop))
            for roles in (frozenset({Role.BOT}), frozenset({Role.SCHEDULER, Role.WORKER}))
        ]
        try:
            await grounds.bot_is_there()
            shown = await ask(
                grounds, "general", "watch add", product=f"{address(grounds)}?utm_source=x#a", name="Robot", tier="hot"
            )
            assert "Sold out" in str(shown["embeds"])
            keep = next(b for row in shown["components"] for b in row["components"] if b["label"] == "Keep")
            pressed = await grounds.discord.press("admin", shown, keep["custom_id"])
            kept = await pressed.answered(10)
            assert "Watching **Robot** (hot tier)" in str(kept["content"])

            await ask(grounds, "general", "alerts subscribe", product="robot", channel="deals")
            grounds.shop.set(JETSON, NIMBUS, price="199.00", availability="in_stock", count=3)
            message = await grounds.discord.message_in("deals", timeout=20)
        finally:
            stop.set()
            await asyncio.gather(*works)

    (embed,) = message["embeds"]
    assert "Back in stock" in embed["title"]
    assert "Robot" in embed["title"]


async def test_no_address_leads_into_the_network_of_the_operator(grounds: Grounds, tmp_path: Path) -> None:
    binary = binary_of("valkey")
    assert binary
    stop = asyncio.Event()
    with serving(binary, tmp_path) as url:
        work = asyncio.create_task(serve(told(grounds, url), frozenset({Role.BOT}), stop=stop))
        try:
            await grounds.bot_is_there()
            for inside in (
                "http://169.254.169.254/latest/meta-data/",
                "http://[::1]/",
                "http://127.0.0.1/",
                "http://10.0.0.1:8080/x",
            ):
                answer = await ask(grounds, "general", "watch add", product=inside)
                assert "I cannot watch that page" in str(answer["content"]), inside
                assert not answer.get("components")
        finally:
            stop.set()
            await work
