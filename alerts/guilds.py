"""What a guild has chosen for itself: language, floor, who manages, where trouble is told."""

from __future__ import annotations

from datetime import timedelta

from pydantic import ValidationError

from alerts.domain.errors import BadInput, StoreError
from alerts.domain.guild import GuildSettings, Language
from alerts.ports import Clock
from alerts.store.ports import GuildChoices

RECENT = timedelta(seconds=5)  # how long another process may not know of a change
_MOST_KEPT = 10_000

_LANGUAGES = ", ".join(Language)
_CURES = {
    "language": f"is not a language I speak; choose one of {_LANGUAGES}",
    "manager_role": "is not a role's id",
    "notice_channel": "is not a channel's id",
    "floor_amount": "is not an amount; write a number from 0 on, such as 0.10 or 5",
    "ephemeral_replies": "is neither yes nor no",
}


class Guilds:
    """Read and change the settings of one guild."""

    def __init__(self, *, store: GuildChoices, clock: Clock | None = None) -> None:
        """Without a clock nothing is remembered between two questions."""
        self._store, self._clock = store, clock
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
            return await self.settings(guild)
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
        return f"{field}: is no setting; there are {', '.join(GuildSettings.model_fields)}."
    return f"{field}: {_CURES.get(field) or error['msg'].removeprefix('Value error, ')}."
