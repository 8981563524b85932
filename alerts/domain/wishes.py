"""What guilds want: watches (scan it) and subscriptions (tell us, there, of this)."""

from __future__ import annotations

from typing import Literal

from pydantic import AwareDatetime

from alerts.domain.model import ChangeKind, Fact, KeyPart, Sku

# The operator's own watches (command line) live beside the guilds' under this id, which no guild has.
OPERATOR = 0

DEFAULT_KINDS = (ChangeKind.RESTOCKED, ChangeKind.PRICE_DROP, ChangeKind.PREORDER_OPEN)


class Target(Fact):
    """Where a message goes. A thread is a channel to Discord."""

    type: Literal["channel"] = "channel"
    id: int

    def __str__(self) -> str:
        return f"{self.type}:{self.id}"


class Watch(Fact):
    """A guild's wish to have a product scanned."""

    guild: int
    sku: Sku
    added_by: int
    added_at: AwareDatetime


class Subscription(Fact):
    """Who wants to hear of which changes of a product, and where. It belongs to the guild, not to who typed it."""

    id: KeyPart
    guild: int
    sku: Sku
    kinds: tuple[ChangeKind, ...] = DEFAULT_KINDS
    target: Target
    mention_role: int | None = None
    added_by: int
    added_at: AwareDatetime
