"""What is in a store, to be compared with what is in another."""

from __future__ import annotations

import json
from ast import literal_eval

from alerts.store import kept, keys
from alerts.store.promises.archive import Kept
from alerts.store.redis.store import RedisStore
from tests.store.dumps import everything

_FROM_BACKUP = {"mark", "seen", "in_shops", "flips", "failures", "restored"}
_ALL = (Kept.BACKUP, Kept.MADE, Kept.MOVE)


async def kept_in(url: str) -> dict[str, object]:
    """All that a backup has to bring back, and the indexes; of a listing what is told of it."""
    async with RedisStore(url) as store:
        found = await everything(store)
    return {
        key: _known(literal_eval(text)) if key.startswith(keys.snapshot("")) else literal_eval(text)
        for key, text in found.items()
        if (family := kept.family_of(key)) and family.kept in (Kept.BACKUP, Kept.MADE) and key != keys.PLAN
    }


def _known(fields: dict[str, str]) -> object:
    listings = {field: json.loads(value) for field, value in fields.items() if field.startswith("l:")}
    return {field: {k: v for k, v in facts.items() if k not in _FROM_BACKUP} for field, facts in listings.items()}


async def all_in(url: str) -> dict[str, object]:
    """All that comes along in a move, as it is; of the streams what is in them."""
    async with RedisStore(url) as store:
        found = await everything(store)
        for name in (keys.CHANGES, keys.QUEUE):
            found[name] = repr([fields for _, fields in await store._link.redis.xrange(name)])
    wanted = {key: text for key, text in found.items() if (family := kept.family_of(key)) and family.kept in _ALL}
    return {key: literal_eval(text) for key, text in wanted.items() if key != keys.PLAN}
