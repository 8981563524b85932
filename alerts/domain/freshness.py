"""How old an answer may be: at once, at once but refreshed behind, or only after the shops were asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import Enum

DEFAULT = "default"
_FRESH, _TTL = timedelta(minutes=5), timedelta(hours=1)
_WARM_AT = 0.8  # of the ttl: the rest is time to get to it, at the shops' pace


class Age(Enum):
    """What to do with what is known."""

    YOUNG = "young"  # show it
    OLD = "old"  # show it, and read the shops behind
    EXPIRED = "expired"  # ask the shops first


@dataclass(frozen=True, slots=True)
class Limits:
    """Of one category: `young` is never longer than `ttl`."""

    young: timedelta
    ttl: timedelta

    def judge(self, age: timedelta | None) -> Age:
        """By the time since the last look; None when there was none."""
        if age is None or age >= self.ttl:
            return Age.EXPIRED
        return Age.YOUNG if age < self.young else Age.OLD

    @property
    def warm_at(self) -> timedelta:
        """From which age on a popular product is looked at before anybody has to wait for it."""
        return self.ttl * _WARM_AT


@dataclass(frozen=True, slots=True)
class Freshness:
    """What the operator has chosen. A category without a ttl of its own has the one called `default`."""

    fresh: timedelta = _FRESH
    ttl: Mapping[str, timedelta] = field(default_factory=dict)

    def limits(self, category: str | None = None, *, max_age: timedelta | None = None) -> Limits:
        """The category's, or an asker's own: what is as old as that is not shown before the shops were asked."""
        if max_age is not None:
            return Limits(max_age, max_age)
        by_name = {name.casefold(): span for name, span in self.ttl.items()}
        ttl = by_name.get((category or DEFAULT).casefold()) or by_name.get(DEFAULT) or _TTL
        return Limits(min(self.fresh, ttl), ttl)
