"""Every key in one place. The tag in braces decides the slot on a Cluster: one script touches one tag."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime
from functools import lru_cache
from hashlib import blake2b

from alerts.domain.model import Tier

# One partition, on a Cluster too: docs/decisions/0005. The number is written down in `meta` when the store is made.
_P = "hs:{p0}"
_OUT = "hs:{out}"
_HOOKS = "hs:{hooks}"
_STATS = "hs:{stats}"

META = f"{_P}:meta"
MIGRATING = f"{_P}:migrating"
NOTES = f"{_P}:notes"
CHANGES = f"{_P}:changes"
ADDED = f"{_P}:added"
ADDED_ORDER = f"{_P}:added:order"
HURRIED = f"{_P}:hurried"
PLAN = f"{_P}:plan"
FLOORS = f"{_P}:floors"
QUEUE = f"{_OUT}:queue"
HELD = f"{_OUT}:held"
DEAD = f"{_OUT}:dlq"
FIRST_SIGHTS = f"{_OUT}:first-sights"
TARGETS = f"{_OUT}:targets"
NOTICES = f"{_OUT}:notices"
ERASURES = f"{_OUT}:erasures"
GUILDS = f"{_OUT}:guilds"
DEPARTURES = f"{_OUT}:left"
GUILD_ERASURES = f"{_OUT}:guild-erasures"
HOOK_GUILDS = f"{_P}:webhooks"
HOOKS_DUE = f"{_HOOKS}:due"
HOOKS_BUSY = f"{_HOOKS}:busy"
CHANGES_GROUP = "fanout"
HOOKS_GROUP = "webhooks"
QUEUE_GROUP = "deliver"


# For who walks through all of memory, which nobody does but to look after it.
OF_ALL_GUILDS = "hs:{g*"
OF_ALL_API_KEYS = "hs:{k*}:key"


def tag(name: str) -> str:
    """What decides the slot of a key: the part in braces."""
    return name.partition("{")[2].partition("}")[0] or name


def guild_of(name: str) -> int | None:
    """Whose key it is; None for what is no guild's, and no person's space."""
    mark = tag(name)
    return int(mark[1:]) if mark.startswith("g") and mark[1:].removeprefix("-").isdigit() else None


def snapshot(sku: str) -> str:
    return f"{_P}:snap:{sku}"


def history(sku: str, listing: str) -> str:
    return f"{_P}:hist:{sku}:{listing}"


@lru_cache(maxsize=4096)
def vendor(name: str) -> str:
    """How reading a vendor goes. Its name may hold any character, so it is hashed."""
    return f"{_P}:vendor:{blake2b(name.encode('utf-8', 'surrogatepass'), digest_size=12).hexdigest()}"


def turns(vendor: str) -> str:
    """The vendor's name may hold any character, so it is hashed."""
    return f"{_P}:turns:{blake2b(vendor.encode('utf-8', 'surrogatepass'), digest_size=12).hexdigest()}"


def lock(sku: str) -> str:
    return f"{_P}:lock:{sku}"


def due(tier: Tier) -> str:
    return f"{_P}:due:{tier}"


def watchers(sku: str) -> str:
    return f"{_P}:watchers:{sku}"


def subscribers(sku: str | None = None, category: str | None = None) -> str:
    """The index of a product's or a category's subscribers. A category may hold any character, so it is hashed."""
    if sku is not None:
        return f"{_P}:subscribers:{sku}"
    mark = blake2b((category or "").casefold().encode("utf-8", "surrogatepass"), digest_size=12).hexdigest()
    return f"{_P}:subscribers/category:{mark}"


def delivery(delivery_id: str) -> str:
    return f"{_OUT}:d:{delivery_id}"


def letter(letter_id: str) -> str:
    return f"{_OUT}:letter:{letter_id}"


def episode(target: str, sku: str) -> str:
    return f"{_OUT}:episode:{target}:{sku}"


def written_to(target: str) -> str:
    """The names of the keys that hold messages to a person."""
    return f"{_OUT}:to:{target}"


def lead(role: str) -> str:
    return f"{_OUT}:lead:{role}"


def seat(role: str) -> str:
    """How often the seat was taken: its holder's number."""
    return f"{_OUT}:seat:{role}"


def watches(guild: int) -> str:
    return f"hs:{{g{guild}}}:watches"


def pending(guild: int, name: str) -> str:
    return f"hs:{{g{guild}}}:pending:{name}"


