"""The demo shop's control page in a real browser."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from bot.playground.shop import DemoShop

JETSON = "jetson-orin-nano-nimbus-parts"

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]


@pytest_asyncio.fixture(loop_scope="module")
async def shop() -> AsyncIterator[DemoShop]:
    """A shop that is open."""
    async with DemoShop() as opened:
        yield opened


@pytest_asyncio.fixture(loop_scope="module")
async def page(browser: Browser, shop: DemoShop) -> AsyncIterator[Page]:
    """Its control page on a phone, drawn; any error of the page's own script or of its policy fails the test."""
    opened = await browser.new_page(viewport={"width": 360, "height": 740})
    troubles: list[str] = []
    opened.on("pageerror", lambda error: troubles.append(str(error)))
    opened.on("console", lambda line: troubles.append(line.text) if "Content Security" in line.text else None)
    await opened.goto(shop.url)
    await opened.get_by_test_id(f"restock-{JETSON}").wait_for()
    yield opened
    await opened.close()
    assert troubles == []


async def test_a_press_changes_the_shop_and_says_so(page: Page) -> None:
    await page.get_by_role("button", name="Restock Jetson Orin Nano at Nimbus Parts").click()
    await expect(page.get_by_test_id("said")).to_have_text("Jetson Orin Nano at Nimbus Parts: £249.00, in stock.")
    await expect(page.get_by_label("Stock of Jetson Orin Nano at Nimbus Parts")).to_have_value("in_stock")

    await page.get_by_test_id(f"discount-{JETSON}").click()
    await expect(page.get_by_test_id(f"price-{JETSON}")).to_have_value("199.20")


async def test_a_price_is_taken_or_put_back(page: Page) -> None:
    price = page.get_by_label("Price of Jetson Orin Nano at Nimbus Parts in pounds")
    for typed, shown in (("1,234.5", "1234.50"), ("cheap", "1234.50")):
        await price.fill(typed)
        await price.press("Enter")
        await expect(price).to_have_value(shown)
    await expect(page.get_by_test_id("said")).to_contain_text("A price is a number")


async def test_news_come_without_a_press_and_leave_a_half_written_price(shop: DemoShop, page: Page) -> None:
    price = page.get_by_test_id(f"price-{JETSON}")
    await price.press_sequentially("1")
    typed = await price.input_value()
    shop.set("jetson-orin-nano", "Nimbus Parts", price="200", availability="preorder")
    await expect(page.get_by_test_id(f"stock-{JETSON}")).to_have_value("preorder")
    await expect(price).to_have_value(typed)

    await price.press("Escape")
    await expect(price).to_have_value("200.00")


async def test_a_fault_is_chosen_and_everything_reset(shop: DemoShop, page: Page) -> None:
    fault = page.get_by_test_id(f"fault-{JETSON}")
    await fault.select_option("captcha")
    await expect(page.get_by_test_id("said")).to_contain_text("its page now fails (captcha)")
    await page.get_by_role("switch", name="Make it lively").check()
    await page.get_by_test_id("reset").click()

    await expect(fault).to_have_value("none")
    await expect(page.get_by_role("switch", name="Make it lively")).not_to_be_checked()


async def test_it_fits_a_phone_and_every_control_has_a_name(page: Page) -> None:
    assert await page.evaluate("document.documentElement.scrollWidth") == 360
    names = await page.evaluate(
        "[...document.querySelectorAll('button, select, input, td a')]"
        ".map(e => e.ariaLabel || e.labels?.[0]?.textContent || e.textContent)"
    )
    assert all(names)
    assert len(names) == len(set(names))
