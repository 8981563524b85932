"""The whole door over a real shop keeps the same, with every shortcut and with none."""

from __future__ import annotations

from dataclasses import dataclass, field, fields, replace
from datetime import timedelta

import pytest
from aiohttp import web

from alerts.clock import SystemClock
from alerts.domain.model import Availability, ChangeKind, Known, Listing, Product
from alerts.reading.shortcuts import ALL, NONE, Shortcuts
from alerts.scan import Scan
from alerts.settings.model import Settings
from alerts.settings.shops import FetchSection
from alerts.store.memory import MemoryStore
from bot.app import shops
from tests.reading.shop import shop
from tests.reading.test_relevant import FORM, page

NOW = timedelta(0)
_WITHOUT_ONE = [replace(ALL, **{each.name: False}) for each in fields(Shortcuts)]


@dataclass
class Shop:
    """A page that is new at every visit, with an ETag while it is not; it counts what it was asked."""

    etag: bool
    stock: str = "InStock"
    price: str = "76.80"
    visits: int = 0
    unchanged: int = 0
    states: list[str] = field(default_factory=list)

    async def __call__(self, request: web.Request) -> web.Response:
        self.visits += 1
        tag = f'"{self.stock}-{self.price}"'
        if self.etag and request.headers.get("If-None-Match") == tag:
            self.unchanged += 1
            return web.Response(status=304, headers={"ETag": tag})
        form = FORM if self.stock == "InStock" else "<button disabled>Sold out</button>"
        body = page(f"<script>visit={self.visits}</script>", stock=self.stock, price=self.price, form=form)
        headers = {"ETag": tag} if self.etag else {}
        return web.Response(body=body, content_type="text/html", charset="utf-8", headers=headers)


@pytest.mark.parametrize("etag", [True, False])
@pytest.mark.parametrize("restarts", [True, False])
@pytest.mark.parametrize("shortcuts", [ALL, *_WITHOUT_ONE, NONE], ids=str)
async def test_every_scan_keeps_what_the_shop_says(shortcuts: Shortcuts, etag: bool, restarts: bool) -> None:
    clock, acme = SystemClock(), Shop(etag)
    store = MemoryStore(clock=clock)
    async with shop(acme) as place:
        settings = Settings(fetch=FetchSection(pace=NOW, allow_private=(place.place,)))
        listing = Listing(id="acme", sku="board", product_name="Board 5", vendor="Acme", url=f"{place.base}/board-5")
        product = Product(sku="board", name="Board 5", listings=(listing,))
        seen: list[tuple[Availability, str]] = []
        for process in [[each] for each in _STATES] if restarts else [_STATES]:
            async with shops(settings, clock, shortcuts=shortcuts) as looks:
                scan = Scan(looks=looks, store=store, clock=clock, patience=timedelta(seconds=9))
                for stock, price in process:
                    acme.stock, acme.price = stock, price
                    known = (await scan(product, max_age=NOW)).snapshot.listings[0]
                    seen.append(_state(known))
    news = [each.change.kind for each in await store.take_news("test", limit=99, wait=NOW)]

    assert seen == _SEEN
    assert news == [ChangeKind.PRICE_DROP, ChangeKind.SOLD_OUT, ChangeKind.RESTOCKED]
    assert bool(acme.unchanged) is (etag and (shortcuts.vouched or (shortcuts.conditional and not restarts)))


def _state(known: Known) -> tuple[Availability, str]:
    assert known.offer
    assert known.offer.price
    return known.offer.availability, str(known.offer.price.amount)


_STATES = [
    *[("InStock", "76.80")] * 4,
    *[("InStock", "70.00")] * 3,
    *[("OutOfStock", "70.00")] * 3,
    *[("InStock", "70.00")] * 4,
]
_IN, _OUT = Availability.IN_STOCK, Availability.OUT_OF_STOCK
# A turn of the stock waits for a second look.
_SEEN = [*[(_IN, "76.80")] * 4, *[(_IN, "70.00")] * 4, *[(_OUT, "70.00")] * 3, *[(_IN, "70.00")] * 3]
