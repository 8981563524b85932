"""The only place where clients of the store are made: short limits, and a crash point around whatever they send."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

from hiredis import pack_command as pack_command_of_hiredis
from redis.asyncio import BlockingConnectionPool, Redis, RedisCluster
from redis.asyncio.client import Pipeline
from redis.asyncio.cluster import ClusterNode, ClusterPipeline
from redis.asyncio.connection import AbstractConnection, parse_url
from redis.asyncio.retry import Retry
from redis.asyncio.sentinel import Sentinel, SentinelConnectionPool
from redis.backoff import ExponentialWithJitterBackoff, NoBackoff
from redis.exceptions import ConnectionError, NoScriptError, TimeoutError  # noqa: A004 - the library's own names for its troubles

from alerts.crash import point
from alerts.observing import SILENT, Observer
from alerts.ports import Clock
from alerts.store.address import Address, Way

_AT_ONCE = 32  # commands under way; more wait for their turn
_SPARE = 4  # connections to a node of a Cluster, for the library's own questions
_TURN = 5.0  # seconds to wait for one's turn
# redis-py's defaults let one GET on a stalled server take a minute.
_LIMITS = {"socket_timeout": 4, "socket_connect_timeout": 1}
_TRIES_AGAIN = 3


@dataclass(frozen=True, slots=True)
class Tap:
    """What a command is called, and who is told how it went. `scripts`: one's hash or text → the name we call it by."""

    scripts: Mapping[str, str]
    observer: Observer = SILENT
    clock: Clock | None = None

    async def timed(self, name: str, clock: Clock, send: Callable[[], Awaitable[Any]]) -> Any:
        """Send, and measure it. Time spent waiting for news counts, too: the op says so."""
        began, failed = clock.monotonic(), False
        try:
            return await send()
        except Exception as exc:
            # These two are asked for: the first use of a script, and a group that is there already.
            failed = not isinstance(exc, NoScriptError) and not str(exc).startswith("BUSYGROUP")
            raise
        finally:
            op = name.removeprefix("redis.").partition("(")[0]
            self.observer.stored(op, clock.monotonic() - began, failed=failed)


def client_for(address: Address, tap: Tap) -> TappedRedis | TappedCluster:
    """A client that is not yet connected. `close` ends it."""
    match address.way:
        case Way.CLUSTER:
            return _cluster(address, tap)
        case Way.SENTINEL:
            return TappedRedis(connection_pool=_sentinel_pool(address), tap=tap)
        case Way.SINGLE:
            pool = BlockingConnectionPool.from_url(
                address.text, max_connections=_AT_ONCE, timeout=_TURN, **_each_connection()
            )
            pool.connection_class = _packing_quickly(pool.connection_class)
            return TappedRedis(connection_pool=pool, tap=tap)


def _packing_quickly(connection: type[AbstractConnection]) -> type[AbstractConnection]:
    """The same connection, whose commands are written down by hiredis: the library uses it for answers only here."""

    def pack_command(_: AbstractConnection, *args: Any) -> list[bytes]:
        words = args[0].split() if isinstance(args[0], str) else args[:1]  # "CONFIG GET" is two
        return [pack_command_of_hiredis((*words, *args[1:]))]

    return type(connection.__name__, (connection,), {"pack_command": pack_command})


async def close(client: TappedRedis | TappedCluster) -> None:
    """End every connection."""
    await client.aclose()
    if isinstance(client, TappedRedis):
        await client.connection_pool.disconnect()
        if isinstance(client.connection_pool, _SentinelPool):
            await client.connection_pool.sentinel_manager.aclose()


class TappedRedis(Redis):
    """A single server, or the master that the Sentinels name."""

    def __init__(self, *, connection_pool: BlockingConnectionPool, tap: Tap) -> None:
        super().__init__(connection_pool=connection_pool)
        self._tap = tap

    async def execute_command(self, *args: Any, **options: Any) -> Any:
        return await _passing(self._tap, _name(args, self._tap), partial(super().execute_command, *args, **options))

    # The library passes its flags by place, here and below.
    def pipeline(self, transaction: bool = True, shard_hint: str | None = None) -> Pipeline:  # noqa: FBT001, FBT002
        pipe = _TappedPipeline(self.connection_pool, self.response_callbacks, transaction, shard_hint)
        pipe.tap = self._tap
        return pipe


