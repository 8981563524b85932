"""What Discord says about the guilds that the bot is in."""

from __future__ import annotations

from collections.abc import Sequence

import aiohttp
import discord
from discord.ext import commands

from alerts.departures import Departures

_UNKNOWN_GUILD, _NO_ACCESS = 10004, 50001


class Departing(commands.Cog):
    """Passes on what the gateway says. An outage (GUILD_DELETE with `unavailable`) is another event than these."""

    def __init__(self, departures: Departures) -> None:
        self._departures = departures

    @commands.Cog.listener()
    async def on_shard_listed(self, shard: int, count: int, guilds: Sequence[int]) -> None:
        self._departures.listed(shard, count, guilds)

    @commands.Cog.listener()
    async def on_guild_join(self, guild: discord.Guild) -> None:
        self._departures.joined(guild.id)

    @commands.Cog.listener()
    async def on_guild_remove(self, guild: discord.Guild) -> None:
        self._departures.left(guild.id)


class Guilds:
    """See alerts.departures.Membership."""

    def __init__(self, client: discord.Client) -> None:
        self._client = client

    @property
    def application(self) -> int | None:
        return self._client.application_id

    async def is_in(self, guild: int) -> bool | None:
        try:
            await self._client.http.get_guild(guild, with_counts=False)
        except discord.HTTPException as exc:
            return False if exc.code in (_UNKNOWN_GUILD, _NO_ACCESS) else None
        except (discord.RateLimited, aiohttp.ClientError, OSError):
            return None
        return True
