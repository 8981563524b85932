"""The client library's errors in our words."""

from __future__ import annotations

from redis.asyncio.sentinel import MasterNotFoundError
from redis.exceptions import (
    AuthenticationError,
    ClusterDownError,
    ClusterError,
    ConnectionError,  # noqa: A004 - the library's own names for its troubles
    MovedError,
    ReadOnlyError,
    RedisClusterException,
    TimeoutError,  # noqa: A004 - as above
    TryAgainError,
)

from alerts.domain.errors import StoreError, StoreUnavailable

# The first that fits; a kind stands before those it is a kind of.
_AWAY: tuple[tuple[type[Exception] | tuple[type[Exception], ...], str], ...] = (
    (AuthenticationError, "refuses our password: mend store.url"),
    (MasterNotFoundError, "has no master: start the Sentinels, let them choose one, or mend the service in store.url"),
    (ReadOnlyError, "is a replica and takes no writes: wait for the failover, or name the primary in store.url"),
    (ClusterDownError, "is a Cluster that is down, some slots are served by nobody: ask a node for CLUSTER INFO"),
    ((TryAgainError, ClusterError), "is a Cluster that is moving its slots: try again in a moment"),
    (RedisClusterException, "is no Cluster that can be used ({exc}): start its nodes, or mend store.url"),
    ((ConnectionError, TimeoutError, OSError), "does not answer ({kind}): start it, or mend store.url"),
)


def ours(exc: Exception, place: str) -> StoreError:
    """What to raise instead: StoreUnavailable for what passes by itself or by starting a server."""
    if isinstance(exc, RedisClusterException) and isinstance(exc.__cause__, AuthenticationError):
        return ours(exc.__cause__, place)
    if isinstance(exc, MovedError):
        return StoreError(f"The store at {place} is one node of a Cluster: write redis+cluster:// in store.url.")
    if "key slot" in str(exc):  # a defect of ours, which no waiting cures
        return StoreError(f"The store at {place} refused a command: {exc}")
    for kinds, text in _AWAY:
        if isinstance(exc, kinds):
            return StoreUnavailable(f"The store at {place} {text.format(exc=exc, kind=type(exc).__name__)}.")
    return StoreError(f"The store at {place} refused a command: {exc}")
