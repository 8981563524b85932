"""Plans and chosen tiers in dictionaries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from alerts.domain.model import Tier


@dataclass
class MemoryPlans:
    """See promises.plans.Plans."""

    _due: dict[str, tuple[Tier, datetime]] = field(default_factory=dict, init=False)
    _floors: dict[str, Tier] = field(default_factory=dict, init=False)
    _planned: dict[str, timedelta] = field(default_factory=dict, init=False)

    async def set_floor(self, sku: str, tier: Tier | None) -> None:
        if tier:
            self._floors[sku] = tier
        else:
            self._floors.pop(sku, None)

    async def floors(self, skus: Sequence[str]) -> Mapping[str, Tier]:
        return {sku: self._floors[sku] for sku in skus if sku in self._floors}

    async def in_tiers(self) -> Mapping[str, Tier]:
        return {sku: tier for sku, (tier, _) in self._due.items()}

    async def put_plan(self, every: Mapping[str, timedelta]) -> None:
        self._planned.update(every)

    async def planned(self, skus: Sequence[str]) -> Mapping[str, timedelta]:
        return {sku: self._planned[sku] for sku in skus if sku in self._planned}

    async def forget_plan(self) -> None:
        self._planned.clear()

    async def bring_forward(self, at: Mapping[str, datetime]) -> None:
        for sku, earlier in at.items():
            if sku in self._due:
                tier, due = self._due[sku]
                self._due[sku] = (tier, min(due, earlier))
