"""The way to a guild's admins: a channel of theirs where the bot may write. Never a direct message."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from collections.abc import Set as AbstractSet

import aiohttp
import discord
import structlog

from alerts.domain.standing import Notice, Standing
from alerts.domain.wishes import TargetKind
from alerts.store.ports import Standings, Wishes
from bot.ui.language import LanguageOf, english, speaking
from bot.ui.permissions import Place, missing_in, place_of
from bot.ui.standing import notice_text

_DELETED_MEANWHILE = 10008
_NOT_HERE = (403, 404)
NoticeChannel = Callable[[int], Awaitable[int | None]]
log = structlog.get_logger()


class GuildAdmins:
    """See alerts.delivery.notices.Admins."""

    def __init__(
        self,
        client: discord.Client,
        *,
        wishes: Wishes,
        standings: Standings,
        notice_channel: NoticeChannel,
        is_resting: Callable[[], bool],
        language: LanguageOf = english,
    ) -> None:
        """`notice_channel`: the one that a guild has chosen for this; `is_resting`: nothing is to be sent now.

        `language`: which one it has chosen to be told in.
        """
        self._language = language
        self._client, self._wishes, self._standings = client, wishes, standings
        self._notice_channel, self._is_resting = notice_channel, is_resting

    def missing(self, standing: Standing) -> Sequence[str]:
        guild = self._client.get_guild(standing.guild)
        place = place_of(guild, standing.target) if guild else None
        return missing_in(place) if place else []

    async def tell(self, guild: int, batch: str, notices: Sequence[Notice]) -> bool:
        found = self._client.get_guild(guild)
        if found is None or found.unavailable or self._is_resting():
            return False
        for place in await self._places(found, {each.standing.target.id for each in notices}):
            with speaking(await self._language(guild)):
                text = notice_text(notices)
            said = await self._said(place, text, batch)
            if said is not None:
                return said
        return False

    async def _places(self, guild: discord.Guild, about: AbstractSet[int]) -> list[Place]:
        """Where it may be said, the best first; in what it is about only if there is no other."""
        # What has failed lately is no place to say so in, whatever its permissions look like.
        ill = {each.target.id for each in (await self._standings.standings()).values()}
        wanted = [await self._notice_channel(guild.id)]
        wanted += [each.id for each in (guild.system_channel, guild.public_updates_channel) if each]
        subscribed = await self._wishes.subscriptions(guild.id)
        wanted += [each.target.id for each in subscribed if each.target.type is TargetKind.CHANNEL]
        names = [name for name in dict.fromkeys(wanted) if name and name not in ill]
        places = [guild.get_channel_or_thread(name) for name in sorted(names, key=about.__contains__)]
        return [place for place in places if place and not missing_in(place, embeds=False)]

    async def _said(self, place: Place, text: str, batch: str) -> bool | None:
        """Whether it stands there; None when this is no place for it, and False when Discord cannot say now."""
        channel = self._client.get_partial_messageable(place.id, guild_id=place.guild.id)
        try:
            await channel.send(text, nonce=batch, allowed_mentions=discord.AllowedMentions.none(), suppress_embeds=True)
        except discord.HTTPException as exc:
            if exc.code == _DELETED_MEANWHILE:
                return True  # it was said, and somebody deleted it
            log.info("cannot tell admins here", channel=place.id, status=exc.status, code=exc.code)
            return None if exc.status in _NOT_HERE else False
        except (discord.RateLimited, aiohttp.ClientError, OSError):
            return False
        return True
