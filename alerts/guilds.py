"""What a guild has chosen for itself: language, floor, who manages, where trouble is told."""

from __future__ import annotations

from pydantic import ValidationError

from alerts.domain.errors import BadInput
from alerts.domain.guild import GuildSettings, Language
from alerts.store.ports import GuildChoices

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

    def __init__(self, *, store: GuildChoices) -> None:
        self._store = store

    async def settings(self, guild: int) -> GuildSettings:
        """What it has chosen, and the defaults where it has not."""
        return await self._store.guild_settings(guild)

    async def change(self, guild: int, **changes: object) -> GuildSettings:
        """Keep these choices beside the others, all or none; BadInput names the field that cannot be so."""
        before = await self._store.guild_settings(guild)
        try:
            settings = GuildSettings.model_validate({**before.model_dump(), **changes})
        except ValidationError as exc:
            raise BadInput(_fault(exc)) from None
        if settings != before:
            await self._store.put_guild_settings(guild, settings)
        return settings


def _fault(exc: ValidationError) -> str:
    error = exc.errors()[0]
    field = str(error["loc"][0])
    if error["type"] == "extra_forbidden":
        return f"{field}: is no setting; there are {', '.join(GuildSettings.model_fields)}."
    return f"{field}: {_CURES.get(field) or error['msg'].removeprefix('Value error, ')}."
