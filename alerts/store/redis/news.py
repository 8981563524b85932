"""The stream of committed changes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from alerts.domain.model import Change
from alerts.store import keys
from alerts.store.ports import News
from alerts.store.redis.link import Link

# After this long without an answer a taker is taken for dead. Handing out a change twice does no harm.
TAKER_IS_DEAD_AFTER = timedelta(seconds=5)


class RedisNews:
    """See ports.NewsStream."""

    def __init__(self, link: Link) -> None:
        self._link = link

    async def take_news(self, consumer: str, *, limit: int, wait: timedelta) -> Sequence[News]:
        return await take(self._link, keys.CHANGES_GROUP, consumer, limit=limit, wait=wait)

    async def hold_news(self, consumer: str, tickets: Sequence[str]) -> None:
        async with self._link.trouble():
            # Claiming what is ours already sets back the time since we were last heard of.
            await self._link.redis.xclaim(keys.CHANGES, keys.CHANGES_GROUP, consumer, 0, tickets, justid=True)

    async def news_done(self, tickets: Sequence[str]) -> None:
        await end_news(self._link, keys.CHANGES_GROUP, tickets)


async def take(link: Link, group: str, consumer: str, *, limit: int, wait: timedelta) -> Sequence[News]:
    """What a group is to read, beginning with what a taker of its own that died has left."""
    start = "0-0"
    async with link.trouble():
        while True:  # past what waits for a newer version
            claimed = await link.redis.xautoclaim(
                keys.CHANGES, group, consumer, min_idle_time=_idle(), start_id=start, count=limit
            )
            if left_over := await _readable(link, group, consumer, claimed[1]):
                return left_over
            start = claimed[0]
            if start == "0-0":
                break
        found = await link.redis.xreadgroup(group, consumer, {keys.CHANGES: ">"}, count=limit, block=_block(wait))
        return await _readable(link, group, consumer, entries(found))


def _idle() -> int:
    return int(TAKER_IS_DEAD_AFTER.total_seconds() * 1000)


async def _readable(link: Link, group: str, consumer: str, found: Sequence[tuple[str, dict[str, str]]]) -> list[News]:
    """Those that this version understands. The others stay pending, so that a newer process takes them at once."""
    parked = {ticket: fields.get("v") for ticket, fields in found if fields and not link.reads(fields.get("v"))}
    if parked:
        link.leave("news", next(iter(parked.values())))
        await link.redis.xclaim(keys.CHANGES, group, consumer, 0, [*parked], idle=_idle(), justid=True)
    return [_news(ticket, fields) for ticket, fields in found if fields and ticket not in parked]


async def end_news(link: Link, group: str, tickets: Sequence[str]) -> None:
    """A group is done with these; they go when every other group is."""
    if tickets:
        await link.run("news_done", [keys.CHANGES], [group, *tickets])


async def drop(redis: Any, stream: str, group: str, tickets: Sequence[str]) -> None:
    """End entries both for the group and in the stream: one that only the group forgot would lie there for ever."""
    pipe = redis.pipeline(transaction=True)
    pipe.xack(stream, group, *tickets)
    pipe.xdel(stream, *tickets)
    await pipe.execute()


def entries(found: list[tuple[str, list[tuple[str, dict[str, str]]]]] | None) -> list[tuple[str, dict[str, str]]]:
    """The entries of the one stream that was read."""
    return [entry for _, batch in found or [] for entry in batch]


def _news(ticket: str, fields: dict[str, str]) -> News:
    return News(ticket, Change.model_validate_json(fields["change"]))


def _block(wait: timedelta) -> int | None:
    """XREADGROUP waits for ever at 0, so no wait is None."""
    return int(wait.total_seconds() * 1000) or None
