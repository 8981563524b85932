"""Numbers by hour and day: a small hash per slot, a sorted set of products and two HyperLogLogs per day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta

from alerts.store import keys
from alerts.store.promises.tallies import (
    DAYS,
    MOST_FIELDS,
    MOST_KEPT,
    MOST_PRODUCTS,
    OTHER,
    Batch,
    Depths,
    Slot,
    Waiting,
)
from alerts.store.redis.link import Link

_ONCE = 600  # seconds that a batch is known again
_FRONT = 500
_KEPT = int(timedelta(days=DAYS).total_seconds())
_AT_ONCE = 500


class RedisTallies:
    """See promises.tallies. One script adds a whole batch, in one round trip."""

    def __init__(self, link: Link) -> None:
        self._link = link

    async def add_tallies(self, batch: Batch) -> None:
        names = [keys.tally_batch(batch.id)]
        args: list[str | int | float] = [_ONCE, MOST_FIELDS, OTHER]
        for slot, counts in batch.counts.items():
            names.append(keys.tally(slot.span, slot.at, slot.vendor))
            entries = [(op, name, number) for op, found in (("+", counts.plus), ("<", counts.least), (">", counts.most))
                       for name, number in found.items()]  # fmt: skip
            args += ["h", int(slot.lasts.total_seconds()), len(entries), *(word for each in entries for word in each)]
        if batch.products:
            names.append(keys.tally_products(batch.day))
            args += ["z", _KEPT, len(batch.products), *(word for item in batch.products.items() for word in item)]
            args.append(MOST_PRODUCTS)
        if batch.over:
            names.append(keys.tally_products(batch.over))
            args += ["t", _KEPT, MOST_KEPT]
        for who, marks in (("guilds", batch.guilds), ("users", batch.users)):
            if marks:
                names.append(keys.tally_actives(who, batch.day))
                args += ["p", _KEPT, len(marks), *marks]
        await self._link.run("tally", names, args)

    async def tallies(self, slots: Sequence[Slot]) -> Sequence[Mapping[str, int]]:
        found: list[Mapping[str, int]] = []
        for start in range(0, len(slots), _AT_ONCE):
            async with self._link.trouble():
                pipe = self._link.redis.pipeline(transaction=False)
                for slot in slots[start : start + _AT_ONCE]:
                    pipe.hgetall(keys.tally(slot.span, slot.at, slot.vendor))
                found += [{name: int(number) for name, number in each.items()} for each in await pipe.execute()]
        return found

    async def most_scanned(self, day: date, *, limit: int) -> Sequence[tuple[str, int]]:
        async with self._link.trouble():
            found = await self._link.redis.zrange(
                keys.tally_products(day), 0, max(limit, 1) - 1, desc=True, withscores=True
            )
        return [(sku, int(count)) for sku, count in found]

    async def actives(self, days: Sequence[date]) -> Sequence[tuple[int, int]]:
        async with self._link.trouble():
            pipe = self._link.redis.pipeline(transaction=False)
            for day in days:
                for who in ("guilds", "users"):
                    pipe.execute_command(
                        "PFCOUNT", keys.tally_actives(who, day)
                    )  # a Cluster's pipeline has no `pfcount`
            found = await pipe.execute() if days else []
        return [(int(guilds), int(users)) for guilds, users in zip(found[::2], found[1::2], strict=True)]

    async def day_salt(self, day: date, offered: str, *, until: datetime) -> str:
        name = keys.tally_salt(day)
        async with self._link.trouble():
            await self._link.redis.set(name, offered, nx=True, exat=int(until.timestamp()))
            kept: str | None = await self._link.redis.get(name)
        return kept or offered  # forgotten in between: the day is over

    async def depths(self) -> Depths:
        async with self._link.trouble():
            pipe = self._link.redis.pipeline(transaction=False)
            pipe.xlen(keys.CHANGES)
            pipe.xrange(keys.CHANGES, count=1)
            pipe.xlen(keys.QUEUE)
            pipe.xrange(keys.QUEUE, count=_FRONT)
            pipe.zcard(keys.HELD)
            pipe.zrange(keys.HELD, 0, 0, withscores=True)
            pipe.zcard(keys.DEAD)
            changes, first, queued, front, held, due, dead = await pipe.execute()
        return Depths(
            changes=int(changes),
            changes_since=_time_of(first[0][0]) if first else None,
            queued=int(queued),
            held=int(held),
            held_since=datetime.fromtimestamp(due[0][1], UTC) if due else None,
            dead=int(dead),
            front=tuple(Waiting(fields.get("target", "?"), _time_of(ticket)) for ticket, fields in front),
        )


def _time_of(ticket: str) -> datetime:
    """A ticket begins with the server's time."""
    return datetime.fromtimestamp(int(ticket.partition("-")[0]) / 1000, UTC)
