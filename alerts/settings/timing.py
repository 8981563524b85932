"""Sections about when: tiers, how long history and answers are kept, what a difference must pass."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Self

from pydantic import (
    BaseModel,
    Field,
    model_validator,
)

from alerts.domain.confirm import Rules
from alerts.domain.freshness import Freshness
from alerts.domain.model import Tier
from alerts.domain.retention import Retention
from alerts.settings.units import Duration, Every, Percent
from alerts.settings.written import Section


class CacheSection(Section):
    fresh: Duration = timedelta(minutes=5)
    """an answer comes from memory when every listing was looked at within this time"""
    ttl: dict[str, Duration] = Field(default={"default": timedelta(hours=1)}, title="category: duration")
    """an older answer is still shown at once, with its age, while the shops are read behind it; past this time they are
    asked first. A category without a time of its own has that of `default`; one that is shorter than `cache.fresh`
    counts for both"""
    memory: int = Field(default=2000, ge=1, le=1_000_000)
    """products that a process remembers by itself: for a second instead of the store, and for as long as the store is
    away"""
    popular: int = Field(default=10, ge=1, le=1_000_000)
    """a product that was asked for so often within an hour, by anybody, is looked at when four fifths of its
    `cache.ttl` are over, so that nobody has to wait for the shops"""

    def freshness(self) -> Freshness:
        """The rule that the engine answers by."""
        return Freshness(fresh=self.fresh, ttl=self.ttl)


class TierSection(Section):
    every: Every
    """how often its products are looked at"""
    limit: int = Field(ge=1)
    """how many of them one tick hands out at most"""


def _with_its_rest(cls: type[BaseModel], raw: object) -> object:
    """Setting one number of a tier leaves its other one as it is."""
    if not isinstance(raw, dict):
        return raw
    fields = {k: each for k, each in cls.model_fields.items() if isinstance(each.default, BaseModel)}
    return {k: {**fields[k].default.model_dump(), **v} if k in fields and isinstance(v, dict) else v
            for k, v in raw.items()}  # fmt: skip


class TiersSection(Section):
    hot: TierSection = TierSection(every=timedelta(minutes=5), limit=200)
    warm: TierSection = TierSection(every=timedelta(hours=1), limit=500)
    cold: TierSection = TierSection(every=timedelta(hours=24), limit=1000)
    adapt: bool = True
    """whether intervals follow what is known of a product, and shops' room; else every product goes by its tier"""

    _keep_the_rest = model_validator(mode="before")(_with_its_rest)

    def by_tier(self) -> dict[Tier, TierSection]:
        """Each tier that is looked at by itself."""
        return {Tier.HOT: self.hot, Tier.WARM: self.warm, Tier.COLD: self.cold}

    def every(self) -> dict[Tier, timedelta]:
        """How often the products of each are due."""
        return {tier: each.every for tier, each in self.by_tier().items()}


class KeptSection(Section):
    """How long a tier's points of change are kept; see domain/retention.py."""

    full: Duration = Field(title="duration from 91d")
    """so long every change is kept"""
    keep: Duration
    """not shorter than `full`"""

    @model_validator(mode="after")
    def _is_a_rule(self) -> Self:
        self.rule()
        return self

    def rule(self) -> Retention:
        """The same as the domain takes it."""
        return Retention(full=self.full, keep=self.keep)


class HistorySection(Section):
    hot: KeptSection = KeptSection(full=timedelta(days=100), keep=timedelta(days=730))
    warm: KeptSection = KeptSection(full=timedelta(days=180), keep=timedelta(days=1095))
    cold: KeptSection = KeptSection(full=timedelta(days=365), keep=timedelta(days=1825))
    frozen: KeptSection = KeptSection(full=timedelta(days=365), keep=timedelta(days=1825))

    _keep_the_rest = model_validator(mode="before")(_with_its_rest)

    def rules(self) -> dict[Tier, Retention]:
        """By tier, as the domain takes them."""
        return {Tier(name): kept.rule() for name, kept in self}


class ConfirmSection(Section):
    """What a difference must pass before it is believed; see domain/confirm.py."""

    restock_delay: Duration = timedelta(seconds=10)
    """how long after a restock was seen the second look is due. It takes a connection of its own and asks past every
    cache, however short the wait"""
    reads: int = Field(default=2, ge=1, le=10)
    """agreeing looks that a turn of the stock or a large drop needs"""
    price_drop: Percent = Decimal("0.4")
    """a larger drop waits for that many looks"""
    suspicious_reads: int = Field(default=3, ge=1, le=10)
    """agreeing looks that a price below a fifth or above ten times the old one needs"""
    suspicious_span: Duration = timedelta(minutes=2)
    """the least time from the first to the last of them"""
    flips: int = Field(default=3, ge=2, le=100)
    """turns of the stock within `flap_window` that are called flapping: one note, then quiet"""
    flap_window: Duration = timedelta(minutes=30)
    """see `flips`"""
    flap_calm: Duration = timedelta(minutes=30)
    """so long without a turn ends the quiet, with a note of how it stands"""
    mass_least: int = Field(default=5, ge=2, le=10_000)
    """so many listings of one shop that turn within `flap_window` …"""
    mass_share: Percent = Decimal("0.3")
    """… and more than this part of them: its stock is doubted, and a turn needs as many looks as a suspicious price"""
    blind_after: int = Field(default=6, ge=2, le=1000)
    """so many failed looks in a row, over all its listings, and a shop is called blind: one note, and one when it is
    back"""

    def rules(self) -> Rules:
        """The same as the domain takes it."""
        return Rules(**self.model_dump())
