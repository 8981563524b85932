"""The five journeys of a person through `play`, each with pictures of its states under `artefacts/journeys`."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect

from tests.browser.playing import NEWS_WITHIN, Chat, Program, chat_page, play

pytestmark = [pytest.mark.browser, pytest.mark.valkey, pytest.mark.asyncio(loop_scope="module")]

BAD_ROWS = (
    "gtx-9000,,,,",
    ",ftp://shop.example/card,,,",
    ",,A name alone,,",
    "pi5,,,often,",
    "jetson,,,,perhaps",
)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def program(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Program]:
    """One for all of them: each journey has its own product, and the list of 200 comes last."""
    async with play(tmp_path_factory.mktemp("play")) as running:
        yield running


@pytest_asyncio.fixture(loop_scope="module")
async def chat(browser: Browser, program: Program) -> AsyncIterator[Chat]:
    async with chat_page(browser, program.url) as opened:
        yield opened


async def test_a_scan_is_typed_with_suggestions_and_its_history_looked_at(chat: Chat) -> None:
    await chat.type("/sc")
    await expect(chat.suggestions.first).to_contain_text("/scan")
    await chat.look("scan-1-commands")
    await chat.type("an ryz")
    await expect(chat.suggestions).to_have_count(1)
    await chat.look("scan-2-suggestions")
    await chat.page.keyboard.press("ArrowDown")
    await chat.page.keyboard.press("Enter")
    await chat.page.keyboard.press("Enter")
    scan = await chat.answer(0)
    await expect(scan).to_contain_text("Ryzen 9 9950X3D")
    await chat.look("scan-3-offers")

    await scan.get_by_role("button", name="Refresh").click()
    await expect(scan.locator(".edited")).to_be_visible()
    shop = await chat.shop()
    await shop.press("−20 % on Ryzen 9 9950X3D at Nimbus Parts")
    await shop.close()
    fresh = await chat.command("/scan product:ryzen fresh:true")
    await expect(fresh).to_contain_text("read just now")
    await chat.look("scan-4-fresh")

    history = await chat.press(fresh, "History")
    chart = history.get_by_role("img", name=re.compile("Ryzen 9 9950X3D"))
    await expect(chart).to_be_visible()
    assert await chart.evaluate("(img) => img.complete && img.naturalWidth") > 600
    await chat.look("scan-5-history")
    for label in ("24 h", "7 d", "90 d", "All"):
        await history.get_by_role("button", name=label, exact=True).click()
        await expect(history.get_by_role("button", name=label, exact=True)).to_have_class(re.compile("primary"))
    await expect(chart).to_be_visible()
    await chat.look("scan-6-history-all")
    assert await chat.nameless() == []


async def test_a_scan_and_its_history_need_no_mouse(chat: Chat) -> None:
    page = chat.page
    await expect(chat.composer).to_be_focused()
    known = await chat.messages.count()
    await page.keyboard.type("/scan steam")
    await expect(chat.suggestions).to_have_count(1)
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Enter")
    await page.keyboard.press("Enter")
    scan = await chat.answer(known)
    refresh = scan.get_by_role("button", name="Refresh")
    await chat.tab_to(refresh, backwards=True)
    await page.keyboard.press("Enter")
    await expect(scan.locator(".edited")).to_be_visible()
    await expect(refresh).to_be_focused()

    await chat.tab_to(scan.get_by_role("button", name="History"))
    await page.keyboard.press("Enter")
    history = await chat.answer(known + 1)
    week = history.get_by_role("button", name="7 d", exact=True)
    await chat.tab_to(week)
    await page.keyboard.press("Enter")
    await expect(week).to_have_class(re.compile("primary"))
    await expect(week).to_be_focused()
    await chat.look("keyboard-1-range")
    await chat.tab_to(history.get_by_role("button", name="Dismiss"))
    await page.keyboard.press("Enter")
    await expect(history).to_have_count(0)
    await expect(chat.composer).to_be_focused()


async def test_a_new_admin_sets_it_up_and_sees_the_test_arrive(chat: Chat) -> None:
    page = chat.page
    setup = await chat.command("/setup")
    await expect(setup).to_contain_text("1 of 3")
    await chat.look("setup-1-where")
    await setup.locator("select").select_option(label="#deals")
    await expect(setup).to_contain_text("2 of 3")
    await chat.look("setup-2-whom")
    await setup.locator("select").select_option(label="@deal-hunters")
    await expect(setup).to_contain_text("3 of 3")
    await chat.look("setup-3-what")
    await setup.get_by_label("GeForce RTX 5090").check()
    await setup.get_by_label("Flipper Zero").check()
    await setup.get_by_role("button", name="Apply").click()
    await expect(setup).to_contain_text("What happens next")
    await chat.look("setup-4-done")

    arrived = await chat.press(setup, "Send a test message")
    await expect(arrived).to_contain_text("It arrived")
    await expect(page.locator("[data-channel=deals] .badge")).to_have_text("1 new")
    await expect(page.locator("[data-channel=deals] .badge.pinged")).to_have_count(0)
    await chat.look("setup-5-arrived")
    await arrived.get_by_role("button", name="#deals › message").click()
    await expect(page.locator("#title")).to_have_text("# deals")
    await expect(chat.last).to_be_focused()
    await expect(chat.last).to_contain_text("Test: I can write here")
    await chat.look("setup-6-test-message")
    assert await chat.nameless() == []


async def test_a_restock_is_told_and_becomes_sold_out_where_it_was_told(chat: Chat) -> None:
    page = chat.page
    told = await chat.command("/alerts subscribe product:jetson channel:#boards role:@deal-hunters")
    await expect(told).to_contain_text("from now on")
    await chat.look("restock-1-subscribed")
    shop = await chat.shop()
    await shop.press("Restock Jetson Orin Nano at Nimbus Parts")
    await page.bring_to_front()
    await expect(page.locator("[data-channel=boards] .badge")).to_have_text("1 new", timeout=NEWS_WITHIN)
    await chat.look("restock-2-news-elsewhere")
    await chat.go("boards")
    await expect(chat.messages).to_have_count(1)
    await expect(chat.last).to_contain_text("Back in stock")
    await chat.look("restock-3-alert")

    await shop.press("Sell out Jetson Orin Nano at Nimbus Parts")
    await expect(chat.last).to_contain_text("Sold out after", timeout=NEWS_WITHIN)
    await expect(chat.last.locator(".edited")).to_be_visible()
    await expect(chat.messages).to_have_count(1)
    await chat.look("restock-4-sold-out")
    assert await chat.nameless() == []


async def test_a_member_asks_for_an_alert_and_gets_a_direct_message(chat: Chat) -> None:
    page = chat.page
    await page.select_option("#user", "member")
    await expect(page.locator("#avatar")).to_have_text("M")
    await chat.go("deals")
    scan = await chat.command("/scan coral")
    known = await chat.messages.count()
    await scan.get_by_role("button", name="Alert me").click()
    await expect(page.locator("#modal h2")).to_contain_text("Google Coral USB")
    await chat.look("own-1-form")
    await page.fill("#modal-price", "60")
    await page.keyboard.press("Enter")
    made = await chat.answer(known)
    await expect(made).to_contain_text("below £60.00")
    badge = page.locator("[data-channel=direct] .badge")
    await expect(badge).to_have_text("1 new")  # the bot says hello where it will write
    await chat.look("own-2-made")

    shop = await chat.shop()
    await shop.press("Restock Google Coral USB at Nimbus Parts")
    await page.bring_to_front()
    await expect(badge).to_have_text("2 new", timeout=NEWS_WITHIN)
    await chat.look("own-3-news-elsewhere")
    await chat.go("direct")
    await expect(chat.last).to_contain_text("Back in stock")
    await chat.look("own-4-direct-message")
    assert await chat.nameless() == []


async def test_a_list_of_two_hundred_rows_is_tried_then_imported_and_leafed_through(chat: Chat) -> None:
    page = chat.page
    shop = await page.locator("#links a").first.get_attribute("href")
    address = f"{shop}circuit-corner/products/flipper-zero"
    rows = [f",{address}?edition={number},Flipper edition {number},warm," for number in range(200 - len(BAD_ROWS))]
    file = "\n".join(["product,url,name,tier,paused", *rows[:90], *BAD_ROWS, *rows[90:]])
    await chat.type("/watch import")
    await page.keyboard.press("Enter")
    await page.set_input_files(
        "#option-file", files=[{"name": "watchlist.csv", "mimeType": "text/csv", "buffer": file.encode()}]
    )
    await chat.look("import-1-file")
    known = await chat.messages.count()
    await page.locator("#command").get_by_role("button", name="Send").click()
    plan = await chat.answer(known)
    await expect(plan).to_contain_text("195 new · 0 unchanged · 5 rows that cannot be taken")
    await expect(plan).to_contain_text(re.compile(".*".join(f"row {number}, " for number in range(92, 97)), re.DOTALL))
    await expect(plan.get_by_role("link", name=re.compile("import.txt"))).to_be_visible()
    await chat.look("import-2-dry-run")

    await plan.get_by_role("button", name="Import").click()
    await expect(plan).to_contain_text("Added 195 products.", timeout=NEWS_WITHIN)
    await chat.look("import-3-done")
    listed = await chat.command("/watch list")
    await expect(listed).to_contain_text("Page 1 of 14")
    names = listed.locator(".embed-description strong")
    await expect(names).to_have_text([f"Flipper edition {number}" for number in range(15)])
    await chat.look("import-4-list")
    await listed.get_by_role("button", name="▶").click()
    await expect(listed).to_contain_text("Page 2 of 14")
    await expect(names).to_have_text([f"Flipper edition {number}" for number in range(15, 30)])
    await chat.look("import-5-second-page")
    assert await chat.nameless() == []
