"""Sealed secrets, in a dictionary."""

from __future__ import annotations

from dataclasses import dataclass, field

from alerts.domain.wishes import Target


@dataclass
class MemorySealed:
    """See ports.Sealed."""

    _sealed: dict[tuple[int, str], str] = field(default_factory=dict, init=False)

    async def put_sealed(self, guild: int, target: Target, text: str) -> None:
        self._sealed[guild, str(target)] = text

    async def sealed(self, guild: int, target: Target) -> str | None:
        return self._sealed.get((guild, str(target)))

    async def remove_sealed(self, guild: int, target: Target) -> None:
        self._sealed.pop((guild, str(target)), None)
