"""Sliding windows in Redis: one script, by the server's own clock."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
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
        return (await self.take_turns_each([wanted]))[0]

    async def take_turns_each(self, attempts: Sequence[Mapping[str, Allowance]]) -> Sequence[Mapping[str, Taken]]:
        names = [keys.window(name) for wanted in attempts for name in wanted]
        if not names:
            return [{} for _ in attempts]
        args = [each for wanted in attempts for each in _attempt(wanted)]
        found = iter(await self._link.run("take_turns", names, args))
        return [{name: _taken(each, *next(found)) for name, each in wanted.items()} for wanted in attempts]


def _attempt(wanted: Mapping[str, Allowance]) -> Iterator[str | int]:
    yield token_hex(8)
    yield len(wanted)
    for each in wanted.values():
        yield each.limit
        yield each.period // _MICROSECOND


def _taken(allowance: Allowance, is_allowed: int, remaining: int, reset: int, retry: int) -> Taken:
    return Taken(
        is_allowed=bool(is_allowed),
        limit=allowance.limit,
        remaining=remaining,
        reset_after=timedelta(microseconds=reset),
        retry_after=timedelta(microseconds=retry),
    )
