"""The API's document and its page."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from aiohttp import ClientSession
from playwright.async_api import async_playwright

from alerts.clock import SystemClock
from alerts.settings.web import WebSection
from bot.web.docs import doc_pages
from bot.web.openapi import document
from bot.web.server import application, serving
from tests.browser.conftest import FLAGS, chromium_path
from tests.web.test_core import ENDPOINTS, _everybody

__all__ = ["chromium_path"]


@pytest.fixture
async def place() -> AsyncIterator[str]:
    pages = doc_pages(document(ENDPOINTS, version="1"))
    app = application(ENDPOINTS, gate=_everybody, clock=SystemClock(), pages=pages)
    async with serving(app, WebSection(port=0)) as port:
        yield f"http://127.0.0.1:{port}"


async def test_the_document_has_a_mark_and_is_not_sent_twice(place: str) -> None:
    async with ClientSession() as session:
        first = await session.get(f"{place}/openapi.json")
        again = await session.get(f"{place}/openapi.json", headers={"If-None-Match": first.headers["ETag"]})
        assert (first.status, again.status) == (200, 304)
        assert (await first.json())["openapi"] == "3.1.0"


@pytest.mark.browser
async def test_the_page_shows_every_endpoint_and_asks_no_other_host(place: str, chromium_path: str) -> None:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium_path, args=FLAGS)
        page = await browser.new_page(viewport={"width": 1100, "height": 900})
        faults, asked = list[str](), list[str]()
        page.on("console", lambda line: faults.append(line.text) if line.type == "error" else None)
        page.on("request", lambda request: asked.append(request.url))
        await page.goto(f"{place}/api-docs")
        await page.wait_for_selector(".opblock")
        assert await page.locator(".opblock").count() == len(ENDPOINTS)
        await page.screenshot(path="artefacts/api-docs.png")
        await browser.close()
    assert faults == []
    assert [url for url in asked if not url.startswith((place, "data:"))] == []
