"""All of a store taken out and put back: each unit whole or not at all, and what is made from it before it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Self

from alerts.domain.api_keys import ApiKey
from alerts.domain.webhooks import Webhook
from alerts.domain.wishes import OPERATOR, Subscription, Watch, persons_in, space_of
from alerts.store import keys
from alerts.store.kept import family_of
from alerts.store.promises.archive import LAST_BACKUP, Entry, Kept, Shape, Unit
from alerts.store.redis.archive_reading import Taking
from alerts.store.redis.link import RESTORING, pages

_ALL = frozenset({Kept.BACKUP, Kept.MOVE})


class RedisArchive(Taking):
    """See promises.archive.Archive."""

    async def __aenter__(self) -> Self:
        try:
            await self._link.open(half_restored=True)
        except BaseException:  # raised again: whoever did not get in leaves nothing open
            await self._link.close()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._link.close()

    async def is_half_restored(self) -> bool:
        async with self._link.trouble():
            return bool(await self._link.redis.hexists(keys.META, RESTORING))

    async def note_backup(self, at: datetime) -> None:
        async with self._link.trouble():
            await self._link.redis.hset(keys.NOTES, LAST_BACKUP, at.isoformat())

    async def begin(self) -> None:
        async with self._link.trouble():
            await self._link.redis.hset(keys.META, RESTORING, "1")
        found = [key async for key in self._keys() if key != keys.META]
        for some in pages(found):
            async with self._link.trouble():
                pipe = self._link.redis.pipeline(transaction=False)
                for key in some:
                    pipe.execute_command("UNLINK", key)  # a Cluster's pipeline has no `unlink`
                await pipe.execute()

    async def finish(self, schema: int) -> None:
        async with self._link.trouble():
            await self._link.redis.hset(keys.META, "schema", str(schema))
            await self._link.redis.hdel(keys.META, RESTORING)
        await self._link.open()

    async def put(self, units: Sequence[Unit]) -> None:
        for unit in units:
            if _is_added(unit):
                await self._add(unit)
            else:
                await self._keep(unit)

    async def conflicts(self, unit: Unit) -> Sequence[str]:
        entry = unit.entries[0]
        if _is_added(unit) or _is_shared(unit):
            there = await self._fields(entry) if entry.shape is Shape.HASH else {}
            other = [field for field, value in there.items() if value != entry.value[field]]
            return [unit.name] if _is_added(unit) and other else [f"{_last(entry.key)}:{field}" for field in other]
        found = (await self._there(unit)).entries
        return [] if found in ((), unit.entries) else [unit.name]

    async def join(self, unit: Unit) -> None:
        if _is_added(unit):
            await self._add(unit)
        elif _is_shared(unit):
            await self._share(unit.entries[0])
        elif not (await self._there(unit)).entries:
            await self._keep(unit)

    async def added(self) -> Mapping[str, str]:
        async with self._link.trouble():
            found: Mapping[str, str] = await self._link.redis.hgetall(keys.ADDED)
        return found

    async def _there(self, unit: Unit) -> Unit:
        """The same unit as this store has it."""
        return await self._read(unit.name, [entry.key for entry in unit.entries], _ALL)

    async def _fields(self, entry: Entry) -> Mapping[str, str]:
        """Those of the entry that are there."""
        async with self._link.trouble():
            found = await self._link.redis.hmget(entry.key, list(entry.value))
        return {field: value for field, value in zip(entry.value, found, strict=True) if value is not None}

    async def _add(self, unit: Unit) -> None:
        ((mark, body),) = unit.entries[0].value.items()
        await self._link.run("add_product", [keys.ADDED, keys.ADDED_ORDER], [mark, body])

    async def _keep(self, unit: Unit) -> None:
        async with self._link.trouble():
            pipe = self._link.redis.pipeline(transaction=False)  # they lie in other slots
            for index, members in _indexes(unit).items():
                if isinstance(members, dict):
                    pipe.zadd(index, members)
                else:
                    pipe.sadd(index, *sorted(members))
            if len(pipe):
                await pipe.execute()
        for guild in _with_webhooks(unit):
            await self._link.run("hook_begin", [keys.HOOK_GUILDS, keys.CHANGES], [guild, keys.HOOKS_GROUP])
        async with self._link.trouble():
            pipe = self._link.redis.pipeline(transaction=True)
            for entry in unit.entries:
                _write(pipe, entry)
            await pipe.execute()

    async def _share(self, entry: Entry) -> None:
        """Add what is not there to a key in which all have a part."""
        if entry.shape is Shape.STREAM:
            await self._append(entry)
            return
        async with self._link.trouble():
            if entry.shape is Shape.ZSET:
                await self._link.redis.zadd(entry.key, dict(entry.value), nx=True)
                return
            pipe = self._link.redis.pipeline(transaction=True)
            for field, value in entry.value.items():
                pipe.hsetnx(entry.key, field, value)
            await pipe.execute()

    async def _append(self, entry: Entry) -> None:
        """At the end, in a time of this server's own; by what is in it, so that doing it again adds nothing."""
        async with self._link.trouble():
            there = {tuple(sorted(fields.items())) for _, fields in await self._link.redis.xrange(entry.key)}
            pipe = self._link.redis.pipeline(transaction=True)
            for _, fields in entry.value:
                if tuple(sorted(fields.items())) not in there:
                    pipe.xadd(entry.key, fields)
            await pipe.execute()


