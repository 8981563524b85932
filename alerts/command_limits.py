"""How many commands people may send, so that nobody takes the bot from the others."""

from __future__ import annotations

from datetime import timedelta

from alerts.domain.errors import TooOften
from alerts.domain.limits import Allowance
from alerts.limits import Limits
from alerts.ports import Clock

WINDOW = timedelta(minutes=1)
PER_USER, PER_GUILD = 30, 300


class CommandLimits:
    """So many in a minute per person, wherever they are, and per guild."""

    def __init__(self, limits: Limits, clock: Clock, *, per_user: int = PER_USER, per_guild: int = PER_GUILD) -> None:
        self._limits, self._clock = limits, clock
        self.configure(per_user=per_user, per_guild=per_guild)

    def configure(self, *, per_user: int, per_guild: int) -> None:
        """For commands from now on."""
        self._per_user, self._per_guild = Allowance(per_user, WINDOW), Allowance(per_guild, WINDOW)

    async def take(self, user: int, guild: int | None) -> None:
        """Count one; TooOften says when the next may be sent. What was refused is not counted."""
        mine, ours = f"commands:user:{user}", f"commands:guild:{guild}"
        wanted = {mine: self._per_user, **({} if guild is None else {ours: self._per_guild})}
        taken = await self._limits.take_all(wanted)
        for name in wanted:
            if not taken[name].is_allowed:
                raise TooOften(self._clock.now() + taken[name].retry_after, is_guilds=name == ours)
