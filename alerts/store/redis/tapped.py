"""The library's clients with a crash point before and after whatever they send: alone, or as one pipeline."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial
from typing import Any

from redis.asyncio import Redis, RedisCluster
from redis.asyncio.client import Pipeline
from redis.asyncio.cluster import ClusterPipeline

from alerts.crash import point

Scripts = Mapping[str, str]  # a script's hash or text → the name we call it by


class TappedRedis(Redis):
    """A single server, or the master that a Sentinel names."""

    scripts: Scripts

    async def execute_command(self, *args: Any, **options: Any) -> Any:
        return await _passing(_name(args, self.scripts), partial(super().execute_command, *args, **options))

    def pipeline(self, transaction: bool = True, shard_hint: str | None = None) -> Pipeline:  # noqa: FBT001, FBT002
        return _TappedPipeline(self.connection_pool, self.response_callbacks, transaction, shard_hint)


class TappedCluster(RedisCluster):
    """All the nodes of a Cluster."""

    scripts: Scripts

    async def execute_command(self, *args: Any, **options: Any) -> Any:
        return await _passing(_name(args, self.scripts), partial(super().execute_command, *args, **options))

    def pipeline(self, transaction: Any = None, shard_hint: Any = None) -> ClusterPipeline:
        return _TappedClusterPipeline(self, transaction)  # type: ignore[abstract]  # the library's own is as bare


class _TappedPipeline(Pipeline):
    async def execute(self, raise_on_error: bool = True) -> list[Any]:  # noqa: FBT001, FBT002
        words = [str(args[0]) for args, _ in self.command_stack]
        return await _piped(words, partial(super().execute, raise_on_error))


class _TappedClusterPipeline(ClusterPipeline):
    def __init__(self, client: RedisCluster, transaction: bool | None) -> None:  # noqa: FBT001
        super().__init__(client, transaction)
        self._words: list[str] = []

    def execute_command(self, *args: Any, **kwargs: Any) -> ClusterPipeline:
        self._words.append(str(args[0]))
        return super().execute_command(*args, **kwargs)

    async def execute(self, raise_on_error: bool = True, allow_redirections: bool = True) -> list[Any]:  # noqa: FBT001, FBT002
        words, self._words = self._words, []
        return await _piped(words, partial(super().execute, raise_on_error, allow_redirections))


async def _piped(words: Sequence[str], send: Callable[[], Awaitable[list[Any]]]) -> list[Any]:
    """A pipeline is sent as a whole, so it has one name: its commands in order, each once. An empty one is not sent."""
    if not words:
        return await send()
    answers: list[Any] = await _passing(f"redis.pipeline({'+'.join(dict.fromkeys(words))})", send)
    return answers


def _name(args: tuple[Any, ...], scripts: Scripts) -> str:
    word = str(args[0])
    return f"redis.{scripts.get(str(args[1]), word) if word in ('EVALSHA', 'EVAL') else word}"


async def _passing(name: str, send: Callable[[], Awaitable[Any]]) -> Any:
    point(name)
    answer = await send()
    point(f"{name}.done")
    return answer
