"""`hardware-sentry play` and its two pages, for journeys: what a person does there, and pictures of what they see."""

from __future__ import annotations

import asyncio
import re
import signal
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from playwright.async_api import Browser, Locator, Page, expect

from tests.waiting import eventually

ARTEFACTS = Path(__file__).parents[2] / "artefacts"
DESK, PHONE = {"width": 1100, "height": 760}, {"width": 360, "height": 740}
AT_THE_NEWEST = "(s => s.scrollHeight - s.scrollTop - s.clientHeight < 2)(document.querySelector('#scroll'))"
NEWS_WITHIN = 15_000
"""Milliseconds: a shop is looked at every two seconds, and a restock is looked at twice."""


@dataclass(frozen=True, slots=True)
class Program:
    """The program as it runs."""

    url: str
    process: asyncio.subprocess.Process
    seconds: float
    """How long it took until it named its address."""


@asynccontextmanager
async def play(folder: Path) -> AsyncIterator[Program]:
    """Start it as a person does, with its memory in the folder; end it as Ctrl-C does."""
    started = time.monotonic()
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", "play", "--port", "0", "--no-browser", "--data-dir", str(folder),
        stdout=asyncio.subprocess.PIPE, start_new_session=True,
    )  # fmt: skip
    assert process.stdout
    try:
        line = (await asyncio.wait_for(process.stdout.readline(), 30)).decode()
        found = re.search(r"http://127\.0\.0\.1:\d+", line)
        assert found, line
        yield Program(found[0], process, time.monotonic() - started)
    finally:
        with suppress(ProcessLookupError):
            process.send_signal(signal.SIGINT)
        await asyncio.wait_for(process.wait(), 30)


@asynccontextmanager
async def chat_page(browser: Browser, url: str) -> AsyncIterator[Chat]:
    """The chat page in a browser of its own; a fault in the page's own code fails the test."""
    page = await browser.new_page(color_scheme="dark", viewport=DESK)
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda line: faults.append(line.text) if line.type == "error" else None)
    page.set_default_timeout(8000)
    await page.goto(url)
    await page.wait_for_selector("#status.here")
    yield Chat(page)
    await page.close()
    assert faults == []


class Chat:
    """The chat page, as one person uses it."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.composer = page.locator("#composer")
        self.messages = page.locator("#messages .message:not(.run)")
        self.last = self.messages.last
        self.suggestions = page.locator("#picker [role=option], .suggestions [role=option]")

    async def type(self, text: str) -> None:
        """Into the message box, key by key."""
        await self.composer.press_sequentially(text)

    async def command(self, line: str) -> Locator:
        """Send a command as typed; its answer, once it is more than "thinking"."""
        known = await self.messages.count()
        await self.type(line)
        await self.page.keyboard.press("Enter")
        return await self.answer(known)

    async def press(self, message: Locator, name: str) -> Locator:
        """Press a button that answers with a message of its own; that answer."""
        known = await self.messages.count()
        await message.get_by_role("button", name=name).click()
        return await self.answer(known)

    async def answer(self, known: int) -> Locator:
        """The message that came after so many."""
        await expect(self.messages).to_have_count(known + 1)
        answer = self.page.locator(f"#{await self.messages.nth(known).get_attribute('id')}")
        await expect(answer.locator(".thinking")).to_have_count(0)
        return answer

    async def go(self, channel: str) -> None:
        """Open a channel by its name; `direct` is the bot's direct messages."""
        await self.page.locator(f"[data-channel={channel}]").click()
        await expect(self.page.locator(f"[data-channel={channel}]")).to_have_attribute("aria-current", "page")

    async def tab_to(self, control: Locator, *, backwards: bool = False) -> None:
        """Go to a control with the Tab key alone."""
        for _ in range(60):
            if await control.evaluate("(node) => node === document.activeElement"):
                return
            await self.page.keyboard.press("Shift+Tab" if backwards else "Tab")
        raise AssertionError("the Tab key does not get there")

    async def look(self, name: str) -> None:
        """Keep what is on the screen: on a desk in the dark, and on a phone in the light.

        All of it has room on the phone, and the newest message stays in sight when the window changes.
        """
        folder = ARTEFACTS / "journeys"
        folder.mkdir(parents=True, exist_ok=True)
        await self.page.screenshot(path=folder / f"{name}-desk-dark.png")
        await self._shown("light", PHONE)
        await eventually(lambda: self.page.evaluate(AT_THE_NEWEST))
        await self.page.screenshot(path=folder / f"{name}-phone-light.png")
        wide = await self.page.evaluate("document.documentElement.scrollWidth")
        await self._shown("dark", DESK)
        assert wide == PHONE["width"]

    async def nameless(self) -> list[str]:
        """The controls that nobody who listens to the page could tell from each other."""
        found: list[str] = await self.page.evaluate(
            """() => [...document.querySelectorAll('button, input, select, textarea, summary, a, img, [role=listbox]')]
              .filter((node) => node.checkVisibility() && !(node.getAttribute('aria-label') || node.getAttribute('alt')
                || node.querySelector('img[alt]:not([alt=""])') || node.labels?.[0]?.textContent.trim()
                || node.textContent.trim() && !['SELECT', 'TEXTAREA'].includes(node.tagName)))
              .map((node) => node.outerHTML)"""
        )
        return found

    async def shop(self) -> Shop:
        """The demo shop's page, by the link in the header."""
        async with self.page.context.expect_page() as opening:
            await self.page.locator("#links a").first.click()
        return Shop(await opening.value)

    async def _shown(self, scheme: Literal["dark", "light"], size: dict[str, int]) -> None:
        await self.page.emulate_media(color_scheme=scheme)
        await self.page.set_viewport_size({"width": size["width"], "height": size["height"]})


class Shop:
    """The demo shop's control page."""

    def __init__(self, page: Page) -> None:
        self.page = page

    async def press(self, name: str) -> None:
        """Press a button by its name, and wait until the shop says that it has done so."""
        await self.page.get_by_role("button", name=name).click()
        await expect(self.page.get_by_test_id("said")).to_have_class(re.compile("shown"))

    async def close(self) -> None:
        """Back to the chat."""
        await self.page.close()
