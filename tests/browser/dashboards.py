"""What every page of the dashboard is looked at for."""

from __future__ import annotations

from typing import Literal

from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page

from tests.browser.playing import ARTEFACTS, DESK, PHONE


async def pictured(page: Page, name: str, *, is_whole: bool) -> None:
    """Pictures on a desk and a phone, in the dark and the light; nothing is wider than the page, axe finds no fault.

    `is_whole`: of the whole page, and not only of what is in sight.
    """
    folder = ARTEFACTS / "dashboard"
    folder.mkdir(parents=True, exist_ok=True)
    schemes: tuple[Literal["dark", "light"], ...] = ("dark", "light")
    for scheme in schemes:
        await page.emulate_media(color_scheme=scheme)
        for place, size in (("phone", PHONE), ("desk", DESK)):
            await page.set_viewport_size({"width": size["width"], "height": size["height"]})
            await page.screenshot(path=folder / f"{name}-{place}-{scheme}.png", full_page=is_whole)
            assert await page.evaluate("document.documentElement.scrollWidth") <= size["width"]
            found = (await Axe().run(page)).response["violations"]
            assert [(each["id"], [node["html"] for node in each["nodes"]]) for each in found] == []
