"""`/watches`: what is scanned all the time for the key's server."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Self

import orjson
from pydantic import BaseModel, ConfigDict, Field, model_validator

from alerts.additions import Additions
from alerts.domain.catalogue import LONGEST_NAME
from alerts.domain.model import Tier
from alerts.domain.wishes import OPERATOR
from alerts.products import Products
from alerts.watches import Watches, not_watched
from bot.public import watch_as_public
from bot.web.api.asking import offered_to
from bot.web.api.shapes import SkuText, WatchesShape, WatchShape, one_of
from bot.web.endpoints import Call, Endpoint, Reply
from bot.web.problems import Code, Problem


class WatchBody(BaseModel):
    """A product that is offered (`sku`: its sku, name or alias), or any product's page (`url`): one of the two."""

    model_config = ConfigDict(extra="forbid", title="WatchRequest", json_schema_extra=one_of("sku", "url"))
    sku: Annotated[str, Field(min_length=1, max_length=200)] | None = None
    url: Annotated[str, Field(min_length=1, max_length=2048)] | None = None
    name: Annotated[str, Field(min_length=1, max_length=LONGEST_NAME)] | None = None
    tier: Tier | None = None
    paused: bool = False

    @model_validator(mode="after")
    def _one_of_two(self) -> Self:
        if (self.sku is None) is (self.url is None):
            raise ValueError("name a sku or a url, one of the two")
        return self


class WatchQuery(BaseModel):
    model_config = ConfigDict(extra="forbid")
    sku: SkuText


class WatchRoutes:
    """Lists, adds and ends, always of the guild that the key belongs to."""

    def __init__(self, *, watches: Watches, additions: Additions, products: Products) -> None:
        self._watches, self._additions, self._products = watches, additions, products

    def endpoints(self) -> Sequence[Endpoint]:
        """The routes of this file."""
        return (
            Endpoint("GET", "/api/v1/watches", "What is watched", "watches", self._list, WatchesShape, scope="read"),
            Endpoint("POST", "/api/v1/watches", "Watch a product", "watches", self._add, WatchShape, status=201,
                     body=WatchBody, scope="manage",
                     refuses=(Code.UNKNOWN_PRODUCT, Code.CONFLICT, Code.REFUSED, Code.SHOP_UNREADABLE)),
            Endpoint("DELETE", "/api/v1/watches", "Stop watching a product", "watches", self._remove, None, status=204,
                     query=WatchQuery, scope="manage", refuses=(Code.NOT_FOUND, Code.REFUSED)),
            Endpoint("DELETE", "/api/v1/watches/{sku}", "Stop watching a product", "watches", self._remove, None,
                     status=204, scope="manage", refuses=(Code.REFUSED,)),
        )  # fmt: skip

    async def _list(self, call: Call) -> Reply:
        watched = await self._watches.list(call.caller.own_guild)
        return Reply(orjson.dumps({"watches": [watch_as_public(*each) for each in watched]}))

    async def _add(self, call: Call) -> Reply:
        guild, wanted = call.caller.own_guild, call.body
        if wanted.url is not None:
            sku = await self._added(guild, wanted)
        else:
            product = (await offered_to(self._products, guild)).find(wanted.sku)
            facts = {"name": wanted.name, "tier": wanted.tier, "paused": wanted.paused}
            if not await self._watches.add(guild, product, by=OPERATOR, **facts):
                raise Problem(Code.CONFLICT, f"{product.sku} is watched already.", field="sku")
            sku = product.sku
        made = next(each for each in await self._watches.list(guild) if each[0].sku == sku)
        return Reply(orjson.dumps(watch_as_public(*made)), 201, {"Location": f"/api/v1/watches/{sku}"})

    async def _added(self, guild: int, wanted: WatchBody) -> str:
        """The page is read and kept at once: a program has nobody to ask whether it was meant."""
        preview = await self._additions.propose(
            guild, wanted.url or "", by=OPERATOR, name=wanted.name, tier=wanted.tier
        )
        if not preview.id:
            raise Problem(Code.CONFLICT, f"{preview.product.sku} is watched already.", field="url")
        if preview.offer is None and preview.failure:
            await self._additions.drop(guild, preview.id, by=OPERATOR)
            raise Problem(Code.SHOP_UNREADABLE, f"url: the page cannot be read now: {preview.failure.reason.value}.",
                          field="url", retry_after=300)  # fmt: skip
        product, _ = await self._additions.keep(guild, preview.id, by=OPERATOR)
        if wanted.paused:
            await self._watches.change(guild, product.sku, paused=True)
        return product.sku

    async def _remove(self, call: Call) -> Reply:
        guild, sku = call.caller.own_guild, call.query.sku if call.query else call.path("sku")
        for watch, product in await self._watches.list(guild):
            if watch.sku == sku:
                _, found = await self._watches.watched(guild, sku)
                await self._watches.remove(guild, product or found)
                return Reply(None, 204)
        raise not_watched()
