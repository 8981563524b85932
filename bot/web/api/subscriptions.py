"""`/subscriptions`: who is told of what, in the key's server."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Annotated, Any, Literal, Protocol

import orjson
from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema

from alerts.domain.model import ChangeKind, Condition
from alerts.domain.wishes import DEFAULT_KINDS, OPERATOR, FirstSight, Reference, Subscription, Target, TargetKind
from alerts.products import Products
from alerts.subscriptions import Subscriptions
from bot.web.api.asking import offered_to
from bot.web.api.shapes import Shape, one_of
from bot.web.endpoints import Call, Endpoint, Reply
from bot.web.problems import Code, Problem


class Places(Protocol):
    """Where a guild's channels are: nobody may have alerts sent into another's."""

    async def has_channel(self, guild: int, channel: int) -> bool:
        """Whether the channel, thread or forum is the guild's and the bot sees it."""


def _as_text(raw: object) -> object:
    if isinstance(raw, float) and raw.is_integer() and raw < _EXACT:
        raw = int(raw)  # to JSON 42.0 is the same number
    return str(raw) if isinstance(raw, int) and not isinstance(raw, bool) else raw


_EXACT = 2**53
_ID = r"^([1-9][0-9]{0,17}|[1-8][0-9]{18})$"  # below 2 to the 63rd
Snowflake = Annotated[
    str,
    BeforeValidator(_as_text),
    Field(pattern=_ID),
    WithJsonSchema({
        "anyOf": [{"type": "string", "pattern": _ID}, {"type": "integer", "minimum": 1, "exclusiveMaximum": 9 * 10**18}]
    }),
]  # fmt: skip
PriceText = Annotated[str, Field(pattern=r"^[0-9]{1,11}(\.[0-9]{1,4})? [A-Z]{3}$", examples=["500 GBP"])]
PercentText = Annotated[Decimal, Field(ge=0, le=100)]
SpanText = Annotated[str, Field(pattern=r"^([0-9]{1,6}[smhdw]){1,5}$", examples=["30m"])]
TimeText = Annotated[str, Field(pattern=r"^([01]?[0-9]|2[0-3]):[0-5][0-9]$", examples=["22:00"])]
_Names = Annotated[list[Annotated[str, Field(min_length=1, max_length=100)]], Field(max_length=50)]


class TargetBody(BaseModel):
    """A channel, thread or forum of the server."""

    model_config = ConfigDict(extra="forbid", title="TargetRequest")
    type: Literal["channel", "forum"] = "channel"
    id: Snowflake


class QuietBody(BaseModel):
    """When to hold what there is to tell."""

    model_config = ConfigDict(extra="forbid", title="QuietHours")
    start: TimeText
    end: TimeText
    timezone: str = Field(default="UTC", max_length=64)


class SubscriptionBody(BaseModel):
    """Of which product or category, where to, and by which rules (docs/rules.md)."""

    model_config = ConfigDict(extra="forbid", title="SubscriptionRequest", json_schema_extra=one_of("sku", "category"))
    id: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,64}$")] | None = None
    sku: Annotated[str, Field(min_length=1, max_length=200)] | None = None
    category: Annotated[str, Field(min_length=1, max_length=100)] | None = None
    target: TargetBody
    kinds: Annotated[list[ChangeKind], Field(min_length=1, max_length=len(ChangeKind))] = list(DEFAULT_KINDS)

    below: PriceText | None = None
    above: PriceText | None = None
    rearm_percent: PercentText | None = None
    drop_percent: PercentText | None = None
    drop_amount: PriceText | None = None
    reference: Reference | None = None
    floor_amount: Annotated[Decimal, Field(ge=0, le=10**9)] | None = None
    floor_percent: PercentText | None = None
    new_low: Literal[30, 90, "ever"] | None = None
    with_shipping: bool | None = None

    vendors: _Names | None = None
    not_vendors: _Names | None = None
    regions: _Names | None = None
    not_regions: _Names | None = None
    conditions: list[Condition] | None = None
    not_conditions: list[Condition] | None = None
    sellers: _Names | None = None
    not_sellers: _Names | None = None
    online_only: bool | None = None

    cooldown: SpanText | None = None
    daily_cap: Annotated[int, Field(ge=1, le=1000)] | None = None
    expires_at: AwareDatetime | None = None
    paused: bool | None = None
    snooze_until: AwareDatetime | None = None
    quiet: QuietBody | None = None
    digest: Annotated[str, Field(max_length=100, examples=["daily 18:00"])] | None = None
    first_sight: FirstSight | None = None

    def rules(self) -> dict[str, Any]:
        """Those that were given."""
        given = self.model_dump(exclude_none=True, exclude={"id", "sku", "category", "target", "kinds"})
        return {**given, "id": self.id} if self.id else given


