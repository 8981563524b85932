"""`POST /scan`, `POST /scan/batch`, `GET /products`, `GET /history`."""

from __future__ import annotations

from collections.abc import Awaitable, Sequence
from datetime import datetime, timedelta
from typing import Annotated, Protocol

import orjson
from aiohttp import web
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from alerts.batch import Batch
from alerts.history import History
from alerts.ports import Clock
from alerts.products import Products
from alerts.scan import Answer
from bot.public import product_as_public
from bot.web.api.asking import offered_to
from bot.web.api.batches import batch_as_public
from bot.web.api.rendered import RenderedScans, rendered_history
from bot.web.api.shapes import BatchShape, HistoryShape, ProductsShape, ScanShape
from bot.web.compress import not_modified
from bot.web.endpoints import Call, Caller, Endpoint, Reply
from bot.web.problems import Code, Problem

_Query = Annotated[str, Field(min_length=1, max_length=200, description="Sku, name, alias, number or address.")]
_MOST_POINTS = 10_000


class Scanned(Protocol):
    """Answers with a product, at the caller's cost when the shops are to be asked."""

    def __call__(self, caller: Caller, query: str, *, fresh: bool) -> Awaitable[Answer]:
        """UnknownProduct, or TooSoon when the caller's fresh scans are used up."""


class ScanBody(BaseModel):
    """Which product. `fresh`: ask the shops now, instead of answering from memory."""

    model_config = ConfigDict(extra="forbid", title="ScanRequest")
    sku: _Query
    fresh: bool = False


class BatchBody(BaseModel):
    """Up to five products at once."""

    model_config = ConfigDict(extra="forbid", title="BatchRequest")
    skus: Annotated[list[_Query], Field(min_length=1, max_length=5)]
    fresh: bool = False


class ProductsQuery(BaseModel):
    model_config = ConfigDict(extra="forbid")
    q: str = Field(default="", max_length=200, description="What it is called, nearly; all of them without it.")
    limit: int = Field(default=25, ge=1, le=100)


class HistoryQuery(BaseModel):
    model_config = ConfigDict(extra="forbid")
    sku: _Query
    vendor: str | None = Field(default=None, min_length=1, max_length=64)
    since: AwareDatetime | None = Field(default=None, description="ISO 8601 with an offset; the newest without it.")
    limit: int = Field(default=100, ge=1, le=_MOST_POINTS)


class Scans:
    """Asks the use cases and says what they answer."""

    def __init__(self, *, scanned: Scanned, batch: Batch, history: History, products: Products, clock: Clock) -> None:
        self._scanned, self._batch, self._history = scanned, batch, history
        self._products, self._clock = products, clock
        self._rendered = RenderedScans()

    def endpoints(self) -> Sequence[Endpoint]:
        """The routes of this file."""
        return (
            Endpoint("POST", "/api/v1/scan", "Price and stock of a product at every vendor", "scan", self._scan,
                     ScanShape, body=ScanBody, scope="scan", is_open=True,
                     refuses=(Code.UNKNOWN_PRODUCT, Code.FRESH_LIMITED, Code.REFUSED)),
            Endpoint("POST", "/api/v1/scan/batch", "Up to five products at once", "scan", self._scan_batch,
                     BatchShape, body=BatchBody, scope="scan", is_open=True, refuses=(Code.FRESH_LIMITED,)),
            Endpoint("GET", "/api/v1/products", "What can be asked for", "scan", self._list, ProductsShape,
                     query=ProductsQuery, scope="read", is_open=True),
            Endpoint("GET", "/api/v1/history", "The points of change, newest first", "scan", self._past, HistoryShape,
                     query=HistoryQuery, scope="read", is_open=True, has_etag=True,
                     refuses=(Code.UNKNOWN_PRODUCT, Code.UNKNOWN_VENDOR, Code.PLAN_LIMIT, Code.REFUSED)),
        )  # fmt: skip

    async def _scan(self, call: Call) -> Reply:
        answer = await self._scanned(call.caller, call.body.sku, fresh=call.body.fresh)
        return Reply(self._rendered(answer, self._clock.now()))

    async def _scan_batch(self, call: Call) -> Reply:
        async def one(query: str) -> Answer:
            return await self._scanned(call.caller, query, fresh=call.body.fresh)

        found = await self._batch(list(dict.fromkeys(call.body.skus)), one)
        return Reply(orjson.dumps(batch_as_public(found, self._clock)))

    async def _list(self, call: Call) -> Reply:
        mine = await offered_to(self._products, call.caller.guild)
        found = mine.suggest(call.query.q, limit=call.query.limit)
        return Reply(orjson.dumps({"products": [product_as_public(each) for each in found]}))

    async def _past(self, call: Call) -> web.Response:
        asked = call.query
        product = (await offered_to(self._products, call.caller.guild)).find(asked.sku)
        since, limit = self._since(call), asked.limit
        texts = await self._history.texts(product, vendor=asked.vendor, since=since, limit=limit)
        body = rendered_history(product, texts, limit=limit)
        return not_modified(call.request, web.Response(body=body, content_type="application/json"))

    def _since(self, call: Call) -> datetime | None:
        """What was asked for, within the plan; asked for more than the plan reaches, it is said and not cut short."""
        asked: datetime | None = call.query.since
        days = call.caller.history_days
        if days is None:
            return asked
        first = self._clock.now() - timedelta(days=days)
        if asked and asked < first:
            raise Problem(Code.PLAN_LIMIT, f"since: this plan reaches back {days} days.", field="since")
        return asked or first
