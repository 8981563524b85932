"""What a guild has chosen for itself: language, floor, who manages, where trouble is told."""

from __future__ import annotations

from datetime import timedelta

from pydantic import ValidationError

from alerts.domain.errors import BadInput, StoreError
from alerts.domain.faults import fault_of
from alerts.domain.guild import GuildSettings, Language
from alerts.domain.said import say
from alerts.ports import Clock
from alerts.reach import Reach
from alerts.store.ports import GuildChoices

RECENT = timedelta(seconds=5)  # how long another process may not know of a change
_MOST_KEPT = 10_000

_CURES = {
    "language": say("is not a language I speak; choose one of {languages}", languages=", ".join(Language)),
    "manager_role": say("is not a role's id"),
    "notice_channel": say("is not a channel's id"),
    "floor_amount": say("is not an amount; write a number from 0 on, such as 0.10 or 5"),
    "ephemeral_replies": say("is neither yes nor no"),
    "currency": say("is not a currency code; write three capital letters such as GBP"),
}


class Guilds:
    """Read and change the settings of one guild."""

    def __init__(self, *, store: GuildChoices, clock: Clock | None = None, reach: Reach | None = None) -> None:
        """Without a clock nothing is remembered between two questions.

        `reach`: how long `recent` waits for memory before it answers what was known last.
        """
        self._store, self._clock, self._reach = store, clock, reach
        self._kept: dict[int, tuple[float, GuildSettings]] = {}

    async def settings(self, guild: int) -> GuildSettings:
        """What it has chosen, and the defaults where it has not."""
        found = await self._store.guild_settings(guild)
        self._keep(guild, found)
        return found

    async def recent(self, guild: int) -> GuildSettings:
        """The same as it was at most five seconds ago; a change made here is there at once.

        While memory is away it is what was known last; StoreError when nothing was.
        """
        at, kept = self._kept.get(guild, (float("-inf"), None))
        if kept and self._clock and self._clock.monotonic() - at < RECENT.total_seconds():
            return kept
        try:
            if self._reach is None:
                return await self.settings(guild)
            return await self._reach(lambda: self.settings(guild), is_patient=kept is None)
        except StoreError:
            if kept is None:
                raise
            return kept

    async def change(self, guild: int, **changes: object) -> GuildSettings:
        """Keep these choices beside the others, all or none; BadInput names the field that cannot be so."""
        before = await self._store.guild_settings(guild)
        try:
            settings = GuildSettings.model_validate({**before.model_dump(), **changes})
        except ValidationError as exc:
            raise BadInput(_fault(exc)) from None
        if settings != before:
            await self._store.put_guild_settings(guild, settings)
        self._keep(guild, settings)
        return settings

    def _keep(self, guild: int, settings: GuildSettings) -> None:
        if self._clock:
            if len(self._kept) >= _MOST_KEPT:
                self._kept.clear()
            self._kept[guild] = (self._clock.monotonic(), settings)


def _fault(exc: ValidationError) -> str:
    error = exc.errors()[0]
    field = str(error["loc"][0])
    if error["type"] == "extra_forbidden":
        known = ", ".join(GuildSettings.model_fields)
        return say("{field}: is no setting; there are {settings}.", field=field, settings=known)
    return say("{field}: {problem}.", field=field, problem=_CURES.get(field) or fault_of(exc)[1])
