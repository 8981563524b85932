"""What guilds want: watches (scan it) and subscriptions (tell us, there, of this, by these rules)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import AwareDatetime, Field, model_validator

from alerts.domain.model import ChangeKind, Condition, Fact, KeyPart, Product, Sku, Tier
from alerts.domain.quiet import Digest, QuietHours
from alerts.domain.said import say
from alerts.domain.written import Moment, Name, Names, Percent, Price, Span

# The operator's own watches (command line) live beside the guilds' under this id, which no guild has.
OPERATOR = 0


# Members' own alerts live beside the guilds', each member's in a space of their own: an id that no guild has.
def space_of(user: int) -> int:
    """The id under which a member's own alerts are kept, wherever they were made. No guild can ask for it."""
    return -user


DEFAULT_KINDS = (ChangeKind.RESTOCKED, ChangeKind.PRICE_DROP, ChangeKind.PREORDER_OPEN)


class TargetKind(StrEnum):
    """How a message gets there."""

    CHANNEL = "channel"  # or a thread, which is a channel to Discord
    FORUM = "forum"  # each alert a post of its own
    DM = "dm"  # one person, by their own wish
    WEBHOOK = "webhook"  # a channel's webhook: at least once, since Discord knows no nonce there
    APPRISE = "apprise"  # anything else: e-mail, Slack, ntfy, ... at least once
    ENDPOINT = "endpoint"  # a program's webhook (domain/webhooks.py); no alert has one as its target


class Target(Fact):
    """Where a message goes.

    `id` is Discord's for a channel, a forum, a person and a webhook. An Apprise target has one made of its address;
    the address itself, like a webhook's token, is a secret and kept sealed. `tags`: of a forum's posts.
    """

    type: TargetKind = TargetKind.CHANNEL
    id: int
    tags: tuple[int, ...] = Field(default=(), max_length=5)

    def __str__(self) -> str:
        return f"{self.type}:{self.id}"


class Watch(Fact):
    """A guild's wish to have a product scanned.

    `name` is what the guild calls it and `tier` how often it asks for; None for the product's own. A paused one asks
    for nothing, and the guild's alerts of the product rest with it.
    """

    guild: int
    sku: Sku
    added_by: int
    added_at: AwareDatetime
    name: str | None = Field(default=None, min_length=1, max_length=100)
    tier: Tier | None = None
    paused: bool = False

    def tier_of(self, product: Product) -> Tier:
        """How often it asks for."""
        return self.tier or product.tier


class Reference(StrEnum):
    """What a drop is measured from."""

    PREVIOUS = "previous"
    LAST_TOLD = "last_told"
    MEDIAN_30D = "median_30d"
    LIST_PRICE = "list_price"


class FirstSight(StrEnum):
    """What to do when the wish is true already on the day it is made."""

    BASELINE = "baseline"
    TELL_NOW = "tell_now"


class Subscription(Fact):
    """Who wants to hear of which changes, and where. It belongs to the guild, not to who typed it.

    Every rule that is set must hold (docs/rules.md); one that is left out asks nothing.
    """

    id: KeyPart
    guild: int
    sku: Sku | None = None
    category: Name | None = None
    kinds: tuple[ChangeKind, ...] = DEFAULT_KINDS
    target: Target
    mention_role: int | None = None
    added_by: int
    added_at: AwareDatetime

    below: Price | None = None
    above: Price | None = None
    rearm_percent: Percent = Decimal(2)
    drop_percent: Annotated[Percent, Field(gt=0)] | None = None
    drop_amount: Price | None = None
    reference: Reference = Reference.PREVIOUS
    floor_amount: Annotated[Decimal, Field(ge=0)] | None = None
    floor_percent: Percent | None = None
    new_low: Literal[30, 90, "ever"] | None = None
    with_shipping: bool = False

    vendors: Names = ()
    not_vendors: Names = ()
    regions: Names = ()
    not_regions: Names = ()
    conditions: tuple[Condition, ...] = ()
    not_conditions: tuple[Condition, ...] = ()
    sellers: Names = ()
    not_sellers: Names = ()
    online_only: bool = False

    cooldown: Span = timedelta(0)
    daily_cap: int | None = Field(default=None, ge=1, le=1000)
    expires_at: Moment | None = None
    paused: bool = False

    snooze_until: Moment | None = None
    quiet: QuietHours | None = None
    digest: Digest | None = None
    first_sight: FirstSight = FirstSight.BASELINE

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        if problem := next(self._problems(), None):
            raise ValueError(problem)
        return self

    def _problems(self) -> Iterator[str]:
        if (self.sku is None) is (self.category is None):
            yield say("name a sku or a category, one of the two")
        if not self.kinds:
            yield say("choose at least one kind of change to be told of")
        if self.below and self.above:
            if self.below.currency != self.above.currency:
                yield say("below and above are in two currencies, and nothing is converted")
            elif self.above.amount >= self.below.amount:
                text = say(
                    "no price is above {above} and below {below} at once", above=str(self.above), below=str(self.below)
                )
                yield text
        for name in ("vendors", "regions", "conditions", "sellers"):
            wanted, unwanted = getattr(self, name), getattr(self, f"not_{name}")
            if both := {each.casefold() for each in wanted} & {each.casefold() for each in unwanted}:
                yield say("{value} is among {name} and not_{name}", value=min(both), name=name)

    @property
    def has_threshold(self) -> bool:
        return self.below is not None or self.above is not None

    @property
    def has_drop(self) -> bool:
        return self.drop_percent is not None or self.drop_amount is not None

    @property
    def zone(self) -> str:
        """The timezone of its days: that of the quiet hours, else of the digest, else UTC."""
        return self.quiet.timezone if self.quiet else (self.digest and self.digest.timezone) or "UTC"


def persons_in(subscription: Subscription) -> frozenset[int]:
    """Whose id an alert bears: who made it, and whom it writes to. Not for one that is their own altogether."""
    reader = subscription.target.id if subscription.target.type is TargetKind.DM else 0
    persons = {subscription.added_by, reader} - {OPERATOR}
    return frozenset(each for each in persons if space_of(each) != subscription.guild)
