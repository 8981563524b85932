"""How often a product is worth looking at, and how all of them fit into what each shop may be asked.

A step of heat halves the interval, a step down doubles it. Never quicker than the quickest tier, never slower than the
slowest; but a shop's room comes before all wishes: what does not fit is stretched, for all of its products alike.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from alerts.domain.model import Tier
from alerts.domain.stats import Usual

_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)
_QUIET, _VERY_QUIET = 14 * _DAY, 60 * _DAY
_USUAL = 4  # steps: from an hour to less than four minutes
_FULL = 0.8  # of what a shop may be asked; the rest is for people and for confirmations
_STEPS = 8  # of a stretch to its double: small moves of the demand move nobody's moments


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a product. `asks`: within the last hour. `changed_ago` is None if it never changed.

    `quiet_for`: since the last change, or since the first sight. `is_blind`: none of its shops can be read.
    """

    watchers: int = 0
    asks: float = 0
    changed_ago: timedelta | None = None
    quiet_for: timedelta = timedelta(0)
    usual: Usual | None = None
    is_blind: bool = False


def heat(facts: Facts, now: datetime) -> int:
    """Steps up, or down when negative."""
    steps = _of_many(facts.watchers) + _of_many(facts.asks)
    if facts.changed_ago is not None:
        steps += 2 * (facts.changed_ago < _HOUR) or (facts.changed_ago < _DAY)
    if facts.usual and is_usual_hour(facts.usual, now):
        steps += _USUAL
    steps -= (facts.quiet_for >= _QUIET) + (facts.quiet_for >= _VERY_QUIET)
    return steps - facts.is_blind


def is_usual_hour(usual: Usual, now: datetime) -> bool:
    """Whether it is the hour in which it usually comes back, or half an hour before; UTC as the habit is."""
    if 2 * usual.in_hour < usual.of:
        return False
    soon = now + timedelta(minutes=30)
    has_weekday = 2 * usual.on_weekday >= usual.of
    return any(at.hour == usual.hour and (at.weekday() == usual.weekday or not has_weekday) for at in (now, soon))


def interval(
    facts: Facts, *, tier: Tier, every: Mapping[Tier, timedelta], now: datetime, floor: Tier | None = None
) -> timedelta:
    """How long between two looks. `tier` is where it starts from; `floor`, that somebody chose, is kept at least."""
    quickest, slowest = min(every.values()), max(every.values())
    found = every[tier] * 2.0 ** -heat(facts, now)
    if floor and floor in every:
        found = min(found, every[floor])
    return max(quickest, min(found, slowest))


def tier_of(span: timedelta, every: Mapping[Tier, timedelta]) -> Tier:
    """The slowest tier that is as quick as that, or quicker: where a product of this interval belongs."""
    return max((tier for tier in every if every[tier] <= span), key=every.__getitem__, default=Tier.HOT)


@dataclass(frozen=True, slots=True)
class Want:
    """A product, how often it is to be looked at, and how many requests that makes of each budget."""

    sku: str
    every: timedelta
    requests: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Load:
    """What is wanted of a budget, in requests an hour, what it has room for, and by how much that is stretched."""

    wanted: float
    room: float = math.inf
    stretch: float = 1.0


@dataclass(frozen=True, slots=True)
class Plan:
    """The interval of each product, and what that makes of each budget."""

    every: Mapping[str, timedelta]
    loads: Mapping[str, Load]


def fit(wants: Iterable[Want], paces: Mapping[str, timedelta]) -> Plan:
    """Stretch what does not fit. `paces`: the least time between two requests of a budget; one without has no end.

    Who needs several budgets is stretched as the tightest of them asks for, so that every one of them fits.
    """
    wants = list(wants)
    wanted: dict[str, float] = defaultdict(float)
    for want in wants:
        for budget, requests in want.requests.items():
            wanted[budget] += requests * (_HOUR / want.every)
    loads = {budget: _load(each, paces.get(budget)) for budget, each in wanted.items()}
    every = {want.sku: want.every * max([1.0, *(loads[budget].stretch for budget in want.requests)]) for want in wants}
    return Plan(every, loads)


def _load(wanted: float, pace: timedelta | None) -> Load:
    if not pace:
        return Load(wanted)
    room = _FULL * (_HOUR / pace)
    if wanted <= room:
        return Load(wanted, room)
    return Load(wanted, room, 2 ** (math.ceil(math.log2(wanted / room) * _STEPS) / _STEPS))


def _of_many(count: float) -> int:
    """A step for ten, two for a hundred, three for a thousand and more."""
    return min(3, int(math.log10(count) + 1e-9)) if count >= 1 else 0
