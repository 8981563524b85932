"""Sliding windows in Redis: one script, by the server's own clock."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from secrets import token_hex

from alerts.domain.limits import Allowance, Taken
from alerts.store import keys
from alerts.store.redis.link import Link

_MICROSECOND = timedelta(microseconds=1)


class RedisLimits:
    """See promises.limits.LimitStore. Each moment is kept, so the limit is exact: docs/decisions/0007."""

    def __init__(self, link: Link) -> None:
        self._link = link

    async def take_turns(self, wanted: Mapping[str, Allowance]) -> Mapping[str, Taken]:
        if not wanted:
            return {}
        numbers = [number for each in wanted.values() for number in (each.limit, each.period // _MICROSECOND)]
        found = await self._link.run("take_turns", [keys.window(name) for name in wanted], [token_hex(8), *numbers])
        return {
            name: Taken(
                is_allowed=bool(is_allowed),
                limit=wanted[name].limit,
                remaining=remaining,
                reset_after=reset * _MICROSECOND,
                retry_after=retry * _MICROSECOND,
            )
            for name, (is_allowed, remaining, reset, retry) in zip(wanted, found, strict=True)
        }
