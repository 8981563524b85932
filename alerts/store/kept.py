"""Every family of keys, and what a backup and a move do with it. tests/store/test_kept.py holds it to keys.py."""

from __future__ import annotations

import re
from collections.abc import Collection
from functools import lru_cache
from typing import NamedTuple

from alerts.store import keys
from alerts.store.promises.archive import Kept, Shape


class Family(NamedTuple):
    """Keys of one pattern. `*` stands for anything but a brace. `is_shared`: a store has one, in which all have a part.

    `why` it is not in a backup; nothing for what is.
    """

    pattern: str
    shape: Shape
    kept: Kept = Kept.BACKUP
    why: str = ""
    is_shared: bool = False


H, Z, S, L, X, T = Shape.HASH, Shape.ZSET, Shape.SET, Shape.LIST, Shape.STREAM, Shape.TEXT
_OLD = "news that is old by the time a backup is restored"
_SHORT = "lasts minutes"
_MOVE, _MADE, _NEVER = Kept.MOVE, Kept.MADE, Kept.NEVER

FAMILIES = (
    # A server, or a person's own space
    Family("hs:{g*}:watches", H),
    Family("hs:{g*}:memories", H),
    Family("hs:{g*}:subscriptions", H),
    Family("hs:{g*}:settings", H),
    Family("hs:{g*}:trail", X),
    Family("hs:{g*}:audit", X),
    Family("hs:{g*}:sent", Z),
    Family("hs:{g*}:sealed", H),
    Family("hs:{g*}:webhooks", H),
    Family("hs:{g*}:webhooks/sealed", H),
    Family("hs:{g*}:api-keys", Z, _MADE, "the list of the records of API keys"),
    Family("hs:{g*}:pending:*", T, _NEVER, _SHORT),
    Family("hs:{u*}:guilds", S, _MADE, "where a person's id stands in servers"),
    Family("hs:{u*}:pendings", Z, _NEVER, _SHORT),
    Family("hs:{k*}:key", H),
    # Products
    Family("hs:{p0}:snap:*", H),
    Family("hs:{p0}:hist:*", Z),
    Family(keys.ADDED, H),
    Family(keys.ADDED_ORDER, L, _MADE, "the products that were added, as they come"),
    Family(keys.PLAN, H, _MADE, "the planner makes it within a minute"),
    Family(keys.FLOORS, H, is_shared=True),
    Family("hs:{p0}:spent:*", T),
    Family("hs:{p0}:watchers:*", S, _MADE, "an index of watches"),
    Family("hs:{p0}:subscribers:*", S, _MADE, "an index of alerts"),
    Family("hs:{p0}:subscribers/category:*", S, _MADE, "an index of alerts"),
    Family(keys.HOOK_GUILDS, S, _MADE, "an index of webhooks"),
    Family("hs:{p0}:due:*", Z, _MOVE, "the scheduler makes it from the watches", is_shared=True),
    Family(keys.HURRIED, Z, _MOVE, "what was seen before the restore waits for no second look", is_shared=True),
    Family("hs:{p0}:vendor:*", H, _MOVE, "how reading a shop goes is soon known again"),
    Family("hs:{p0}:turns:*", Z, _MOVE, "turns of a shop within a day"),
    Family("hs:{p0}:asks:*", Z, _MOVE, "what was asked for within hours"),
    Family("hs:{p0}:lock:*", T, _NEVER, _SHORT),
    Family(keys.META, H, _NEVER, "each store has its own"),
    Family(keys.MIGRATING, Z, _NEVER, "a restored store is brought up from its beginning"),
    Family(keys.NOTES, H, _NEVER, "what a running bot has noted for itself"),
    # News and messages
    Family(keys.CHANGES, X, _MOVE, _OLD, is_shared=True),
    Family(keys.QUEUE, X, _MOVE, _OLD, is_shared=True),
    Family("hs:{out}:d:*", H, _MOVE, _OLD),
    Family("hs:{out}:letter:*", T, _MOVE, _OLD),
    Family("hs:{out}:to:*", Z, _MOVE, _OLD),
    Family("hs:{out}:episode:*", T, _MOVE, "a message of before the restore would swallow the next restock"),
    Family(keys.HELD, Z, _MOVE, _OLD, is_shared=True),
    Family(keys.DEAD, Z, _MOVE, _OLD, is_shared=True),
    Family(keys.FIRST_SIGHTS, Z, _MOVE, _OLD, is_shared=True),
    Family(keys.TARGETS, H, is_shared=True),
    Family(keys.NOTICES, H, is_shared=True),
    Family(keys.ERASURES, Z, is_shared=True),
    Family(keys.GUILD_ERASURES, H, is_shared=True),
    Family(keys.GUILDS, H, is_shared=True),
    Family(keys.DEPARTURES, Z, _MOVE, "whoever has left is missed at the next connection, and has its week again"),
    Family("hs:{out}:lead:*", T, _NEVER, _SHORT),
    Family("hs:{out}:seat:*", T, _NEVER, "each store counts its own"),
    # Webhooks out
    Family(keys.HOOKS_DUE, Z, _MOVE, _OLD, is_shared=True),
    Family(keys.HOOKS_BUSY, H, _NEVER, _SHORT),
    Family("hs:{hooks}:queue:*", Z, _MOVE, _OLD),
    Family("hs:{hooks}:dlq:*", Z, _MOVE, _OLD),
    Family("hs:{hooks}:log:*", L, _MOVE, "attempts at messages that are not kept"),
    Family("hs:{hooks}:d:*", H, _MOVE, _OLD),
    # Numbers
    Family("hs:{stats}:day:*", H),
    Family("hs:{stats}:hour:*", H),
    Family("hs:{stats}:products:*", Z),
    Family("hs:{stats}:slice:*", H, _MOVE, "numbers of the last two hours"),
    Family("hs:{stats}:guilds:*", T, _NEVER, "a sketch of who was active, which is no text"),
    Family("hs:{stats}:users:*", T, _NEVER, "a sketch of who was active, which is no text"),
    Family("hs:{stats}:salt:*", T, _NEVER, "a secret that has to end with its day"),
    Family("hs:{stats}:batch:*", T, _NEVER, _SHORT),
    # Limits and gates
    Family("hs:{l}:*", Z, _NEVER, _SHORT),
    Family("hs:{gate}:queue:*", Z, _NEVER, _SHORT),
    Family("hs:{gate}:asked:*", Z, _NEVER, _SHORT),
    Family("hs:{gate}:went:*", T, _NEVER, _SHORT),
)


