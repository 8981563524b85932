"""When a guild counts as left, and how long what is kept of it stays."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import timedelta

from pydantic import AwareDatetime

from alerts.domain.catalogue import UrlProduct
from alerts.domain.model import Fact
from alerts.domain.shards import shard_of

# Somebody may have removed the bot by mistake: until then another invitation finds everything as it was.
KEPT_AFTER_LEAVING = timedelta(days=7)


class GuildErasure(Fact):
    """A guild that is being forgotten: when to look once more, and the products by address that were its own."""

    guild: int
    at: AwareDatetime
    products: tuple[UrlProduct, ...] = ()


def missing(known: Iterable[int], listed: Collection[int], *, shard: int, count: int) -> list[int]:
    """Of the guilds that a bot was in, those that its shard has and no longer lists.

    A shard's READY names every guild of that shard, also those that are unavailable in an outage. It says nothing about
    the guilds of other shards, whoever has them and however they are.
    """
    return sorted(guild for guild in known if shard_of(guild, count) == shard and guild not in listed)