class TappedCluster(RedisCluster):
    """All the nodes of a Cluster."""

    def __init__(self, *, tap: Tap, at_once: int, **options: Any) -> None:
        super().__init__(max_connections=2 * at_once + _SPARE, **options)
        self._tap = tap
        # The library refuses a command for which there is no connection left, so commands wait for one here. Pipelines
        # have turns of their own: one that was redirected sends its commands again one by one.
        self._turns, self._pipeline_turns = asyncio.Semaphore(at_once), asyncio.Semaphore(at_once)

    async def execute_command(self, *args: Any, **options: Any) -> Any:
        async with _turn(self._turns):
            return await _passing(self._tap, _name(args, self._tap), partial(super().execute_command, *args, **options))

    async def _determine_slot(self, command: str, *args: Any) -> int:
        # At every read of a stream the library would ask one fixed node which of the words are keys, and fail for as
        # long as that node is away, wherever the stream is.
        if command == "XREADGROUP":
            return self.keyslot(args[args.index(b"STREAMS") + 1])
        return await super()._determine_slot(command, *args)

    def pipeline(self, transaction: Any = None, shard_hint: Any = None) -> ClusterPipeline:
        return _TappedClusterPipeline(self, transaction, self._pipeline_turns, self._tap)  # type: ignore[abstract]  # the library's own is as bare


class _SentinelPool(SentinelConnectionPool, BlockingConnectionPool):
    """Connections to the master; who wants one too many waits for it."""


def _cluster(address: Address, tap: Tap) -> TappedCluster:
    options = _options(address)
    return TappedCluster(
        tap=tap,
        at_once=options.pop("max_connections", _AT_ONCE),
        startup_nodes=[ClusterNode(host, port) for host, port in address.hosts],
        **{**_each_connection(), "ssl": address.is_secure, **options},
    )


def _sentinel_pool(address: Address) -> _SentinelPool:
    options = _options(address)
    guards = {key.removeprefix("sentinel_"): options.pop(key) for key in [*options] if key.startswith("sentinel_")}
    if address.is_secure:
        options["ssl"] = guards["ssl"] = True
        guards |= {key: value for key, value in options.items() if key.startswith("ssl_")}
    # One question each: the connection to the master asks all of them again. The library has no types for either class.
    once = Retry(NoBackoff(), 0)
    sentinels = Sentinel(address.hosts, sentinel_kwargs={**_LIMITS, "retry": once, **guards})  # type: ignore[no-untyped-call]
    return _SentinelPool(  # type: ignore[no-untyped-call]
        address.service,
        sentinels,
        **{**_each_connection(), "max_connections": _AT_ONCE, "timeout": _TURN, "db": address.database, **options},
    )


def _each_connection() -> dict[str, Any]:
    return {
        **_LIMITS,
        "retry": Retry(ExponentialWithJitterBackoff(base=0.05, cap=0.3), _TRIES_AGAIN),
        "retry_on_error": [ConnectionError, TimeoutError],
        "decode_responses": True,
        "protocol": 2,  # one shape of answers, and quicker for hashes (measured)
    }


def _options(address: Address) -> dict[str, Any]:
    """What stands behind the question mark, read as the library reads it for one server; and who we are."""
    found: dict[str, Any] = {**parse_url(f"redis:///?{address.query}")} if address.query else {}
    login = {"username": address.user, "password": address.password}
    return {**found, **{key: value for key, value in login.items() if value}}


class _TappedPipeline(Pipeline):
    tap: Tap

    async def execute(self, raise_on_error: bool = True) -> list[Any]:  # noqa: FBT001, FBT002
        words = [str(args[0]) for args, _ in self.command_stack]
        return await _piped(self.tap, words, partial(super().execute, raise_on_error))


class _TappedClusterPipeline(ClusterPipeline):
    def __init__(self, client: RedisCluster, transaction: Any, turns: asyncio.Semaphore, tap: Tap) -> None:
        super().__init__(client, transaction)
        self.tap = tap
        self._turns = turns
        self._words: list[str] = []

    def execute_command(self, *args: Any, **kwargs: Any) -> ClusterPipeline:
        self._words.append(str(args[0]))
        return super().execute_command(*args, **kwargs)

    async def execute(self, raise_on_error: bool = True, allow_redirections: bool = True) -> list[Any]:  # noqa: FBT001, FBT002
        words, self._words = self._words, []
        async with _turn(self._turns):
            return await _piped(self.tap, words, partial(super().execute, raise_on_error, allow_redirections))


@asynccontextmanager
async def _turn(turns: asyncio.Semaphore) -> AsyncIterator[None]:
    async with asyncio.timeout(_TURN):
        await turns.acquire()
    try:
        yield
    finally:
        turns.release()


async def _piped(tap: Tap, words: Sequence[str], send: Callable[[], Awaitable[list[Any]]]) -> list[Any]:
    """A pipeline is sent as a whole, so it has one name: its commands in order, each once. An empty one is not sent."""
    if not words:
        return await send()
    answers: list[Any] = await _passing(tap, f"redis.pipeline({'+'.join(dict.fromkeys(words))})", send)
    return answers


def _name(args: tuple[Any, ...], tap: Tap) -> str:
    word = str(args[0])
    return f"redis.{tap.scripts.get(str(args[1]), word) if word in ('EVALSHA', 'EVAL') else word}"


async def _passing(tap: Tap, name: str, send: Callable[[], Awaitable[Any]]) -> Any:
    point(name)
    answer = await (tap.timed(name, tap.clock, send) if tap.clock else send())
    point(f"{name}.done")
    return answer
