"""The connection to Valkey or Redis: short limits, our scripts, and its errors in our words."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from hashlib import sha1
from importlib.resources import files
from typing import Any
from urllib.parse import urlsplit

import structlog
from redis.asyncio import BlockingConnectionPool
from redis.asyncio.retry import Retry
from redis.backoff import ExponentialWithJitterBackoff

# The library's own names for its troubles.
from redis.exceptions import (
    AuthenticationError,
    ConnectionError,  # noqa: A004
    NoScriptError,
    RedisError,
    ResponseError,
    TimeoutError,  # noqa: A004
)

from alerts.domain.errors import StoreError, StoreTooNew, StoreUnavailable
from alerts.store import keys
from alerts.store.redis.tapped import TappedRedis

SCHEMA = 1
_SCRIPTS = ("begin", "commit", "drop", "enqueue", "finish", "lead", "lock", "move", "redrive", "release", "renew",
            "schedule", "vendor")  # fmt: skip
log = structlog.get_logger()


class Link:
    """One pool of connections. redis-py may repeat a command, so every write of ours is safe to repeat."""

    def __init__(self, url: str) -> None:
        self.place = _without_secret(url)
        pool = BlockingConnectionPool.from_url(
            url,
            max_connections=32,
            timeout=5,  # waiting for a free connection
            # redis-py's defaults let one GET on a stalled server take a minute.
            socket_timeout=4,
            socket_connect_timeout=1,
            retry=Retry(ExponentialWithJitterBackoff(base=0.05, cap=0.3), 3),
            retry_on_error=[ConnectionError, TimeoutError],
            decode_responses=True,
            protocol=2,  # one shape of answers, and quicker for hashes (measured)
        )
        redis = TappedRedis(connection_pool=pool)
        self._scripts = {name: _source(name) for name in _SCRIPTS}
        self._hashes = {name: sha1(text.encode(), usedforsecurity=False).hexdigest()
                        for name, text in self._scripts.items()}  # fmt: skip
        redis.scripts = {mark: name for marks in (self._scripts, self._hashes) for name, mark in marks.items()}
        # redis-py's types allow bytes and str everywhere; with decode_responses it is always str.
        self.redis: Any = redis

    async def run(self, script: str, names: Sequence[str], args: Sequence[str | int | float]) -> Any:
        """Run one of our scripts, atomically, on keys of one tag."""
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
        except AuthenticationError as exc:
            raise StoreUnavailable(f"The store at {self.place} refuses our password: mend store.url.") from exc
        except (ConnectionError, TimeoutError, OSError) as exc:
            text = f"The store at {self.place} does not answer ({type(exc).__name__}): start it, or mend store.url."
            raise StoreUnavailable(text) from exc
        except ResponseError as exc:
            if str(exc).startswith("NOGROUP"):
                await self._meet_again()
            raise StoreError(f"The store at {self.place} refused a command: {exc}") from exc
        except RedisError as exc:
            raise StoreError(f"The store at {self.place} refused a command: {exc}") from exc

    async def open(self) -> None:
        """Return when the server answers, speaks our schema and has our consumer groups."""
        async with self.trouble():
            await self.redis.hsetnx(keys.META, "schema", str(SCHEMA))
            await self.redis.hsetnx(keys.META, "partitions", "1")
            found = int(await self.redis.hget(keys.META, "schema") or SCHEMA)
        if found > SCHEMA:
            raise StoreTooNew(f"The store at {self.place} was written by a newer version (schema {found}, this one"
                              f" knows {SCHEMA}): upgrade hardware-sentry.")  # fmt: skip
        await self._groups()
        await self._warn_if_forgetful()

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
            async with self.trouble():
                policy = (await self.redis.config_get("maxmemory-policy")).get("maxmemory-policy", "noeviction")
                aof = (await self.redis.config_get("appendonly")).get("appendonly", "yes")
        except StoreUnavailable:
            raise
        except StoreError:
            return
        if policy != "noeviction":
            log.warning("store may evict alerts", policy=policy, cure="set maxmemory-policy noeviction")
        if aof != "yes":
            log.warning("store may forget alerts at a restart", appendonly=aof, cure="set appendonly yes")

    async def close(self) -> None:
        await self.redis.aclose()
        await self.redis.connection_pool.disconnect()


def redis_url(url: str) -> str:
    """The same address with the scheme that the client library knows."""
    return url.replace("valkey://", "redis://", 1).replace("valkeys://", "rediss://", 1)


def _source(name: str) -> str:
    return (files("alerts.store.redis") / "scripts" / f"{name}.lua").read_text()


def _without_secret(url: str) -> str:
    parts = urlsplit(url)
    host = f"{parts.hostname}:{parts.port or 6379}" if parts.hostname else parts.path
    return f"{parts.scheme}://{host}"
