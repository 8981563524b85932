"""`hardware-sentry play` as a new user meets it: one command, two pages, a restock that reaches #deals once."""

from __future__ import annotations

import asyncio
import os
import time
from contextlib import suppress
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, expect

from tests.browser.playing import ARTEFACTS, play

pytestmark = [pytest.mark.browser, pytest.mark.valkey, pytest.mark.asyncio(loop_scope="module")]

READY_WITHIN = 5.0


def descendants_alive(folder: Path) -> list[str]:
    """Processes that still name the data folder on their command line."""
    alive = []
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):
            command = entry.read_bytes().replace(b"\0", b" ").decode(errors="replace")
            if str(folder) in command and int(entry.parent.name) != os.getpid():
                alive.append(command)
    return alive


async def command(page: Page, line: str) -> None:
    await page.locator("#composer").press_sequentially(line)
    await page.keyboard.press("Enter")


async def test_a_new_user_sees_a_restock_arrive_once(browser: Browser, tmp_path: Path) -> None:
    ARTEFACTS.mkdir(exist_ok=True)
    async with play(tmp_path) as program:
        chat = await browser.new_page(viewport={"width": 1200, "height": 850}, color_scheme="dark")
        await chat.goto(program.url)
        await chat.select_option("#user", "admin")

        await command(chat, "/scan jetson")
        embed = chat.locator(".embed").first
        await expect(embed).to_contain_text("Jetson Orin Nano")
        for vendor in ("Nimbus Parts", "Volt & Byte", "Pixel Depot"):
            await expect(embed).to_contain_text(vendor)
        await expect(embed.locator(".field")).to_have_count(3)
        await expect(embed).to_contain_text("Sold out")
        await chat.screenshot(path=ARTEFACTS / "play-scan.png")

        await command(chat, "/alerts subscribe product:jetson channel:#deals role:@deal-hunters")
        await expect(chat.locator(".message.ephemeral").last).to_contain_text("from now on")
        await chat.screenshot(path=ARTEFACTS / "play-subscribe.png")

        shop = await browser.new_page()
        await shop.goto(await chat.locator("#links a").first.get_attribute("href") or "")
        await shop.get_by_test_id("restock-jetson-orin-nano-nimbus-parts").click()
        pressed = time.monotonic()
        await shop.screenshot(path=ARTEFACTS / "play-shop.png")
        await chat.bring_to_front()
        await chat.locator("[data-channel=deals]").click()
        alert = chat.locator("#messages .message .embed")
        await expect(alert).to_have_count(1, timeout=10_000)
        took = time.monotonic() - pressed
        await expect(alert).to_contain_text("Back in stock")
        await chat.screenshot(path=ARTEFACTS / "play-alert.png")

        await command(chat, "/scan product:jetson fresh:true")
        await expect(chat.locator("#messages .message .embed")).to_have_count(2)
        await expect(chat.locator("#messages")).to_contain_text("read just now")
        await chat.screenshot(path=ARTEFACTS / "play-after.png")

    assert program.seconds < READY_WITHIN
    assert took < 10
    assert descendants_alive(tmp_path) == []


async def test_kill_9_leaves_no_process_behind(tmp_path: Path) -> None:
    async with play(tmp_path) as program:
        program.process.kill()
        await program.process.wait()
    end = time.monotonic() + 5
    while descendants_alive(tmp_path):
        assert time.monotonic() < end, descendants_alive(tmp_path)
        await asyncio.sleep(0)
