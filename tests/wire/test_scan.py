"""/scan over the wire: a photo, the buttons, and nothing left of whoever asked."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from redis.asyncio import Redis

from alerts.settings.model import Settings
from alerts.store.embedded import Embedded
from bot.playground.play import Grounds, playground
from tests.pictures import barcode, photo, saved
from tests.wire.running import bot

pytestmark = [pytest.mark.wire, pytest.mark.valkey]

JETSON, NIMBUS, GTIN = "jetson-orin-nano", "Nimbus Parts", "4006381333931"


@pytest.fixture
async def grounds(tmp_path: Path) -> AsyncIterator[Grounds]:
    async with playground(port=0, data_dir=tmp_path) as found:
        products = [
            {**each, "gtin": GTIN} if each["sku"] == JETSON else each
            for each in found.settings.model_dump(mode="json")["products"]
        ]
        settings = Settings.model_validate({**found.settings.model_dump(), "products": products})
        yield replace(found, settings=settings)


def controls(message: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {each.get("label", ""): each for row in message["components"] for each in row["components"]}


async def test_a_photo_finds_the_product_and_refresh_changes_the_message_for_all(grounds: Grounds) -> None:
    picture = ("box.jpg", saved(photo(barcode(GTIN)), "JPEG"))
    grounds.shop.set(JETSON, NIMBUS, price="249.00", availability="in_stock")
    async with bot(grounds):
        run = await grounds.discord.slash("member", "general", "scan", {"photo": picture})
        message = await run.answered(10)
        assert "Jetson Orin Nano" in message["embeds"][0]["title"]

        refresh = controls(message)["Refresh"]["custom_id"]
        pressed = await grounds.discord.press("admin", message, refresh)
        await pressed.acknowledged()

    assert {"Refresh", "History", "Alert me", NIMBUS} <= set(controls(message))
    assert not int(message["flags"]) & 64


async def test_a_button_of_another_version_is_answered_over_the_wire_too(grounds: Grounds) -> None:
    async with bot(grounds):
        run = await grounds.discord.slash("member", "general", "scan", {"product": "jetson"})
        message = await run.answered(10)
        controls(message)["Refresh"]["custom_id"] = "hs:scan:again:jetson"
        pressed = await grounds.discord.press("member", message, "hs:scan:again:jetson")
        answer = await pressed.answered(5)

    assert "older version; use `/scan`" in answer["content"]


async def test_a_scan_leaves_nothing_about_a_server_or_a_person(grounds: Grounds) -> None:
    async with bot(grounds):
        for asked in ({"product": "jetson"}, {"product": "jetson, toaster"}, {"photo": ("x.txt", b"x")}):
            await (await grounds.discord.slash("member", "general", "scan", asked)).answered(10)
        async with Redis.from_url(Embedded(grounds.settings.store.data_dir).url, decode_responses=True) as redis:
            left = [key async for key in redis.scan_iter("*")]

    assert [key for key in left if re.match(r"hs:\{g\d", key)] == []
    assert [key for key in left if grounds.discord.world.member.id in key] == []
