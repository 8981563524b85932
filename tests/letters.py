"""Letters to build tests from."""

from __future__ import annotations

from datetime import datetime, timedelta

from alerts.domain.deliveries import delivery_for
from alerts.domain.episodes import Episode, follow
from alerts.domain.letters import Letter, Part, letter_id
from alerts.domain.model import ChangeKind, Snapshot
from alerts.domain.wishes import Target
from tests.worlds import MINUTE, OUT, START, change, subscription

NOTHING = Snapshot(sku="pi5")


def part(target: Target | None = None, guild: int = 1, role: int | None = None, **facts: object) -> Part:
    wish = subscription(guild=guild, target=target or Target(id=10), mention_role=role, kinds=tuple(ChangeKind))
    name = str(facts.pop("product_name", "Raspberry Pi 5"))
    return Part(delivery_for(change(**facts), wish, product_name=name, now=START), NOTHING)  # type: ignore[arg-type]


def letter(*parts: Part, tried_at: datetime | None = None) -> Letter:
    chosen = parts or (part(),)
    return Letter(letter_id([each.delivery.id for each in chosen]), chosen, tried_at)


def sold_out(opening: Part, *, after: timedelta = 3 * MINUTE, message_id: int | None = None) -> Part:
    """The same alert once its restock is over."""
    at = opening.delivery.change.at + after
    opened = follow(None, opening.delivery).episode
    assert opened
    gone = opening.delivery.change.new.model_copy(update={"availability": OUT})
    end = opening.delivery.change.model_copy(update={"kind": ChangeKind.SOLD_OUT, "at": at, "new": gone})
    closed = follow(opened, opening.delivery.model_copy(update={"id": "z" * 24, "change": end})).episode
    assert isinstance(closed, Episode)
    return Part(opening.delivery, NOTHING, closed.model_copy(update={"message_id": message_id}))
