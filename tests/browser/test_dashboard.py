"""The dashboard's pages in a real browser: pictures to look at, axe, the chart, and news without a reload."""

from __future__ import annotations

import math
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, Page, expect

from alerts.clock import SystemClock
from alerts.domain.api_keys import Scope
from alerts.domain.model import FailureReason
from alerts.domain.standing import Standing, StandingState
from alerts.domain.trail import Step, noted
from alerts.domain.wishes import Target
from alerts.store.promises.tallies import Batch, Counts, Slot, Span
from tests.browser.dashboards import pictured
from tests.browser.playing import ARTEFACTS, DESK
from tests.web.pages.house import House, Visitors, listed, opened
from tests.webhooks.world import URL
from tests.worlds import OUT, START, change, failure, offer, pounds, product, subscription

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]
_PRODUCTS = [
    product("Acme", "Bolt", "Coil"),
    product("Acme", sku="deck", name="Steam Deck OLED 1 TB"),
    product("Bolt", "Coil", sku="jetson", name="NVIDIA Jetson Orin Nano Super Developer Kit"),
    product("Acme", sku="card9", name="Card 9"),
    product("Bolt", sku="nas", name="Four-bay NAS"),
]


async def furnished() -> House:
    """Two months of a guild's life."""
    house = House(*_PRODUCTS)
    await house.clock.advance(-60 * 86400)
    for sku in ("pi5", "deck", "jetson", "card9"):
        await house.watch(sku)
    await house.watch("nas", paused=True)
    for day in range(60):
        wave = 70 + 12 * math.sin(day / 6)
        gone = day % 17 in (3, 4, 5)
        await house.read(
            "pi5",
            listed(offer(OUT if gone else offer().availability, f"{wave:.2f}")),
            listed(offer(OUT if day % 11 < 4 else offer().availability, f"{wave + 6:.2f}"), "Bolt"),
            listed(offer(price=f"{88 - day // 10}.00"), "Coil", failure=failure() if day == 59 else None),
        )
        await house.read("jetson", listed(offer(OUT, "249.00"), "Bolt"), listed(offer(OUT, "259.00"), "Coil"))
        await house.clock.advance(86400)
    await house.read("deck", listed(offer(price="569.00", stock_count=3)))
    await house.read("card9", listed(None, failure=failure(FailureReason.TIMEOUT)))
    await _alerted(house)
    return house


async def _alerted(house: House) -> None:
    now = house.clock.now()
    wish, other = subscription(below=pounds("450")), subscription("s2", sku="deck", channel=11)
    await house.store.put_subscription(wish)
    await house.store.put_subscription(other)
    await house.store.put_subscription(subscription("s3", sku="jetson", paused=True))
    failing = {"state": StandingState.PAUSED, "reason": "I lack Send Messages there", "since": START}
    await house.store.put_standing(Standing(target=Target(id=11), guild=1, until=now + timedelta(hours=1), **failing))
    await house.told(wish)
    await house.clock.advance(300)
    await house.told(other, None, sku="deck")
    held = change(sku="deck", at=house.clock.now(), vendor="Acme")
    await house.store.note_stages([noted(held, other, Step.HELD, "quiet hours until 07:00", house.clock.now())])
    await house.clock.advance(840)
    await house.parts.api_keys.create(1, "Home Assistant", scopes=[Scope.READ])
    await house.parts.webhooks.add(1, URL, by=7)
    for _ in range(6):
        await house.store.looked("Coil", now, failed=True, reason="blocked")
    await house.store.looked("Acme", now, failed=False)
    day = house.clock.now().replace(hour=0, minute=0, second=0, microsecond=0)
    acme = Counts({"looks": 940, "failed": 3, "ms": 300_000, "b|48": 943}, {"min": 90}, {"max": 2100})
    coil = Counts({"looks": 20, "failed": 60, "ms": 90_000, "b|60": 80}, {"min": 90}, {"max": 9100})
    counts = {
        Slot(Span.DAY, day, "Acme"): acme,
        Slot(Span.DAY, day, "Coil"): coil,
        Slot(Span.DAY, day): Counts({"v|Acme": 943, "v|Coil": 80}),
    }
    await house.store.add_tallies(Batch("b", day.date(), counts))


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def site() -> AsyncIterator[Visitors]:
    house = await furnished()
    async with opened(house) as visitor:
        yield visitor


