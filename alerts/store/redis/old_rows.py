"""Rows whose time is over, in every guild and space: found by walking through the keys, once a day."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from datetime import datetime

from alerts.domain.wishes import Subscription, Target
from alerts.store import keys
from alerts.store.redis.link import Link

_PAGE = 500
_STREAMS = ("audit", "trail")
_SEALED = ":sealed"


class RedisOldRows:
    """See promises.retention.OldRows."""

    def __init__(self, link: Link) -> None:
        self._link = link

    async def drop_old_rows(self, *, audit: datetime, trail: datetime, sent: datetime, dead: datetime) -> int:
        # A stream's tickets begin with the server's time.
        oldest = {"audit": _ms(audit), "trail": _ms(trail)}
        gone = 0
        async for page in self._own_keys():
            async with self._link.trouble():
                pipe = self._link.redis.pipeline(transaction=False)
                for name in page:
                    kind = name.rpartition(":")[2]
                    if kind in _STREAMS:
                        pipe.xtrim(name, minid=str(oldest[kind]), approximate=False)
                    elif kind == "sent":
                        pipe.zremrangebyscore(name, "-inf", f"({sent.timestamp()}")
                if len(pipe):
                    gone += sum(await pipe.execute())
        async with self._link.trouble():
            gone += int(await self._link.redis.zremrangebyscore(keys.DEAD, "-inf", f"({_ms(dead)}"))
        return gone

    async def unused_addresses(self) -> Sequence[tuple[int, Target]]:
        found: list[tuple[int, Target]] = []
        async for page in self._own_keys():
            for name in [each for each in page if each.endswith(_SEALED)]:
                guild = int(name.removeprefix("hs:{g").partition("}")[0])
                async with self._link.trouble():
                    sealed = await self._link.redis.hkeys(name)
                    wishes = await self._link.redis.hvals(keys.subscriptions(guild))
                used = {str(Subscription.model_validate_json(raw).target) for raw in wishes}
                found += [(guild, _target(text)) for text in sealed if text not in used]
        return found

    async def _own_keys(self) -> AsyncIterator[list[str]]:
        """The keys of guilds and spaces, a page at a time."""
        page: list[str] = []
        async with self._link.trouble():
            async for name in self._link.redis.scan_iter("hs:{g*}:*", count=_PAGE):
                page.append(name)
                if len(page) >= _PAGE:
                    yield page
                    page = []
        yield page


def _target(text: str) -> Target:
    kind, _, number = text.partition(":")
    return Target.model_validate({"type": kind, "id": int(number)})


def _ms(at: datetime) -> int:
    return int(at.timestamp() * 1000)
