"""How often each product is really looked at, which may differ from its tier, and the tiers that somebody chose."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from alerts.domain.model import Tier


class Plans(Protocol):
    """Beside the timetable. What is taken off that is not planned any more either."""

    async def set_floor(self, sku: str, tier: Tier | None) -> None:
        """Remember the hottest tier that somebody chose for it; None when nobody has."""

    async def floors(self, skus: Sequence[str]) -> Mapping[str, Tier]:
        """Those of them for which somebody has."""

    async def in_tiers(self) -> Mapping[str, Tier]:
        """Everything on the timetable with its tier."""

    async def put_plan(self, every: Mapping[str, timedelta]) -> None:
        """Look at each of them so often from now on; the others stay as they were planned."""

    async def planned(self, skus: Sequence[str]) -> Mapping[str, timedelta]:
        """Those of them that were planned; the others go by their tier."""

    async def forget_plan(self) -> None:
        """Everything goes by its tier again."""

    async def bring_forward(self, at: Mapping[str, datetime]) -> None:
        """Make each due no later than that; what is not on the timetable stays off it."""
