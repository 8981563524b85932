"""What memory promises to who changes the secret key: everything that is sealed, or kept under it, in turn."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Protocol

from alerts.domain.api_keys import ApiKey
from alerts.domain.wishes import Target


@dataclass(frozen=True, slots=True)
class SealedText:
    """What is sealed of a guild's target, or of its webhook with this id."""

    guild: int
    of: Target | str
    text: str = field(repr=False)

    def __str__(self) -> str:
        return f"{self.of if isinstance(self.of, Target) else f'webhook {self.of}'} of server {self.guild}"


class SwapsSealed(Protocol):
    """Another text for what is sealed, so that nobody's newer one is lost."""

    async def swap_sealed(self, before: SealedText, after: str) -> bool:
        """Keep it instead of the one before; False when that has changed or is gone."""


class Resealable(SwapsSealed, Protocol):
    """All guilds'. What comes or goes meanwhile may be passed over, and what stays may come twice."""

    def everything_sealed(self) -> AsyncIterator[SealedText]:
        """Each text that is sealed."""

    def every_api_key(self) -> AsyncIterator[ApiKey]:
        """The keys of every guild."""
