"""Many products at a glance, for pages that show all that a guild watches."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from alerts.domain.model import Snapshot


class Glances(Protocol):
    """What is known of many products, in one question each."""

    async def snapshots(self, skus: Sequence[str]) -> Mapping[str, Snapshot]:
        """The newest known state of each; revision 0 and no listings when nothing was ever read."""

    async def revisions(self, skus: Sequence[str]) -> Mapping[str, int]:
        """The revision of each one's newest state: as long as it is the same, nothing was committed."""
