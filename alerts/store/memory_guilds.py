"""What belongs to a guild, and wishes that were not looked at yet, in dictionaries."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from alerts.domain.first_sight import FirstSight
from alerts.domain.guild import DEFAULT_SETTINGS, GuildSettings


@dataclass
class MemoryGuilds:
    """See ports.GuildChoices and ports.FirstSights."""

    _settings: dict[int, GuildSettings] = field(default_factory=dict, init=False)
    _sights: dict[FirstSight, datetime] = field(default_factory=dict, init=False)

    async def guild_settings(self, guild: int) -> GuildSettings:
        return self._settings.get(guild, DEFAULT_SETTINGS)

    async def settings_of(self, guilds: Collection[int]) -> Mapping[int, GuildSettings]:
        return {guild: await self.guild_settings(guild) for guild in guilds}

    async def put_guild_settings(self, guild: int, settings: GuildSettings) -> None:
        self._settings[guild] = settings

    async def put_first_sight(self, sight: FirstSight, until: datetime) -> None:
        self._sights[sight] = until

    async def first_sights(self, now: datetime, *, limit: int) -> Sequence[FirstSight]:
        due = [(until, sight) for sight, until in self._sights.items() if until <= now]
        return [sight for _, sight in sorted(due, key=lambda each: each[0])][:limit]

    async def first_sight_done(self, sight: FirstSight) -> None:
        self._sights.pop(sight, None)
