"""A small community's data, made through the use cases, and how a store is saved as text and filled again.

`python -m tests.saved.community <version>` writes `<version>.json` beside this file, by the code as it is. A version's
file is made once, when it is released, and then only read.
"""

from __future__ import annotations

import asyncio
import json
import sys
import tempfile
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from alerts.deliver import Deliver
from alerts.domain.audit import AuditEntry
from alerts.domain.guild import GuildSettings
from alerts.domain.model import ChangeKind
from alerts.domain.money import Money
from alerts.domain.wishes import Target, TargetKind
from alerts.fanout import Fanout
from alerts.products import Products
from alerts.scan import Scan
from alerts.store.redis.store import RedisStore
from alerts.subscriptions import Subscriptions
from alerts.watches import Watches
from tests.fakes import FakeClock, Mailbox, Shops
from tests.servers import binary_of, serving
from tests.worlds import IN, MINUTE, OUT, failure, offer, product

PI, DECK = product("Acme", "Bolt"), product("Acme", sku="deck", name="Steam Deck")
DEALS, DROPS, ALERTS = Target(id=10), Target(id=11), Target(id=20)
GUILD, OTHER = 1, 2
ANNA, BEN, CLEO = (2**60 + number for number in range(3))
_PASSING = ("lock:", "lead:")  # keys that live for seconds


class Community:
    """Two servers over a store, and the shops they watch."""

    def __init__(self, store: RedisStore, clock: FakeClock) -> None:
        self.store, self.clock = store, clock
        self.shops, self.mailbox = Shops(clock, Acme=offer(OUT), Bolt=offer(OUT)), Mailbox()
        self.products = Products([PI, DECK])
        self.watches = Watches(store=store, products=self.products, clock=clock)
        self.subscriptions = Subscriptions(store=store, watches=self.watches, clock=clock)
        looks = {"Acme": self.shops, "Bolt": self.shops}
        self.scan = Scan(looks=looks, store=store, clock=clock, patience=MINUTE)
        self.fanout = Fanout(store=store, products=self.products, clock=clock, name="one")
        self.deliver = Deliver(store=store, notifier=self.mailbox, clock=clock, name="one")

    async def look(self, sku: str = "pi5", **vendors: Any) -> None:
        """The shops offer this, a minute passes, and they are looked at."""
        self.shops.vendors.update(vendors)
        await self.clock.advance(60)
        await self.scan(self.products.find(sku), max_age=timedelta(0))

    async def spread(self) -> None:
        while await self.fanout():
            pass

    async def tell(self) -> None:
        """Everything that is news reaches the mailbox."""
        await self.spread()
        while await self.deliver():
            pass

    async def live(self) -> None:
        """What a community leaves behind in an afternoon, with something of everything on its way."""
        await self.watches.add(GUILD, PI, by=ANNA)
        await self.watches.add(OTHER, DECK, by=BEN)
        await self.subscriptions.add(GUILD, PI, DEALS, by=ANNA)
        below = Money(amount="95", currency="GBP")
        await self.subscriptions.add(GUILD, PI, DROPS, by=BEN, kinds=(ChangeKind.PRICE_DROP,), below=below)
        await self.subscriptions.add(OTHER, DECK, ALERTS, by=BEN)
        await self.subscriptions.add(OTHER, DECK, Target(type=TargetKind.DM, id=CLEO), by=CLEO)
        await self.store.put_guild_settings(GUILD, GuildSettings(timezone="Europe/Berlin", notice_channel=77))
        await self.store.note_audit(AuditEntry(at=self.clock.now(), guild=GUILD, by=ANNA, what="alert added"))
        for price in ("100", "100", "90"):
            await self.look(Acme=offer(OUT, price), Bolt=failure())
            await self.tell()
        await self.look(Acme=offer(IN, "90"))
        await self.tell()
        await self.look("deck", Acme=offer(OUT, "400"))
        await self.look("deck", Acme=offer(IN, "400"))
        await self.spread()  # queued, and not sent
        await self.look(Acme=offer(IN, "80"))  # committed, and not spread


async def saved(store: RedisStore) -> dict[str, Any]:
    """Every key with its type and value, as text."""
    redis: Any = store._link.redis
    found = {}
    async for name in redis.scan_iter("*"):
        if any(word in name for word in _PASSING):
            continue
        kind = await redis.type(name)
        found[name] = [kind, await _READ[kind](redis, name)]
    return dict(sorted(found.items()))


async def fill(url: str, keys: dict[str, Any]) -> None:
    """The same again, in an empty store."""
    from redis.asyncio import Redis  # noqa: PLC0415 - a client without our schema, as an older program's store had

    async with Redis.from_url(url, decode_responses=True) as redis:
        for name, (kind, value) in keys.items():
            await _WRITE[kind](redis, name, value)


async def _stream(redis: Any, name: str) -> list[Any]:
    return [[ticket, fields] for ticket, fields in await redis.xrange(name)]


async def _put_stream(redis: Any, name: str, value: list[Any]) -> None:
    for ticket, fields in value:
        await redis.xadd(name, fields, id=ticket)


async def _set(redis: Any, name: str) -> list[str]:
    return sorted(await redis.smembers(name))


_READ: dict[str, Any] = {
    "string": lambda redis, name: redis.get(name),
    "hash": lambda redis, name: redis.hgetall(name),
    "set": _set,
    "zset": lambda redis, name: redis.zrange(name, 0, -1, withscores=True),
    "list": lambda redis, name: redis.lrange(name, 0, -1),
    "stream": _stream,
}
_WRITE: dict[str, Any] = {
    "string": lambda redis, name, value: redis.set(name, value),
    "hash": lambda redis, name, value: redis.hset(name, mapping=value),
    "set": lambda redis, name, value: redis.sadd(name, *value),
    "zset": lambda redis, name, value: redis.zadd(name, dict(value)),
    "list": lambda redis, name, value: redis.rpush(name, *value),
    "stream": _put_stream,
}


async def _made() -> dict[str, Any]:
    binary, clock = binary_of("valkey"), FakeClock()
    assert binary
    with tempfile.TemporaryDirectory() as folder, serving(binary, Path(folder)) as url:
        async with RedisStore(url) as store:
            await Community(store, clock).live()
            return {"at": clock.now().isoformat(), "keys": await saved(store)}


def at_of(text: str) -> datetime:
    """When a community was saved, by its own clock."""
    return datetime.fromisoformat(text)


if __name__ == "__main__":
    made = json.dumps(asyncio.run(_made()), indent=1, ensure_ascii=False)
    (Path(__file__).parent / f"{sys.argv[1]}.json").write_text(made + "\n")
