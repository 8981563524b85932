"""Migration to schema 2: whoever left something in a guild before traces were kept can be found there, too."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from typing import Any

import orjson

from alerts.domain.wishes import OPERATOR, Subscription, Watch, persons_in, space_of
from alerts.store import keys

_PAGE = 500
_NAME = re.compile(r"hs:\{g(-?\d+)\}:([a-z-]+)")


async def traced(redis: Any, name: str) -> bool:
    """Trace everybody who is named in this key of a guild; whether one was not traced before."""
    found = _NAME.fullmatch(name)
    if found is None:
        return False
    guild, kind = found.groups()
    persons = {person async for person in _PERSONS[kind](redis, name)} - {OPERATOR}
    added = [
        await redis.sadd(keys.traces(person), guild) for person in sorted(persons) if int(guild) != space_of(person)
    ]
    return any(added)


async def _of_watches(redis: Any, name: str) -> AsyncIterator[int]:
    for raw in await redis.hvals(name):
        yield Watch.model_validate_json(raw).added_by


async def _of_subscriptions(redis: Any, name: str) -> AsyncIterator[int]:
    for raw in await redis.hvals(name):
        for person in persons_in(Subscription.model_validate_json(raw)):
            yield person


async def _of_webhooks(redis: Any, name: str) -> AsyncIterator[int]:
    for raw in await redis.hvals(name):
        yield int(orjson.loads(raw.partition(" ")[2]).get("added_by", OPERATOR))


async def _of_audit(redis: Any, name: str) -> AsyncIterator[int]:
    start = "-"
    while page := await redis.xrange(name, min=start, count=_PAGE):
        for _, fields in page:
            if by := fields.get("by"):
                yield int(by)
        start = f"({page[-1][0]}"


_PERSONS = {
    "watches": _of_watches,
    "subscriptions": _of_subscriptions,
    "webhooks": _of_webhooks,
    "audit": _of_audit,
}
