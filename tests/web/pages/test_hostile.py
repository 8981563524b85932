"""Whatever a shop, a member or an operator has written, a page shows it as words and nothing of it acts."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest

from alerts.domain.model import Known, Listing, Product
from alerts.domain.standing import Standing, StandingState
from alerts.domain.text import plain
from alerts.domain.trail import Step, noted
from alerts.domain.wishes import Target
from tests.hostile import Maker, Size
from tests.web.pages.house import House, opened
from tests.worlds import START, change, offer, subscription

_BAD = (
    "\"><script>alert(1)</script><img src=x onerror=alert(1)>{{7*7}}{% raw %}'`&lt;</textarea></title>"
    "\u202eevil\u2066\x00"
)
_URLS = [
    "javascript:alert(1)",
    "https://good.test@evil.test/x",
    'https://shop.test/"onmouseover=alert(1) x="',
    "//evil.test",
]
_ALLOWED = {"script": {"/static/live.js", "/static/chart.js", "/static/chart-library.js"}}


class Reader(HTMLParser):
    """What a browser would make of a page: every element, and every attribute that could act."""

    def __init__(self) -> None:
        super().__init__()
        self.wrong: list[str] = []
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        facts = dict(attrs)
        if tag in ("style", "iframe", "object", "embed", "base", "svg", "img"):
            self.wrong.append(f"<{tag}>")
        if tag == "script" and facts.get("src") not in _ALLOWED["script"]:
            self.wrong.append(f"<script {facts}>")
        for name, value in attrs:
            if name.startswith("on") or name == "style":
                self.wrong.append(f"{name}={value}")
            if (
                name in ("href", "src", "action")
                and value
                and not value.startswith(("/", "#", "https://shop.test/", "http"))
            ):
                self.wrong.append(f"{name}={value}")
            if name == "href" and value and "evil.test" in value:
                self.wrong.append(f"{name}={value}")
        if tag == "a" and str(facts.get("href")).startswith("http") and "noopener" not in str(facts.get("rel")):
            self.wrong.append(f"a link without noopener: {facts}")

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def read(page: str) -> Reader:
    found = Reader()
    found.feed(page)
    return found


def nasty(url: str) -> Product:
    listing = Listing(id="acme", sku="pi5", product_name=_BAD, vendor=_BAD, url=url)
    return Product(sku="pi5", name=_BAD, category=_BAD[:60], listings=(listing, listing.model_copy(update={"id": "b"})))


async def filled(url: str) -> House:
    house = House(nasty(url))
    house.visitor = house.visitor and type(house.visitor)(
        plain(_BAD, 200), 7, {1: plain(_BAD, 200)}, is_operator=False, csrf="t"
    )
    await house.watch(name=_BAD[:90])
    seen = {"listing": "acme", "vendor": _BAD, "url": url, "offer": offer(), "observed_at": START, "since": START}
    await house.read("pi5", Known.model_validate(seen))
    wish = subscription(category=_BAD[:60], sku=None)
    await house.store.put_subscription(wish)
    await house.store.put_subscription(subscription("s2"))
    await house.told(subscription("s2"), vendor=_BAD, url=url)
    news = change(vendor=_BAD, url=url)
    await house.store.note_stages([noted(news, wish, Step.HELD, _BAD, START)])
    standing = {"state": StandingState.PAUSED, "reason": _BAD, "since": START}
    await house.store.put_standing(Standing(target=Target(id=10), guild=1, **standing))
    await house.parts.api_keys.create(1, _BAD, scopes=["read"])  # type: ignore[list-item]
    await house.store.looked(_BAD, START, failed=True, reason=_BAD)
    return house


PATHS = ["", "now", "p/pi5?days=all", "p/pi5/why", "watchlist", "alerts", "alerts/s1", "alerts/s2", "deliveries",
         f"deliveries/{'d' * 24}", "vendors", "settings", "keys", "webhooks", "?done=<script>", "?page=<script>",
         "deliveries?show=<script>", "vendors?days=<script>"]  # fmt: skip


@pytest.mark.parametrize("url", _URLS)
async def test_no_text_of_anybody_acts_or_leads_astray_on_any_page(url: str) -> None:
    house = await filled(url)
    async with opened(house) as visitor:
        for path in PATHS:
            page = await visitor.get(f"/g/1/{path}")
            found = read(page)
            assert found.wrong == [], path
            assert not {"\u202e", "\u2066", "\x00"} & set("".join(found.text)), path
            assert "49" not in page.replace("490", ""), path  # no template within a text is worked out


async def test_what_was_typed_comes_back_as_words(house: House) -> None:
    async with opened(house) as visitor:
        for path, fields in {
            "watchlist": {"product": _BAD, "name": _BAD, "tier": _BAD},
            "settings": {"language": _BAD, "timezone": _BAD, "currency": _BAD, "floor_amount": _BAD},
            "keys": {"name": "x", "access": _BAD, "days": _BAD},
            "webhooks": {"url": _BAD, "kinds": [_BAD], "skus": [_BAD]},
        }.items():
            page = await visitor.post(f"/g/1/{path}", status=422, **fields)
            assert read(page).wrong == [], path


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("size", list(Size))
async def test_the_most_and_the_worst_of_everything_is_a_page(seed: int, size: Size) -> None:
    maker, house = Maker(seed, size), House()
    knowns: dict[str, Known] = {each.listing: each for each in (maker.make(Known) for _ in range(8))}
    await house.watch()
    await house.read("pi5", *knowns.values())
    for number in range(5):
        wish = maker.make(type(subscription())).model_copy(update={"guild": 1, "id": f"w{number}"})
        await house.store.put_subscription(wish)
    async with opened(house) as visitor:
        for path in ("", "p/pi5?days=all", "watchlist", "alerts", "p/pi5/why", "p/pi5/points.json"):
            page = await visitor.get(f"/g/1/{path}")
            wrong = read(page).wrong
            assert not [each for each in wrong if "evil" in each or each.startswith(("on", "<script", "style"))], path
