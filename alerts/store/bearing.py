"""Where a guild's id may stand: in a key's name, in its text, or among its members."""

from __future__ import annotations

from collections.abc import Sequence

from alerts.domain.catalogue import UrlProduct
from alerts.store import keys

_TEXTS = (keys.delivery(""), keys.letter(""), keys.episode("", "")[:-1], keys.hook_delivery(""), keys.api_key("")[:-5])
_SESSION = keys.pending(0, "session:")
_ASKS, _TURNS = "hs:{p0}:asks:", "hs:{p0}:turns:"
_SCANNED = "hs:{stats}:products:"
_TRACES = "hs:{u", ":guilds"


def is_own(name: str, guild: int) -> bool:
    """Whether a key is one guild's alone."""
    own = (own_start(guild),
           keys.hook_queue(guild, ""), keys.hook_given_up(guild, ""), keys.hook_log(guild, ""))  # fmt: skip
    return name.startswith(own)


def pattern(name: str, guild: int) -> str:
    """What a key's text is searched for, in Lua's words; "" for one whose text names no guild."""
    if name.startswith(_SESSION):
        return f'"{guild}":'
    return f'"guild":{guild}%f[%D]' if name.startswith(_TEXTS) else ""


def is_traces(name: str) -> bool:
    """Whether it holds the guilds in which a person has left something."""
    return name.startswith(_TRACES[0]) and name.endswith(_TRACES[1])


def is_left_open(name: str) -> bool:
    """Whether it holds the names of keys that are a person's for a while, some of them a guild's own."""
    return name.startswith("hs:{u") and name.endswith(":pendings")


def own_start(guild: int) -> str:
    """How the names of a guild's own keys begin."""
    return keys.watches(guild).removesuffix("watches")


def members(name: str, gone: Sequence[UrlProduct]) -> list[str]:
    """What of products that are gone is counted under a key."""
    if name.startswith((_ASKS, _SCANNED)):
        return [each.sku for each in gone]
    return [one.id for each in gone for one in each.product().listings] if name.startswith(_TURNS) else []
