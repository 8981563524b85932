"""Whose look comes first when there are more to be done than hands."""

from __future__ import annotations

from enum import StrEnum

from alerts.domain.model import Tier


class Priority(StrEnum):
    """The classes of looks, the most urgent first."""

    ASKED = "asked"  # by a person, through a program
    CONFIRMATION = "confirmation"  # a difference was seen and is not believed yet
    HOT = "hot"
    WARM = "warm"
    COLD = "cold"

    @classmethod
    def of(cls, tier: Tier) -> Priority:
        """That of a look which is due by its tier alone."""
        return {Tier.HOT: cls.HOT, Tier.WARM: cls.WARM}.get(tier, cls.COLD)
