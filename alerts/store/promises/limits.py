"""What memory promises about limits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from alerts.domain.limits import Allowance, Taken


class LimitStore(Protocol):
    """Sliding windows that all processes share. See domain/limits.py for what a window is."""

    async def take_turns(self, wanted: Mapping[str, Allowance]) -> Mapping[str, Taken]:
        """Count one in each of these windows, or in none of them when any is full."""

    async def take_turns_each(self, attempts: Sequence[Mapping[str, Allowance]]) -> Sequence[Mapping[str, Taken]]:
        """The same for several attempts in one question: one after the other, each for itself."""
