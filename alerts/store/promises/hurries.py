"""Products that are to be looked at before everything that is merely due."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from alerts.store.facts import Due


class Hurries(Protocol):
    """Looks beside the timetable, which keeps its own times."""

    async def hurry(self, sku: str, at: datetime) -> None:
        """Have it looked at no later than `at`; what is not on the timetable is left alone."""

    async def hurried(self, now: datetime, *, limit: int) -> Sequence[Due]:
        """Those whose time has come, the earliest first."""

    async def hurry_done(self, due: Due) -> None:
        """Somebody looks, or will; unless it was hurried to another time since."""