@asynccontextmanager
async def window(browser: Browser, *, javascript: bool = True) -> AsyncIterator[Page]:
    """A browser of one's own; a fault in a page, or anything that its policy forbids, fails the test."""
    context: BrowserContext = await browser.new_context(
        viewport=DESK, color_scheme="dark", java_script_enabled=javascript
    )
    page = await context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda line: faults.append(line.text) if line.type in ("error", "warning") else None)
    page.set_default_timeout(8000)
    yield page
    await context.close()
    # A page that says "422" is one that the browser counts as an error.
    assert [each for each in faults if "Failed to load resource" not in each] == []


async def look(page: Page, name: str) -> None:
    """Every state is pictured and looked at."""
    await pictured(page, f"page-{name}", is_whole=True)


PAGES = {
    "overview": "", "product": "p/pi5?days=90", "unread": "p/card9", "watchlist": "watchlist", "alerts": "alerts",
    "alert": "alerts/s1", "deliveries": "deliveries", "why": f"deliveries/{'d' * 24}", "vendors": "vendors",
    "settings": "settings", "keys": "keys", "webhooks": "webhooks",
}  # fmt: skip


@pytest.mark.parametrize("name", PAGES)
async def test_every_page_has_room_on_a_phone_and_nothing_serious_for_axe(
    browser: Browser, site: Visitors, name: str
) -> None:
    async with window(browser) as page:
        await page.goto(f"{site.place}/g/1/{PAGES[name]}")
        if name == "product":
            await expect(page.get_by_role("button", name="Zoom in")).to_be_visible()
        await look(page, name)


@pytest.mark.parametrize("name", ["", "p/pi5", "watchlist", "settings"])
async def test_an_empty_guild_has_pages_that_say_how_to_begin(browser: Browser, site: Visitors, name: str) -> None:
    async with window(browser) as page:
        await page.goto(f"{site.place}/g/2/{name}")
        await look(page, f"empty-{name.replace('/', '-') or 'overview'}")


async def test_a_change_appears_in_the_open_page_without_a_reload(browser: Browser) -> None:
    house = House()
    clock = SystemClock()
    house.live._clock = clock  # a page in a browser waits for real seconds
    await house.watch()
    await house.read("pi5", listed(offer(OUT)))
    async with house.live.reading(), opened(house) as site, window(browser) as page:
        await page.goto(f"{site.place}/g/1/")
        await expect(page.get_by_text("Live: changes appear here by themselves.")).to_be_visible()
        await expect(page.get_by_text("0 of 1 watched products can be ordered.")).to_be_visible()
        await page.evaluate("window.isTheSame = true")
        await page.get_by_role("link", name="Raspberry Pi 5").focus()
        await clock.sleep(1.2)  # the reader has seen how it was

        await house.read("pi5", listed(offer(price="76.80")))
        await house.told(subscription())

        await expect(page.get_by_text("1 of 1 watched products can be ordered.")).to_be_visible()
        await expect(page.locator("#said")).to_have_text("Raspberry Pi 5: in stock, £76.80 at Acme")
        await expect(page.locator("#now .changes")).to_contain_text("Back in stock Raspberry Pi 5 at Acme")
        await expect(page.locator("#now tbody a").first).to_be_focused()
        assert await page.evaluate("window.isTheSame") is True