def family_of(key: str) -> Family | None:
    """The family that a key belongs to."""
    exact, patterns = _sorted()
    found = exact.get(key)
    return found or next((family for pattern, family in patterns if pattern.fullmatch(key)), None)


def families_of(key: str) -> list[Family]:
    """All that it could belong to; more than one is a mistake in the table."""
    exact, patterns = _sorted()
    return [*(exact[each] for each in exact if each == key), *(f for p, f in patterns if p.fullmatch(key))]


def is_snapshot(key: str) -> bool:
    """Whether it holds what is known of a product."""
    return key.startswith(keys.snapshot(""))


def of_space(guild: int, wanted: Collection[Kept]) -> list[str]:
    """The keys of a server, or of a person's space, that are wanted."""
    return [
        family.pattern.replace("{g*}", f"{{g{guild}}}")
        for family in FAMILIES
        if family.pattern.startswith("hs:{g*}:") and family.pattern.count("*") == 1 and family.kept in wanted
    ]


@lru_cache(maxsize=1)
def _sorted() -> tuple[dict[str, Family], list[tuple[re.Pattern[str], Family]]]:
    exact = {family.pattern: family for family in FAMILIES if "*" not in family.pattern}
    patterns = [
        (re.compile(re.escape(family.pattern).replace(r"\{g\*\}", r"\{g-?\d+\}").replace(r"\*", "[^{}]*")), family)
        for family in FAMILIES
        if "*" in family.pattern
    ]
    return exact, patterns
