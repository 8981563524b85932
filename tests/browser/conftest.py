"""A headless Chromium from this machine (one for a module: starting takes a second), the playground, a small bot."""

import shutil
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, async_playwright

from bot.playground.discord.server import DiscordServer
from tests.browser.small_bot import small_bot
from tests.wire.bots import running

NAMES = ("chromium", "chromium-browser", "google-chrome")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session")
def chromium_path() -> str:
    """Where the browser is; without one these tests cannot run."""
    found = next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        pytest.skip(f"no browser: none of {', '.join(NAMES)} is on the PATH")
    return found


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser(chromium_path: str) -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        launched = await playwright.chromium.launch(executable_path=chromium_path, args=FLAGS)
        yield launched
        await launched.close()


@pytest_asyncio.fixture(loop_scope="module")
async def server() -> AsyncIterator[DiscordServer]:
    async with (
        DiscordServer(deadline=0.3, links={"Demo shop": "http://127.0.0.1:9/"}) as playground,
        running(playground, small_bot),
    ):
        yield playground


@pytest_asyncio.fixture(loop_scope="module")
async def page(browser: Browser, server: DiscordServer) -> AsyncIterator[Page]:
    """The chat page, open; a fault in the page's own code fails the test."""
    opened = await browser.new_page(color_scheme="dark", viewport={"width": 1100, "height": 760})
    faults: list[str] = []
    opened.on("pageerror", lambda error: faults.append(str(error)))
    opened.on("console", lambda line: faults.append(line.text) if line.type == "error" else None)
    opened.set_default_timeout(5000)
    await opened.goto(server.url)
    await opened.wait_for_selector("#status.here")
    yield opened
    await opened.close()
    assert faults == []
