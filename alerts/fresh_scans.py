"""How often people may have the shops asked anew; an answer from memory costs nothing."""

from __future__ import annotations

from datetime import timedelta

from alerts.domain.errors import TooSoon
from alerts.domain.limits import Allowance
from alerts.limits import Limits
from alerts.ports import Clock

WINDOW = timedelta(minutes=1)
PER_MEMBER, PER_GUILD = 10, 60


class FreshScans:
    """So many in a minute per member and per guild."""

    def __init__(
        self, limits: Limits, clock: Clock, *, per_member: int = PER_MEMBER, per_guild: int = PER_GUILD
    ) -> None:
        self._limits, self._clock = limits, clock
        self.configure(per_member=per_member, per_guild=per_guild)

    def configure(self, *, per_member: int, per_guild: int) -> None:
        """For questions from now on."""
        self._per_member, self._per_guild = Allowance(per_member, WINDOW), Allowance(per_guild, WINDOW)

    async def take(self, member: int, guild: int | None) -> None:
        """Count one; TooSoon says when the next may be asked. What was refused is not counted."""
        mine, ours = f"fresh:member:{member}", f"fresh:guild:{guild}"
        wanted = {mine: self._per_member, **({} if guild is None else {ours: self._per_guild})}
        taken = await self._limits.take_all(wanted)
        for name in wanted:
            if not taken[name].is_allowed:
                raise TooSoon(self._clock.now() + taken[name].retry_after, is_guilds=name == ours)
