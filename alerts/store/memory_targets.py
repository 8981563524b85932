"""How the targets stand, in a dictionary."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from alerts.domain.standing import Notice, Standing
from alerts.domain.wishes import Target


@dataclass
class MemoryTargets:
    """See ports.Standings."""

    _standings: dict[str, Standing] = field(default_factory=dict, init=False)
    _notices: dict[str, Notice] = field(default_factory=dict, init=False)

    async def standing(self, target: Target) -> Standing | None:
        return self._standings.get(str(target))

    async def standings(self) -> Mapping[str, Standing]:
        return dict(self._standings)

    async def put_standing(self, standing: Standing) -> None:
        self._standings[str(standing.target)] = standing

    async def clear_standing(self, target: Target) -> None:
        self._standings.pop(str(target), None)

    async def notices(self) -> Mapping[str, Notice]:
        return dict(self._notices)

    async def put_notices(self, notices: Sequence[Notice]) -> None:
        self._notices.update({str(each.standing.target): each for each in notices})

    async def clear_notice(self, target: Target) -> None:
        self._notices.pop(str(target), None)
