"""Migration to schema 2: what bears a person's id, or was written to them, before that was noted is found again."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any

import orjson

from alerts.domain.wishes import OPERATOR, Subscription, Target, TargetKind, Watch, persons_in, space_of
from alerts.store import keys

_PAGE = 500
_KEPT = timedelta(days=90)  # no message is of use for longer
_NAME = re.compile(r"hs:\{g(-?\d+)\}:([a-z-]+)")


PATTERNS = (
    "hs:{g*}:watches",
    "hs:{g*}:subscriptions",
    "hs:{g*}:webhooks",
    "hs:{g*}:audit",
    "hs:{out}:d:*",
    "hs:{out}:episode:dm:*",
)


async def traced(redis: Any, name: str) -> bool:
    """Trace everybody who is named in this key; whether one was not traced before."""
    found = _NAME.fullmatch(name)
    if found is None:
        return await _written(redis, name)
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


async def _written(redis: Any, name: str) -> bool:
    """A message to a person, or one that lives, is noted among what was written to them."""
    if name.startswith(keys.delivery("")):
        body = await redis.hget(name, "delivery")
        target, at = (orjson.loads(body)["target"], orjson.loads(body)["queued_at"]) if body else ({}, "")
    else:
        body = await redis.get(name)
        target, at = (orjson.loads(body)["target"], orjson.loads(body)["opening"]["queued_at"]) if body else ({}, "")
    if target.get("type") != TargetKind.DM.value:
        return False
    noted = keys.written_to(str(Target.model_validate(target)))
    is_new = await redis.zadd(noted, {name: datetime.fromisoformat(at).timestamp()}, nx=True)
    await redis.expire(noted, _KEPT)
    return bool(is_new)
