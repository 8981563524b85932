"""All of a store taken out, a unit at a time, each as it was at one moment."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Collection, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, TypeVar

from alerts.domain.errors import StoreError
from alerts.store import keys
from alerts.store.kept import Family, family_of, of_space
from alerts.store.promises.archive import Entry, Kept, Shape, Unit
from alerts.store.redis.link import Link, pages

_T = TypeVar("_T")
_AT_ONCE = 8  # units: who works on the store meanwhile is hardly held up
_COUNT = 1000
_MOST = 2000  # members of a key that all share, in one unit
_SNAPSHOT, _HISTORY = keys.snapshot(""), keys.history("", "").removesuffix(":")


class Taking:
    """The half of RedisArchive that reads. A transaction reads all keys of a unit; they lie in one slot."""

    def __init__(self, url: str) -> None:
        self._link = Link(url)
        self.place = self._link.place

    async def units(self, wanted: Collection[Kept]) -> AsyncIterator[Unit]:
        names = await self._units_of_keys(wanted)
        for some in pages(sorted(names, key=_order), _AT_ONCE):
            for unit in await asyncio.gather(*(self._read(name, names[name], wanted) for name in some)):
                for part in _in_parts(unit):
                    yield part
        async for unit in self._added():
            yield unit

    async def names(self) -> Sequence[str]:
        found = sorted(await self._units_of_keys({Kept.BACKUP}), key=_order)
        return [*found, *[unit.name async for unit in self._added()]]

    async def unknown(self) -> Sequence[str]:
        return sorted([key async for key in self._keys() if family_of(key) is None])

    async def schema(self) -> int:
        async with self._link.trouble():
            return int(await self._link.redis.hget(keys.META, "schema"))

    async def in_use_for(self) -> float:
        async with self._link.trouble():
            seats = [key async for key in self._link.redis.scan_iter(match=keys.lead("*"), count=_COUNT)]
            left: list[int] = [await self._link.redis.pttl(key) for key in seats]
        return max([0, *left]) / 1000

    async def _keys(self) -> AsyncIterator[str]:
        async with self._link.trouble():
            async for key in self._link.redis.scan_iter(match="hs:*", count=_COUNT):
                yield key

    async def _units_of_keys(self, wanted: Collection[Kept]) -> Mapping[str, set[str]]:
        """The keys there are, by the unit they belong to. A key may be named twice by the server while it grows."""
        found = defaultdict[str, set[str]](set)
        async for key in self._keys():
            family = family_of(key)
            if family and family.kept in wanted and key != keys.ADDED:
                found[unit_of(key)].add(key)
        return found

    async def _read(self, name: str, there: Collection[str], wanted: Collection[Kept]) -> Unit:
        kind, _, what = name.partition(":")
        if kind == "guild":
            return await self._of(name, of_space(int(what), wanted))
        if kind != "product":
            return await self._of(name, sorted(there))
        want = {keys.snapshot(what), *there}
        while True:
            # A shop that joined just now has brought a history of its own.
            unit = await self._of(name, sorted(want, key=lambda key: (key != keys.snapshot(what), key)))
            histories = {keys.history(what, listing) for listing in _listings(unit)}
            if histories <= want:
                return unit
            want |= histories

    async def _of(self, name: str, names: Sequence[str]) -> Unit:
        shapes = [_family(key).shape for key in names]
        async with self._link.trouble():
            pipe = self._link.redis.pipeline(transaction=True)
            for key, shape in zip(names, shapes, strict=True):
                _ask(pipe, key, shape)
                pipe.execute_command("PEXPIRETIME", key)
            found = await pipe.execute()
        entries = (
            Entry(key, shape, _value(shape, value), until if until > 0 else None)
            for key, shape, value, until in zip(names, shapes, found[::2], found[1::2], strict=True)
            if value
        )
        return Unit(name, tuple(entries))

    async def _added(self) -> AsyncIterator[Unit]:
        """Those that servers have added, as they came. They only ever grow in number."""
        async with self._link.trouble():
            marks = await self._link.redis.lrange(keys.ADDED_ORDER, 0, -1)
        for some in pages(marks):
            async with self._link.trouble():
                bodies = await self._link.redis.hmget(keys.ADDED, some)
            for mark, body in zip(some, bodies, strict=True):
                if body:
                    yield Unit(f"added:{mark}", (Entry(keys.ADDED, Shape.HASH, {mark: body}),))


def unit_of(key: str) -> str:
    """The name of the unit that a key belongs to."""
    tag = keys.tag(key)
    if tag[0] == "g" and tag != "gate":
        return f"guild:{tag[1:]}"
    if tag[0] == "k":
        return f"key:{tag[1:]}"
    if key.startswith(_SNAPSHOT):
        return f"product:{key.removeprefix(_SNAPSHOT)}"
    if key.startswith(_HISTORY):
        return f"product:{key.removeprefix(_HISTORY).partition(':')[0]}"
    return key


_ORDER = ("guild", "key", "product")


def _order(name: str) -> tuple[int, str]:
    kind = name.partition(":")[0]
    return _ORDER.index(kind) if kind in _ORDER else len(_ORDER), name


def _family(key: str) -> Family:
    family = family_of(key)
    if family is None:
        raise StoreError(f"The key {key} is none of ours.")
    return family


def _listings(unit: Unit) -> Iterator[str]:
    for entry in unit.entries:
        if entry.key.startswith(_SNAPSHOT):
            yield from (field[2:] for field in entry.value if field.startswith("l:"))


def _ask(pipe: Any, key: str, shape: Shape) -> None:
    """By the bare command: in a Cluster's transaction the library's own methods trip over their options."""
    match shape:
        case Shape.HASH:
            pipe.execute_command("HGETALL", key)
        case Shape.ZSET:
            pipe.execute_command("ZRANGE", key, 0, -1, "WITHSCORES", withscores=True)
        case Shape.SET:
            pipe.execute_command("SMEMBERS", key)
        case Shape.LIST:
            pipe.execute_command("LRANGE", key, 0, -1)
        case Shape.STREAM:
            pipe.execute_command("XRANGE", key, "-", "+")
        case Shape.TEXT:
            pipe.execute_command("GET", key)


def _value(shape: Shape, value: Any) -> Any:
    """As it is written down: the same content always gives the same text."""
    match shape:
        case Shape.HASH:
            return dict(sorted(value.items()))
        case Shape.SET:
            return sorted(value)
        case Shape.ZSET | Shape.STREAM:
            return [list(each) for each in value]
        case _:
            return value


def _in_parts(unit: Unit) -> Iterator[Unit]:
    """A key that all share may be long; its parts are joined as they are put back. An empty unit has none."""
    if not unit.entries:
        return
    entry = unit.entries[0]
    if not _family(entry.key).is_shared or entry.shape is Shape.STREAM or len(entry.value) <= _MOST:
        yield unit
        return
    items = entry.value.items() if entry.shape is Shape.HASH else entry.value
    for number, some in enumerate(_batches(items, _MOST)):
        value = dict(some) if entry.shape is Shape.HASH else some
        yield Unit(f"{unit.name}#{number}", (entry._replace(value=value),))


def _batches(items: Collection[_T], size: int) -> Iterator[list[_T]]:
    left = iter(items)
    while batch := list(islice(left, size)):
        yield batch
