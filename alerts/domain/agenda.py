"""What the next hour looks like, in brief: written by whoever plans, read by whoever asks."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from pydantic import AwareDatetime

from alerts.domain.model import Fact, Tier

NOTE = "agenda"  # the name it is noted under


class TierAgenda(Fact):
    """Products that are looked at as often as a tier says, or nearly, and how many looks that makes."""

    products: int = 0
    looks: float = 0


class ShopAgenda(Fact):
    """Requests to a shop, as wanted, and by how much its products are stretched to fit."""

    requests: float = 0
    stretch: float = 1


class Agenda(Fact):
    """All of it. `quickest`: the shortest interval of all; `adapts` is False when every product goes by its tier."""

    at: AwareDatetime
    adapts: bool
    quickest: timedelta | None = None
    tiers: Mapping[Tier, TierAgenda] = {}
    shops: Mapping[str, ShopAgenda] = {}

    @property
    def looks(self) -> float:
        return sum(each.looks for each in self.tiers.values())

    def stretched(self) -> list[tuple[str, float]]:
        """Shops that are wanted more often than they may be asked, the fullest first."""
        full = ((name, each.stretch) for name, each in self.shops.items() if each.stretch > 1)
        return sorted(full, key=lambda each: (-each[1], each[0]))


def read_agenda(note: str | None) -> Agenda | None:
    """From the note that it was kept as; nothing when there is none, or one of another version."""
    try:
        return Agenda.model_validate_json(note) if note else None
    except ValueError:
        return None