async def test_the_chart_is_zoomed_by_button_by_key_and_by_dragging(browser: Browser, site: Visitors) -> None:
    async with window(browser) as page:
        await page.goto(f"{site.place}/g/1/p/pi5?days=90")
        canvas = page.locator("canvas")
        await expect(page.get_by_role("button", name="Zoom in")).to_be_visible()
        shown = "() => { const x = Chart.getChart(document.querySelector('canvas')).scales.x; return x.max - x.min }"
        whole = await page.evaluate(shown)

        await page.get_by_role("button", name="Zoom in").click()
        assert await page.evaluate(shown) == pytest.approx(whole / 2)
        await canvas.focus()
        await page.keyboard.press("+")
        assert await page.evaluate(shown) == pytest.approx(whole / 4)
        await page.keyboard.press("Home")
        assert await page.evaluate(shown) == pytest.approx(whole)
        box = await canvas.bounding_box()
        assert box
        await page.mouse.move(box["x"] + box["width"] * 0.5, box["y"] + 100)
        await page.mouse.down()
        await page.mouse.move(box["x"] + box["width"] * 0.7, box["y"] + 100, steps=5)
        await page.mouse.up()
        assert await page.evaluate(shown) < whole / 3
        await page.screenshot(path=ARTEFACTS / "dashboard" / "page-chart-zoomed.png")


async def test_what_each_shop_asked_is_told_where_the_pointer_is(browser: Browser, site: Visitors) -> None:
    async with window(browser) as page:
        await page.goto(f"{site.place}/g/1/p/pi5?days=30")
        await expect(page.get_by_role("button", name="Zoom in")).to_be_visible()
        canvas = page.locator("canvas")
        await canvas.scroll_into_view_if_needed()
        box = await canvas.bounding_box()
        assert box
        await page.mouse.move(box["x"] + box["width"] * 0.6, box["y"] + 120)
        said = "() => Chart.getChart(document.querySelector('canvas')).tooltip.body.map((each) => each.lines[0])"
        lines = await page.evaluate(said)
        await page.screenshot(path=ARTEFACTS / "dashboard" / "page-chart-hover.png")

        assert len(lines) == 3
        assert all("£" in line and ("in stock" in line or "sold out" in line) for line in lines)


async def test_without_javascript_the_figures_and_the_forms_are_there(browser: Browser, site: Visitors) -> None:
    async with window(browser, javascript=False) as page:
        await page.goto(f"{site.place}/g/1/p/pi5?days=7")
        await expect(page.get_by_text("The chart needs JavaScript.")).to_be_visible()
        await expect(page.get_by_role("region", name="Changes")).to_be_visible()
        await page.goto(f"{site.place}/g/1/settings")
        await page.get_by_label("Timezone").fill("Mars/Olympus")
        await page.get_by_role("button", name="Save").click()
        await expect(page.get_by_text("Is not a timezone")).to_be_visible()
        await expect(page.get_by_label("Timezone")).to_have_attribute("aria-invalid", "true")
        await page.screenshot(path=ARTEFACTS / "dashboard" / "page-settings-refused.png")


async def test_a_new_address_is_confirmed_and_a_key_is_copied_once(browser: Browser, site: Visitors) -> None:
    site.house.shops.vendors["new.test"] = offer(price="12.50", name="A new thing")
    async with window(browser) as page:
        await page.goto(f"{site.place}/g/1/watchlist")
        await page.get_by_label("Product, or the address").fill("https://new.test/thing")
        await page.get_by_role("button", name="Watch", exact=True).click()
        await expect(page.get_by_role("heading", name="Is this what you mean?")).to_be_visible()
        await look(page, "confirm")
        await page.get_by_role("button", name="Watch it").click()
        await expect(page.get_by_role("status")).to_have_text("Added.")
        await page.goto(f"{site.place}/g/1/keys")
        await page.get_by_label("What it is for").fill("Grafana")
        await page.get_by_role("button", name="Make the key").click()
        await expect(page.get_by_text("it is never shown again")).to_be_visible()
        await look(page, "key-once")
