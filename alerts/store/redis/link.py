"""The connection to Valkey or Redis: our scripts, its schema, and its errors in our words."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from hashlib import sha1
from importlib.resources import files
from itertools import repeat
from typing import Any, TypeVar

import structlog
from redis.exceptions import NoScriptError, RedisClusterException, RedisError

from alerts.domain.errors import StoreError, StoreTooNew, StoreUnavailable
from alerts.observing import SILENT, Observer
from alerts.ports import Clock
from alerts.store import address, keys
from alerts.store.address import Way
from alerts.store.redis.batching import Batches, Call
from alerts.store.redis.clients import Tap, TappedCluster, client_for, close
from alerts.store.redis.troubles import ours
from alerts.store.redis.version import OURS, Version

PARTITIONS = 1
RESTORING = "restoring"  # in meta, while a restore is under way
PAGE = 500
T = TypeVar("T")
log = structlog.get_logger()


class Link:
    """One client for all of memory. redis-py may repeat a command, so every write of ours is safe to repeat."""

    def __init__(
        self, url: str, *, observer: Observer = SILENT, clock: Clock | None = None, version: Version | None = None
    ) -> None:
        self.version = version or OURS
        self._address = address.parse(url)
        self.place = self._address.place
        self._scripts = dict(_sources())
        self._hashes = {name: sha1(text.encode(), usedforsecurity=False).hexdigest()
                        for name, text in self._scripts.items()}  # fmt: skip
        named = {mark: name for marks in (self._scripts, self._hashes) for name, mark in marks.items()}
        self._client = client_for(self._address, Tap(named, observer, clock))
        # redis-py's types allow bytes and str everywhere; with decode_responses it is always str.
        self.redis: Any = self._client

        self._batches = Batches(self._run, self._run_many)
        self._left = set[tuple[str, str | None]]()

    def reads(self, shape: str | None) -> bool:
        """Whether what carries this `v` can be read by this version; None: there is nothing."""
        return shape is None or shape in self.version.shapes

    def check(self, shape: str | None, what: str) -> None:
        """StoreTooNew for what only a newer version can read."""
        if not self.reads(shape):
            raise StoreTooNew(
                f"{what} was kept by a newer version (shape {shape}), whose processes go on with it:"
                " end the upgrade by stopping this older one."
            )

    def leave(self, what: str, shape: str | None) -> None:
        """Say, once for a process, that something waits for a process of a newer version."""
        if (what, shape) not in self._left:
            self._left.add((what, shape))
            log.warning("left to a newer version", what=what, shape=shape, cure="end the upgrade: stop this process")

    async def run_soon(self, script: str, names: Sequence[str], args: Sequence[str | int | float]) -> Any:
        """As `run`; together with others that come while one is under way, for those of whom there are many at once."""
        if isinstance(self._client, TappedCluster):
            return await self.run(script, names, args)
        _of_one_slot(script, names)
        return await self._batches((script, names, args))

    async def run_each(
        self, script: str, calls: Sequence[tuple[Sequence[str], Sequence[str | int | float]]]
    ) -> list[Any]:
        """Run a script many times, in this order, each time atomically on keys of one tag, in few round trips."""
        if isinstance(self._client, TappedCluster):  # whose pipelines take no scripts
            return [await self.run(script, *call) for call in calls]
        async with self.trouble():
            pipe = self.redis.pipeline(transaction=False)
            for names, args in calls:
                pipe.evalsha(self._hashes[script], len(names), *names, *args)
            found = await pipe.execute(raise_on_error=False) if calls else []
        for at, each in enumerate(found):
            if isinstance(each, NoScriptError):
                found[at] = await self.run(script, *calls[at])
            elif isinstance(each, Exception):
                async with self.trouble():
                    raise each
        return list(found)

    async def _run(self, call: Call) -> Any:
        return await self.run(*call)

    async def _run_many(self, calls: Sequence[Call]) -> Sequence[Any]:
        """Each atomically, and what came of each: its answer, or its own error."""
        if len(calls) == 1:
            return [await self.run(*calls[0])]
        async with self.trouble():
            pipe = self.redis.pipeline(transaction=False)
            for script, names, args in calls:
                pipe.evalsha(self._hashes[script], len(names), *names, *args)
            found = await pipe.execute(raise_on_error=False)
        return [await self._settled(call, each) for call, each in zip(calls, found, strict=True)]

    async def _settled(self, call: Call, came: Any) -> Any:
        try:
            if isinstance(came, NoScriptError):
                return await self.run(*call)
            if isinstance(came, Exception):
                async with self.trouble():
                    raise came
        except StoreError as exc:
            return exc
        return came

    async def run(self, script: str, names: Sequence[str], args: Sequence[str | int | float]) -> Any:
        """Run one of our scripts, atomically, on keys of one tag; more are refused on every store."""
        _of_one_slot(script, names)
        async with self.trouble():
            try:
                return await self.redis.evalsha(self._hashes[script], len(names), *names, *args)
            except NoScriptError:
                # The text itself goes where the keys are, and the server keeps it. Loading it everywhere first, as
                # the library does, would fail on a Cluster while any other node is away.
                return await self.redis.eval(self._scripts[script], len(names), *names, *args)

    @asynccontextmanager
    async def trouble(self) -> AsyncIterator[None]:
        """Turn the library's errors into ours, once, here."""
        try:
            yield
        except (RedisError, RedisClusterException, OSError) as exc:
            if str(exc).startswith("NOGROUP"):
                await self._meet_again()
            raise ours(exc, self.place) from exc

    async def open(self, *, half_restored: bool = False) -> None:
        """Return when the server answers, speaks our schema and has our consumer groups.

        `half_restored`: also when a restore has not come to its end there, for whoever comes to finish it.
        """
        mine = self.version.schema
        found = await self.run("meet", [keys.META], [mine, PARTITIONS])
        schema, partitions = int(found[0]), int(found[1])
        if schema > mine:
            raise StoreTooNew(
                f"The store at {self.place} was written by a newer version (schema {schema}, this one knows {mine}):"
                " upgrade hardware-sentry, or restore a backup that this version made."
            )
        if partitions != PARTITIONS:
            raise StoreTooNew(f"The store at {self.place} keeps its products in {partitions} partitions, this version"
                              f" knows {PARTITIONS}: upgrade hardware-sentry.")  # fmt: skip
        if not half_restored:
            await self._refuse_half_restored()
        await self._groups()
        await self._warn_if_forgetful()

    async def _refuse_half_restored(self) -> None:
        async with self.trouble():
            is_half = await self.redis.hexists(keys.META, RESTORING)
        if is_half:
            raise StoreError(f"A restore into the store at {self.place} has begun and not come to its end: run"
                             " hardware-sentry restore once more.")  # fmt: skip

    async def _meet_again(self) -> None:
        """Somebody emptied the server while we ran: what was in it is lost, but what comes must not be."""
        log.error("store was emptied", place=self.place, lost="watches, alerts and history")
        await self._groups()

    async def _groups(self) -> None:
        await self._group(keys.CHANGES, keys.CHANGES_GROUP)
        await self._group(keys.QUEUE, keys.QUEUE_GROUP)

    async def _group(self, stream: str, group: str) -> None:
        try:
            async with self.trouble():
                await self.redis.xgroup_create(stream, group, id="0", mkstream=True)
        except StoreError as exc:
            if "BUSYGROUP" not in str(exc):
                raise

    async def _warn_if_forgetful(self) -> None:
        """Alerts live here: a server that evicts keys or keeps no log may lose some. Hosted ones may not tell."""
        try:
            policies = await self._configured("maxmemory-policy")
            logs = await self._configured("appendonly")
        except StoreUnavailable:
            raise
        except StoreError:
            return
        for policy in policies - {"noeviction"}:
            log.warning("store may evict alerts", policy=policy, cure="set maxmemory-policy noeviction")
        for aof in logs - {"yes"}:
            log.warning("store may forget alerts at a restart", appendonly=aof, cure="set appendonly yes")

    async def _configured(self, name: str) -> set[str]:
        """What the server says, or what each node of a Cluster says."""
        async with self.trouble():
            if self._address.way is Way.CLUSTER:
                nodes = await self.redis.config_get(name, target_nodes=TappedCluster.PRIMARIES)
            else:
                nodes = {"": await self.redis.config_get(name)}
        return {said[name] for said in nodes.values() if name in said}

    async def of_each_server(self, command: str, *words: str) -> Mapping[str, Any]:
        """What the server, or each primary of a Cluster, answers to a command, by its place."""
        ask = getattr(self.redis, command)
        async with self.trouble():
            if self._address.way is Way.CLUSTER:
                return dict(await ask(*words, target_nodes=TappedCluster.PRIMARIES))
            return {self.place: await ask(*words)}

    @property
    def url_of_one(self) -> str:
        """An address of the same store for who can be told one node of a Cluster only: one that was there just now."""
        if isinstance(self._client, TappedCluster):
            node = self._client.get_primaries()[0]
            return self._address.through(node.host, int(node.port))
        return self._address.text

    async def close(self) -> None:
        await close(self._client)


def pages(of: Sequence[T], size: int = PAGE) -> Iterator[Sequence[T]]:
    """A few at a time: one pipeline over fifty thousand holds up the server, and then the loop, for everybody else."""
    return (of[at : at + size] for at in range(0, len(of), size))


def _of_one_slot(script: str, names: Sequence[str]) -> None:
    start = names[0][: names[0].find("}") + 1] if names else ""
    if start and all(map(str.startswith, names, repeat(start))):
        return  # most of them: what stands before the brace is the same, too
    tags = {keys.tag(name) for name in names}
    if len(tags) != 1:
        raise StoreError(f"The script {script} is asked to touch several slots at once ({', '.join(sorted(tags))}).")


def _sources() -> Iterator[tuple[str, str]]:
    """Every script by its name."""
    for file in (files("alerts.store.redis") / "scripts").iterdir():
        if file.name.endswith(".lua"):
            yield file.name.removesuffix(".lua"), file.read_text()