def memories(guild: int) -> str:
    return f"hs:{{g{guild}}}:memories"


def subscriptions(guild: int) -> str:
    return f"hs:{{g{guild}}}:subscriptions"


def settings(guild: int) -> str:
    return f"hs:{{g{guild}}}:settings"


def trail(guild: int) -> str:
    return f"hs:{{g{guild}}}:trail"


def audit(guild: int) -> str:
    return f"hs:{{g{guild}}}:audit"


def traces(user: int) -> str:
    """The guilds in which something bears a member's id."""
    return f"hs:{{u{user}}}:guilds"


def left_open(user: int) -> str:
    """The names of the keys in which something waits for a member, or proves who they are."""
    return f"hs:{{u{user}}}:pendings"


def sent(guild: int) -> str:
    return f"hs:{{g{guild}}}:sent"


def sealed(guild: int) -> str:
    return f"hs:{{g{guild}}}:sealed"


def window(name: str) -> str:
    """A limit's window. Its name may hold a person's id or an address, so it is hashed."""
    return f"hs:{{l}}:{blake2b(name.encode('utf-8', 'surrogatepass'), digest_size=12).hexdigest()}"


def api_key(key_id: str) -> str:
    return f"hs:{{k{key_id}}}:key"


def api_keys(guild: int) -> str:
    """The ids of a guild's API keys; each has a record of its own."""
    return f"hs:{{g{guild}}}:api-keys"


def of_api_keys(guild: int, ids: Iterable[str]) -> tuple[str, ...]:
    """All that is kept of a guild's API keys, given what its list holds."""
    return (*(api_key(key_id) for key_id in ids), api_keys(guild))


def webhooks(guild: int) -> str:
    return f"hs:{{g{guild}}}:webhooks"


def hook_secrets(guild: int) -> str:
    return f"hs:{{g{guild}}}:webhooks/sealed"


def hook_name(guild: int, webhook: str) -> str:
    """A webhook among those of all guilds."""
    return f"{guild}:{webhook}"


def hook_queue(guild: int, webhook: str) -> str:
    return f"{_HOOKS}:queue:{hook_name(guild, webhook)}"


def hook_given_up(guild: int, webhook: str) -> str:
    return f"{_HOOKS}:dlq:{hook_name(guild, webhook)}"


def hook_log(guild: int, webhook: str) -> str:
    return f"{_HOOKS}:log:{hook_name(guild, webhook)}"


def hook_delivery(delivery_id: str) -> str:
    return f"{_HOOKS}:d:{delivery_id}"


def identifies(lane: int) -> tuple[str, str, str]:
    """The gate before IDENTIFY: its queue, who asked last when, and who went last."""
    return f"hs:{{gate}}:queue:{lane}", f"hs:{{gate}}:asked:{lane}", f"hs:{{gate}}:went:{lane}"


def spent(day: date) -> str:
    return f"{_P}:spent:{day.isoformat()}"


def asks(hour: int) -> str:
    """How often products were asked for in an hour."""
    return f"{_P}:asks:{hour}"


def tally(span: str, at: datetime, vendor: str = "") -> str:
    """Numbers of a span of time, of one vendor if it is named; the name may hold any character, so it is hashed."""
    when = at.astimezone(UTC).strftime("%Y%m%d" if span == "day" else "%Y%m%dT%H%M")
    mark = blake2b(vendor.encode("utf-8", "surrogatepass"), digest_size=12).hexdigest() if vendor else ""
    return f"{_STATS}:{span}:{when}:{mark}" if mark else f"{_STATS}:{span}:{when}"


def tally_batch(name: str) -> str:
    return f"{_STATS}:batch:{name}"


def tally_products(day: date) -> str:
    return f"{_STATS}:products:{day:%Y%m%d}"


def tally_actives(who: str, day: date) -> str:
    return f"{_STATS}:{who}:{day:%Y%m%d}"


def tally_salt(day: date) -> str:
    return f"{_STATS}:salt:{day:%Y%m%d}"


def of_space(guild: int) -> tuple[str, ...]:
    """All the keys that are a guild's own, or a person's space."""
    return (
        watches(guild), memories(guild), subscriptions(guild), settings(guild), trail(guild), sent(guild), audit(guild),
        sealed(guild), webhooks(guild), hook_secrets(guild),
    )  # fmt: skip
