"""Which guilds a bot is in, which it has left, and forgetting a guild."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Protocol

from alerts.domain.catalogue import UrlProduct
from alerts.domain.deliveries import Delivery
from alerts.domain.departures import GuildErasure
from alerts.domain.waiting import Waiting


class Departures(Protocol):
    """A guild is known to be left only if it was noted as joined before."""

    async def note_guilds(self, application: int, guilds: Collection[int]) -> int:
        """This bot is in them; how many of them had been noted as left, which they are no longer."""

    async def guilds_of(self, application: int) -> frozenset[int]:
        """Those that this bot was in last, by its application's id."""

    async def note_departures(self, guilds: Collection[int], until: datetime) -> int:
        """It has left them, and they are kept until then; how many are new. Of two notes the first holds."""

    async def departures(self, now: datetime, *, limit: int) -> Sequence[tuple[int, int]]:
        """Guilds whose time has come, each with the application that was in it last, 0 if none is known."""

    async def departure(self, guild: int) -> datetime | None:
        """Until when it is kept; None when it was not left."""

    async def departure_done(self, guild: int) -> None:
        """It counts as left no longer: it is forgotten, or the bot is there after all."""


class Erasing(Protocol):
    """Whatever bears a guild's id, to be seen or forgotten."""

    async def held_by(self, guild: int) -> Sequence[Waiting]:
        """What waits to be told to its alerts."""

    async def written_for(self, guild: int) -> Sequence[Delivery]:
        """The messages for its alerts that are remembered, the newest first."""

    async def erase_guild(self, guild: int, products: Collection[UrlProduct]) -> None:
        """Leave nothing that bears its id; doing it again does no harm, and finishes what a crash interrupted.

        Of these products those go, too, with all that is known of them, that nobody watches any more.
        """

    async def drop_product(self, product: UrlProduct) -> bool:
        """Forget a product that was added by its address; False while somebody watches it or hears of it."""

    async def forget_vendors(self, names: Collection[str]) -> None:
        """Forget how looks at these shops went: no product is sold there any more."""

    async def put_guild_erasure(self, erasure: GuildErasure) -> None:
        """Note that a guild is being forgotten, and when to look for it once more."""

    async def guild_erasures(self) -> Sequence[GuildErasure]:
        """All that are under way."""

    async def guild_erasure_done(self, guild: int) -> None:
        """Nothing of it is left."""
