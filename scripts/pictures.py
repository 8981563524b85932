"""Take the pictures of the README and the documents from the playground: `python -m scripts.pictures`.

The real bot against the Discord-compatible server and the demo shop, in a real browser (Chromium, from the PATH).
"""

from __future__ import annotations

import asyncio
import shutil
import sys
import tempfile
from pathlib import Path

from playwright.async_api import Browser, async_playwright, expect

from tests.browser.conftest import FLAGS, NAMES
from tests.browser.playing import NEWS_WITHIN, Chat, chat_page, play

FOLDER = Path(__file__).parents[1] / "docs" / "pictures"
_PAGE = {"width": 900, "height": 640}


async def taken(browser: Browser, url: str) -> None:
    """A scan, the demo shop, a restock as it is told, why, and the set-up."""
    async with chat_page(browser, url) as chat:
        await chat.page.set_viewport_size({"width": _PAGE["width"], "height": _PAGE["height"]})
        await chat.page.select_option("#user", "admin")
        await chat.command("/scan jetson")
        await _kept(chat, "scan")
        await chat.command("/alerts subscribe product:jetson channel:#deals role:@deal-hunters")
        shop = await chat.shop()
        await shop.page.set_viewport_size({"width": _PAGE["width"], "height": _PAGE["height"]})
        await shop.page.screenshot(path=FOLDER / "shop.png")
        await chat.go("deals")
        known = await chat.messages.count()
        await shop.page.get_by_test_id("restock-jetson-orin-nano-nimbus-parts").click()
        await expect(chat.messages).to_have_count(known + 1, timeout=NEWS_WITHIN)
        await _kept(chat, "alert")
        await chat.command("/why product:jetson")
        await _kept(chat, "why")
        await chat.go("general")
        await chat.command("/setup")
        await _kept(chat, "setup")
        await shop.close()


async def _kept(chat: Chat, name: str) -> None:
    await chat.page.wait_for_load_state("networkidle")
    await chat.page.screenshot(path=FOLDER / f"{name}.png")


async def _all() -> None:
    found = next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        raise SystemExit(f"there is no browser on the PATH; install one of {', '.join(NAMES)}")
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        async with play(Path(folder)) as program, async_playwright() as playwright:
            browser = await playwright.chromium.launch(executable_path=found, args=FLAGS)
            await taken(browser, program.url)
            await browser.close()


def main() -> int:
    """Take them all anew."""
    asyncio.run(_all())
    for picture in sorted(FOLDER.glob("*.png")):
        print(f"{picture.name}: {picture.stat().st_size // 1024} KB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