def _is_added(unit: Unit) -> bool:
    return unit.name.startswith("added:")


def _is_shared(unit: Unit) -> bool:
    family = family_of(unit.entries[0].key)
    return family is not None and family.is_shared


def _last(key: str) -> str:
    return key.rpartition(":")[2]


def _write(pipe: Any, entry: Entry) -> None:
    match entry.shape:
        case Shape.HASH:
            pipe.hset(entry.key, mapping=entry.value)
        case Shape.ZSET:
            pipe.zadd(entry.key, dict(entry.value))
        case Shape.SET:
            pipe.sadd(entry.key, *entry.value)
        case Shape.LIST:
            pipe.rpush(entry.key, *entry.value)
        case Shape.STREAM:
            for ticket, fields in entry.value:
                pipe.xadd(entry.key, fields, id=ticket)
        case Shape.TEXT:
            pipe.set(entry.key, entry.value)
    if entry.until:
        pipe.execute_command("PEXPIREAT", entry.key, entry.until)


def _indexes(unit: Unit) -> Mapping[str, set[str] | dict[str, float]]:
    """Where else a unit is noted. Another moment's index could name what is not there, or miss what is."""
    found: dict[str, set[str] | dict[str, float]] = {}
    for entry in unit.entries:
        guild = keys.tag(entry.key)[1:]
        for index, member in _noted(entry, guild):
            members = found.setdefault(index, set())
            assert isinstance(members, set)
            members.add(member)
        if unit.name.startswith("key:") and (body := entry.value.get("body")):
            key = ApiKey.model_validate_json(body)
            found[keys.api_keys(key.guild)] = {key.id: int(key.created_at.timestamp())}
    return found


def _noted(entry: Entry, guild: str) -> Iterator[tuple[str, str]]:
    kind = entry.key.rpartition("}:")[2]
    values: Collection[str] = entry.value.values() if entry.shape is Shape.HASH else ()
    persons: list[int] = []
    match kind:
        case "watches":
            yield from ((keys.watchers(sku), guild) for sku in entry.value)
            persons += [Watch.model_validate_json(value).added_by for value in values]
        case "subscriptions":
            for wish in (Subscription.model_validate_json(value) for value in values):
                yield keys.subscribers(wish.sku, wish.category), f"{guild}:{wish.id}"
                persons += persons_in(wish)
        case "webhooks":
            persons += [Webhook.model_validate_json(value.partition(" ")[2]).added_by for value in values]
        case "audit":
            persons += [int(fields["by"]) for _, fields in entry.value if fields.get("by")]
    yield from ((keys.traces(each), guild) for each in persons if each != OPERATOR and str(space_of(each)) != guild)


def _with_webhooks(unit: Unit) -> list[str]:
    return [keys.tag(entry.key)[1:] for entry in unit.entries if entry.key.endswith("}:webhooks")]
