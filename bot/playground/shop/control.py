"""The control page: how the shop stands now, live, and buttons that change it. Only for who sits at this machine."""

from __future__ import annotations

import json
from contextlib import aclosing
from typing import Any, Literal
from urllib.parse import urlsplit

from aiohttp import web
from pydantic import BaseModel, ConfigDict, ValidationError

from alerts.domain.errors import BadInput
from bot.playground.shop.floor import Floor, Shelf
from bot.playground.shop.goods import GOODS, VENDORS
from bot.playground.shop.pages import STATIC

_LOOPBACK = ("127.0.0.1", "localhost", "::1")


class Order(BaseModel):
    """What the page may ask for: one press (`action`), or values, or a fault ("none" ends one)."""

    model_config = ConfigDict(extra="forbid")

    action: Literal["restock", "sell_out", "discount"] | None = None
    price: str | None = None
    availability: str | None = None
    count: int | None = None
    fault: str | None = None


class Switch(BaseModel):
    """Whether the shop moves by itself."""

    model_config = ConfigDict(extra="forbid")

    on: bool


class Control:
    """The control page's handlers over one shop floor."""

    def __init__(self, floor: Floor) -> None:
        self._floor = floor

    def routes(self) -> list[web.RouteDef]:
        """Everything under `/control`, and the page itself at `/`."""
        return [
            web.get("/", self._page),
            web.get("/control/events", self._events),
            web.post("/control/lively", self._lively),
            web.post("/control/reset", self._reset),
            web.post("/control/{sku}/{vendor}", self._change),
        ]

    async def _page(self, _: web.Request) -> web.FileResponse:
        return web.FileResponse(STATIC / "shop.html")

    async def _events(self, request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"})
        await response.prepare(request)
        async with aclosing(self._floor.changes()) as changes:
            async for _ in changes:
                await response.write(f"data: {json.dumps(self._state())}\n\n".encode())
        return response

    async def _change(self, request: web.Request) -> web.Response:
        _refuse_strangers(request)
        sku, vendor = request.match_info["sku"], request.match_info["vendor"]
        try:
            order = Order.model_validate_json(await request.read())
            return _said(self._apply(sku, vendor, order))
        except ValidationError as error:
            return _refused(f"That cannot be read: {error.errors()[0]['msg']}.")
        except BadInput as error:
            return _refused(str(error))

    def _apply(self, sku: str, vendor: str, order: Order) -> str:
        floor, shelf = self._floor, self._floor.shelf(sku, vendor)
        if order.action:
            press = {"restock": floor.restock, "sell_out": floor.sell_out, "discount": floor.discount}
            press[order.action](sku, vendor)
        floor.set(sku, vendor, price=order.price, availability=order.availability, count=order.count)
        if order.fault is not None:
            floor.fault(sku, vendor, None if order.fault == "none" else order.fault)
        return _sentence(shelf)

    async def _lively(self, request: web.Request) -> web.Response:
        _refuse_strangers(request)
        try:
            switch = Switch.model_validate_json(await request.read())
        except ValidationError:
            return _refused('Say {"on": true} or {"on": false}.')
        self._floor.make_lively(on=switch.on)
        return _said("Prices and stock now move by themselves." if switch.on else "The shop stands still.")

    async def _reset(self, request: web.Request) -> web.Response:
        _refuse_strangers(request)
        self._floor.reset()
        return _said("Everything is as it was at the start.")

    def _state(self) -> dict[str, Any]:
        return {
            "lively": self._floor.is_lively,
            "vendors": [{"slug": vendor.slug, "name": vendor.name} for vendor in VENDORS],
            "products": [{"sku": good.sku, "name": good.name, "art": good.art} for good in GOODS],
            "shelves": [_shelf_state(shelf) for shelf in self._floor.shelves],
        }


def _shelf_state(shelf: Shelf) -> dict[str, Any]:
    return {
        "sku": shelf.good.sku,
        "vendor": shelf.vendor.slug,
        "price": str(shelf.price),
        "availability": shelf.availability.value,
        "count": shelf.count,
        "fault": shelf.fault or "none",
        "page": shelf.path,
    }


def _sentence(shelf: Shelf) -> str:
    stock = shelf.availability.value.replace("_", " ")
    fault = f"; its page now fails ({shelf.fault})" if shelf.fault else ""
    return f"{shelf.good.name} at {shelf.vendor.name}: £{shelf.price:,.2f}, {stock}{fault}."


def _said(message: str) -> web.Response:
    return web.json_response({"message": message})


def _refused(message: str) -> web.Response:
    return web.json_response({"message": message}, status=400)


def _refuse_strangers(request: web.Request) -> None:
    """Only our own page may change things: any site open in this browser can reach loopback, but not forge Origin."""
    # The host is checked as well: a name that was made to point to 127.0.0.1 would agree with its own Origin.
    is_here = urlsplit(f"//{request.host}").hostname in _LOOPBACK
    if not is_here or request.headers.get("Origin") != f"http://{request.host}":
        raise web.HTTPForbidden(text="Only the control page of this shop may change it.")
