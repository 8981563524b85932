"""The demo shop's server: vendors' pages, their faults, and the control page, on loopback only."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from hashlib import blake2b
from types import TracebackType
from typing import Any

import orjson
from aiohttp import ETag, web

from alerts.domain.errors import BadInput
from bot.playground.shop import pages
from bot.playground.shop.control import Control
from bot.playground.shop.floor import Floor, Shelf
from bot.playground.shop.goods import CURRENCY, GOODS, VENDORS, Vendor

HOST = "127.0.0.1"
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
_ASSETS = ("shop.css", "shop.js", "shop-vendor.css", "shop-art.svg", "shop-icon.svg")


class DemoShop:
    """A dozen products at four made-up vendors. Enter it to open; `port=0` takes any free one."""

    def __init__(
        self,
        port: int = 0,
        *,
        slow: float = 30.0,
        pause: tuple[float, float] = (4.0, 9.0),
        dice: random.Random | None = None,
    ) -> None:
        self._port, self._slow, self._pause = port, slow, pause
        self._dice = dice or random.Random()  # noqa: S311  it moves toy prices
        self._floor = Floor(self._dice)
        self._closing = AsyncExitStack()
        self.hits: Counter[str] = Counter()

    @property
    def authority(self) -> str:
        """Host and port, as `fetch.allow_private` wants them. Known once the shop is open."""
        return f"{HOST}:{self._port}"

    @property
    def url(self) -> str:
        """The control page."""
        return f"http://{self.authority}/"

    def products(self) -> list[dict[str, Any]]:
        """Entries for `products:` in the configuration, with their listings at this shop."""
        return [
            {
                "sku": good.sku,
                "name": good.name,
                "aliases": list(good.aliases),
                "category": good.category,
                "tier": "hot",
                "listings": [self._listing(shelf) for shelf in self._floor.shelves if shelf.good == good],
            }
            for good in GOODS
        ]

    def set(
        self,
        sku: str,
        vendor: str,
        *,
        price: str | None = None,
        availability: str | None = None,
        count: int | None = None,
    ) -> None:
        """Change what is given; the vendor goes by name or slug. BadInput for what the shop does not have."""
        self._floor.set(sku, vendor, price=price, availability=availability, count=count)

    def fault(self, sku: str, vendor: str, fault: str | None) -> None:
        """Have a page answer with `captcha error500 slow gone empty`; None mends it."""
        self._floor.fault(sku, vendor, fault)

    def make_lively(self, *, on: bool) -> None:
        """Have prices and stock move by themselves every few seconds."""
        self._floor.make_lively(on=on)

    async def __aenter__(self) -> DemoShop:
        """Open. BadInput when the port is taken."""
        async with AsyncExitStack() as closing:
            # A reader that hangs up ends its slow page, and closing does not wait for the rest.
            runner = web.AppRunner(self._app(), access_log=None, handler_cancellation=True, shutdown_timeout=0.1)
            await runner.setup()
            closing.push_async_callback(runner.cleanup)
            try:
                await web.TCPSite(runner, HOST, self._port).start()
            except OSError as error:
                raise BadInput(
                    f"The demo shop cannot open at {self.authority} ({error.strerror}); choose another port."
                ) from error
            self._port = runner.addresses[0][1]
            life = asyncio.create_task(self._live(), name="demo shop")
            closing.callback(life.cancel)
            self._closing = closing.pop_all()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._closing.aclose()

    def _app(self) -> web.Application:
        app = web.Application(middlewares=[self._count, _guard], client_max_size=16 * 1024)
        app.add_routes(Control(self._floor).routes())
        app.add_routes([web.get(f"/static/{name}", _asset(name)) for name in _ASSETS])
        app.router.add_get("/robots.txt", _robots)
        for vendor in VENDORS:
            app.add_routes(self._vendor_routes(vendor))
        return app

    def _vendor_routes(self, vendor: Vendor) -> list[web.RouteDef]:
        async def catalogue(request: web.Request) -> web.Response:
            ours = [shelf for shelf in self._floor.shelves if shelf.vendor == vendor]
            return _page(request, pages.catalogue_page(vendor, ours))

        async def basket(request: web.Request) -> web.Response:
            return _page(
                request, pages.note_page(vendor, "Nothing to pay", "This is a demonstration: it sells nothing.")
            )

        async def cart(_: web.Request) -> web.Response:
            return web.json_response(pages.shopify_cart())

        async def product(request: web.Request) -> web.Response:
            return await self._product(request, vendor)

        base = f"/{vendor.slug}"
        routes = [web.get(f"{base}/", catalogue), web.get(f"{base}/basket", basket)]
        for root in ("", base) if vendor.is_shopify else (base,):
            routes.append(web.get(f"{root}/products/{{handle}}", product))
            if vendor.is_shopify:
                routes.append(web.get(f"{root}/cart.js", cart))
        return routes

    async def _product(self, request: web.Request, vendor: Vendor) -> web.Response:
        handle = request.match_info["handle"]
        wants_json = vendor.is_shopify and handle.endswith(".js")
        shelf = self._find(vendor, handle.removesuffix(".js") if wants_json else handle)
        if shelf is None or shelf.fault == "gone":
            text = pages.note_page(vendor, "Page not found", "We looked everywhere, but could not find that page.")
            return _page(request, text, status=404)
        match shelf.fault:
            case "captcha":
                return _page(request, pages.captcha_page())
            case "error500":
                return web.Response(status=500, text="Internal Server Error")
            case "empty":
                return _page(request, pages.empty_page())
            case "slow":
                await asyncio.sleep(self._slow)
        if wants_json:
            body = orjson.dumps(pages.shopify_product(shelf))
            return _tagged(request, web.Response(body=body, content_type="application/json"))
        others = [other for other in self._floor.shelves if other.vendor == vendor and other is not shelf]
        return _page(request, pages.product_page(shelf, others[:4], f"http://{self.authority}"))

    def _find(self, vendor: Vendor, handle: str) -> Shelf | None:
        ours = (shelf for shelf in self._floor.shelves if shelf.vendor == vendor)
        return next((shelf for shelf in ours if shelf.good.handle == handle), None)

    def _listing(self, shelf: Shelf) -> dict[str, Any]:
        reader = "shopify" if shelf.vendor.is_shopify else "page"
        url = f"http://{self.authority}{shelf.path}"
        listing = {"vendor": shelf.vendor.name, "url": url, "currency": CURRENCY, "reader": reader}
        if shelf.vendor.is_shopify and shelf.good.variant:
            listing["variant"] = shelf.good.variant
        return listing

    async def _live(self) -> None:
        while True:
            await asyncio.sleep(self._dice.uniform(*self._pause))
            if self._floor.is_lively:
                self._floor.drift()

    @web.middleware
    async def _count(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        self.hits[request.path] += 1
        return await handler(request)


Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@web.middleware
async def _guard(request: web.Request, handler: Handler) -> web.StreamResponse:
    response = await handler(request)
    if not response.prepared:
        # "same-origin" and not "no-referrer": the latter would blank the Origin our own page must show.
        response.headers.update(
            {
                "Content-Security-Policy": _POLICY,
                "X-Content-Type-Options": "nosniff",
                "Referrer-Policy": "same-origin",
                "Cache-Control": "no-cache",
            }
        )
    return response


def _page(request: web.Request, text: str, *, status: int = 200) -> web.Response:
    return _tagged(request, web.Response(text=text, content_type="text/html", status=status))


def _tagged(request: web.Request, response: web.Response) -> web.Response:
    """The response with an ETag, or 304 for who has it already."""
    assert isinstance(response.body, bytes)
    tag = ETag(blake2b(response.body, digest_size=8).hexdigest())
    if response.status == 200 and tag in (request.if_none_match or ()):
        response = web.Response(status=304)
    response.etag = tag
    return response


def _asset(name: str) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    async def serve(_: web.Request) -> web.StreamResponse:
        return web.FileResponse(pages.STATIC / name)

    return serve


async def _robots(_: web.Request) -> web.Response:
    return web.Response(text="User-agent: *\nAllow: /\n")
