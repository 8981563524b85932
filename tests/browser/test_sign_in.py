"""Signing in to the dashboard as people do it, through the playground, with pictures under `artefacts/dashboard`."""

from __future__ import annotations

import asyncio
import re
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from tests.browser.dashboards import pictured
from tests.browser.playing import ARTEFACTS, DESK, play

pytestmark = [pytest.mark.browser, pytest.mark.valkey, pytest.mark.asyncio(loop_scope="module")]
ADMIN, MEMBER = "Admin", "Member"


@dataclass(frozen=True, slots=True)
class Site:
    """The dashboard of a running `play`."""

    url: str
    chat: str
    data_dir: Path


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def site(tmp_path_factory: pytest.TempPathFactory, browser: Browser) -> AsyncIterator[Site]:
    folder = tmp_path_factory.mktemp("play")
    async with play(folder) as running:
        chat = await browser.new_page()
        await chat.goto(running.url)
        url = await chat.get_by_role("link", name="Dashboard").get_attribute("href")
        await chat.close()
        assert url
        assert running.process.stdout
        assert url.rstrip("/") in (await running.process.stdout.readline()).decode()
        yield Site(url.rstrip("/"), running.url, folder)


@asynccontextmanager
async def window(browser: Browser) -> AsyncIterator[Page]:
    """A browser of one's own; a fault in a page, or anything that its policy forbids, fails the test."""
    context = await browser.new_context(viewport=DESK, color_scheme="dark")
    page = await context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda line: faults.append(line.text) if line.type == "error" else None)
    page.set_default_timeout(8000)
    yield page
    await context.close()
    # A page that says "403" or "404" is one that the browser counts as an error.
    assert [each for each in faults if "Failed to load resource" not in each] == []


async def look(page: Page, name: str) -> None:
    """Every state is pictured and looked at."""
    await pictured(page, f"door-{name}", is_whole=False)
    await page.emulate_media(color_scheme="dark")
    await page.set_viewport_size({"width": DESK["width"], "height": DESK["height"]})


async def sign_in(page: Page, site: Site, person: str, *, press: str = "Authorize") -> None:
    await page.goto(f"{site.url}/sign-in")
    await page.get_by_role("button", name="Sign in with Discord").click()
    await page.get_by_label(person, exact=True).check()
    await page.get_by_role("button", name=press).click()


async def test_an_admin_signs_in_through_discord_by_keyboard_alone(browser: Browser, site: Site) -> None:
    async with window(browser) as page:
        await page.goto(site.url)
        await expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
        await look(page, "sign-in")
        await page.goto(page.url)
        await page.keyboard.press("Tab")
        await expect(page.get_by_role("link", name="Skip to content")).to_be_focused()
        await page.screenshot(path=ARTEFACTS / "dashboard" / "door-skip-link.png")
        await page.keyboard.press("Tab")
        await page.keyboard.press("Tab")
        await expect(page.get_by_role("button", name="Sign in with Discord")).to_be_focused()
        await page.keyboard.press("Enter")

        await expect(page.get_by_role("heading")).to_contain_text("wants to know who you are")
        await look(page, "discord")
        await page.get_by_label(ADMIN, exact=True).focus()
        await page.keyboard.press("Space")
        await page.keyboard.press("Tab")
        await page.keyboard.press("Enter")

        await expect(page).to_have_url(re.compile(re.escape(site.url) + r"/g/\d+/$"))


async def test_a_member_without_rights_is_told_so_and_can_sign_out(browser: Browser, site: Site) -> None:
    async with window(browser) as page:
        await sign_in(page, site, MEMBER)

        await expect(page.get_by_role("heading", name="No server to show")).to_be_visible()
        await expect(page.get_by_text("Manage Server")).to_be_visible()
        await look(page, "member")
        await page.get_by_role("button", name="Sign out").click()
        await expect(page).to_have_url(f"{site.url}/sign-in")


async def test_who_cancels_at_discord_is_told_that_nothing_changed(browser: Browser, site: Site) -> None:
    async with window(browser) as page:
        await sign_in(page, site, ADMIN, press="Cancel")

        await expect(page.get_by_role("status")).to_contain_text("you have not allowed it")
        await look(page, "cancelled")


async def test_the_operators_link_opens_every_server_once(browser: Browser, site: Site) -> None:
    link = await operator_link(site)
    async with window(browser) as page:
        await page.goto(link)
        await look(page, "operator")
        await page.get_by_role("button", name="Sign in").click()
        await expect(page.get_by_role("link", name="Playground")).to_be_visible()
        await expect(page.get_by_role("link", name="Operator's own list")).to_be_visible()
        await look(page, "servers")

    async with window(browser) as page:
        await page.goto(link)
        await page.get_by_role("button", name="Sign in").click()
        await expect(page.get_by_text("was used before")).to_be_visible()
        await look(page, "used-link")


async def test_a_page_of_another_server_is_not_found(browser: Browser, site: Site) -> None:
    async with window(browser) as page:
        await sign_in(page, site, ADMIN)
        await page.goto(f"{site.url}/g/1/")

        await expect(page.get_by_role("heading", name="Not found")).to_be_visible()
        await look(page, "not-found")


async def operator_link(site: Site) -> str:
    """As the operator makes it, while the bot runs."""
    config = site.data_dir / "config.yaml"
    config.write_text(f"store: {{data_dir: {site.data_dir}}}\nweb: {{port: {site.url.rpartition(':')[2]}}}\n")
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", "dashboard", "--config", str(config), stdout=asyncio.subprocess.PIPE
    )
    out, _ = await asyncio.wait_for(process.communicate(), 30)
    assert process.returncode == 0
    return out.decode().strip()