_RULES = [name for name in SubscriptionBody.model_fields if name not in ("id", "sku", "category", "target", "kinds")]


class TargetShape(Shape):
    model_config = ConfigDict(title="Target")
    type: TargetKind
    id: str


class SubscriptionShape(Shape):
    """Who is told of what. `rules` holds those that are not as they are by themselves."""

    model_config = ConfigDict(title="Subscription")
    id: str
    sku: str | None
    category: str | None
    kinds: list[ChangeKind]
    target: TargetShape
    rules: dict[str, Any]
    added_at: AwareDatetime


class SubscriptionsShape(Shape):
    """A server's alerts, the oldest first."""

    model_config = ConfigDict(title="Subscriptions")
    subscriptions: list[SubscriptionShape]


class SubscriptionQuery(BaseModel):
    model_config = ConfigDict(extra="forbid")
    id: str = Field(min_length=1, max_length=64)


class SubscriptionRoutes:
    """Lists, makes and ends, always of the guild that the key belongs to."""

    def __init__(self, *, subscriptions: Subscriptions, products: Products, places: Places) -> None:
        self._subscriptions, self._products, self._places = subscriptions, products, places

    def endpoints(self) -> Sequence[Endpoint]:
        """The routes of this file."""
        path, tag = "/api/v1/subscriptions", "subscriptions"
        return (
            Endpoint("GET", path, "Who is told of what", tag, self._list, SubscriptionsShape, scope="read"),
            Endpoint("POST", path, "Have a channel told", tag, self._add, SubscriptionShape, status=201,
                     body=SubscriptionBody, scope="manage",
                     refuses=(Code.UNKNOWN_PRODUCT, Code.REFUSED, Code.NOT_FOUND, Code.CONFLICT)),
            Endpoint("DELETE", path, "Tell no more", tag, self._remove, None, status=204, query=SubscriptionQuery,
                     scope="manage", refuses=(Code.NOT_FOUND,)),
            Endpoint("DELETE", path + "/{id}", "Tell no more", tag, self._remove, None, status=204, scope="manage"),
        )  # fmt: skip

    async def _list(self, call: Call) -> Reply:
        mine = await self._subscriptions.list(call.caller.own_guild)
        return Reply(orjson.dumps({"subscriptions": [subscription_as_public(each) for each in mine]}))

    async def _add(self, call: Call) -> Reply:
        guild, asked = call.caller.own_guild, call.body
        if (asked.sku is None) is (asked.category is None):
            raise Problem(Code.INVALID_FIELD, "sku: name a sku or a category, one of the two.", field="sku")
        if asked.id and any(each.id == asked.id for each in await self._subscriptions.list(guild)):
            raise Problem(Code.CONFLICT, "id: there is one of this id already.", field="id")
        facts = {"by": OPERATOR, "kinds": tuple(asked.kinds), **asked.rules()}
        target = await self._target(guild, asked.target)
        if asked.category is not None:
            made = await self._subscriptions.add_category(guild, asked.category, target, **facts)
        else:
            product = (await offered_to(self._products, guild)).find(asked.sku)
            made = await self._subscriptions.add(guild, product, target, **facts)
        location = {"Location": f"/api/v1/subscriptions/{made.id}"}
        return Reply(orjson.dumps(subscription_as_public(made)), 201, location)

    async def _target(self, guild: int, asked: TargetBody) -> Target:
        """Only a channel of this guild: a person decides for themselves, and an address is a secret."""
        channel = int(asked.id)
        if not await self._places.has_channel(guild, channel):
            raise Problem(Code.NOT_FOUND, "target.id: there is no such channel in this server.", field="target.id")
        return Target(type=TargetKind(asked.type), id=channel)

    async def _remove(self, call: Call) -> Reply:
        await self._subscriptions.remove(call.caller.own_guild, call.query.id if call.query else call.path("id"))
        return Reply(None, 204)


def subscription_as_public(subscription: Subscription) -> dict[str, Any]:
    """An alert as programs read it: the rules that were set, and no person's id."""
    said = subscription.model_dump(mode="json", exclude_defaults=True)
    return {
        "id": subscription.id,
        "sku": subscription.sku,
        "category": subscription.category,
        "kinds": [kind.value for kind in subscription.kinds],
        "target": {"type": subscription.target.type.value, "id": str(subscription.target.id)},
        "rules": {name: said[name] for name in _RULES if name in said},
        "added_at": subscription.added_at.isoformat(),
    }
