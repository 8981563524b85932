"""One restock from open to close: which message tells of it, and what that message says now.

The first news of a restock is posted and opens an episode. What follows changes the same message: another shop that
has it, a price that moves, and in the end "sold out after 14 min". Then it is closed, and the next restock posts anew.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from pydantic import AwareDatetime

from alerts.domain.deliveries import Delivery
from alerts.domain.model import Change, ChangeKind, Fact, KeyPart, Known, Offer, Snapshot
from alerts.domain.wishes import Target

# Edits of one message at most so often; what happens in between is told by the next one.
EDIT_EVERY = timedelta(seconds=5)
_REMEMBERED = 30

_OPENS = frozenset({ChangeKind.RESTOCKED})
_ENDS = frozenset({ChangeKind.SOLD_OUT, ChangeKind.DISCONTINUED, ChangeKind.BACK_ORDER, ChangeKind.PREORDER_OPEN})
_MOVES = frozenset({ChangeKind.PRICE_DROP, ChangeKind.PRICE_RISE, ChangeKind.LOW_STOCK})
TOUCHES = _OPENS | _ENDS | _MOVES


class Stand(Fact):
    """A shop in an episode: what it offers, and when it had sold out."""

    listing: KeyPart
    vendor: str
    url: str
    offer: Offer
    gone_at: AwareDatetime | None = None


class Episode(Fact):
    """The living alert of a product in one target. `shown` is the revision that its message shows.

    `letter`: the message that holds other alerts, too.
    """

    guild: int
    target: Target
    sku: str
    opening: Delivery
    opened_at: AwareDatetime
    stands: tuple[Stand, ...]
    message_id: int | None = None
    letter: KeyPart | None = None
    closed_at: AwareDatetime | None = None
    revision: int = 0
    shown: int = 0
    edited_at: AwareDatetime | None = None
    applied: tuple[str, ...] = ()

    @property
    def is_open(self) -> bool:
        return self.closed_at is None

    def others(self, snapshot: Snapshot) -> tuple[Known, ...]:
        """Shops outside the episode that have it in stock now, cheapest first."""
        mine = {stand.listing for stand in self.stands}
        found = [k for k in snapshot.listings if k.listing not in mine and k.offer and k.offer.availability.is_in_stock]
        return tuple(sorted(found, key=lambda k: (_amount(k.offer), k.vendor)))


class Act(StrEnum):
    """What to do with the messages."""

    POST = "post"
    EDIT = "edit"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Follow:
    """What a delivery makes of the episode, and what to do about it. Following twice changes nothing more."""

    act: Act
    episode: Episode | None


def follow(episode: Episode | None, delivery: Delivery) -> Follow:
    """Take a delivery in. `delivery.is_follow_up` only ever changes a message that stands."""
    change = delivery.change
    if delivery.also:
        return Follow(Act.POST, episode)  # a summary of what has waited opens no living alert
    if episode and delivery.id in episode.applied:
        return Follow(_what_is_missing(episode, delivery), episode)
    if episode and episode.is_open and change.kind in _OPENS | _ENDS:
        return Follow(Act.EDIT, _stepped(episode, delivery))
    if episode and episode.is_open and change.kind in _MOVES and _stand(episode, change):
        # Whoever asked for price drops gets a message for them; the living alert follows with its next edit.
        return Follow(Act.EDIT if delivery.is_follow_up else Act.POST, _stepped(episode, delivery))
    if delivery.is_follow_up:
        return Follow(Act.NOTHING, episode)
    if change.kind in _OPENS:
        return Follow(Act.POST, _opened(delivery))
    return Follow(Act.POST, episode)


def posted(episode: Episode, message_id: int, letter: str | None = None) -> Episode:
    """The episode whose message now stands; `letter` when that holds other alerts, too."""
    return episode.model_copy(update={"message_id": message_id, "shown": episode.revision, "letter": letter})


def edited(episode: Episode, now: datetime) -> Episode:
    """The episode whose message shows it as it is."""
    return episode.model_copy(update={"shown": episode.revision, "edited_at": now})


def may_be_edited_at(episode: Episode) -> datetime | None:
    """The moment from which the message may be changed again; None when it may be now."""
    return episode.edited_at + EDIT_EVERY if episode.edited_at else None


def _what_is_missing(episode: Episode, delivery: Delivery) -> Act:
    """It was taken in before, by somebody who died or had to wait. Posting again is safe: its nonce is the same."""
    if episode.opening.id == delivery.id or (delivery.change.kind in _MOVES and not delivery.is_follow_up):
        return Act.POST
    return Act.EDIT if episode.shown < episode.revision else Act.NOTHING


def _opened(delivery: Delivery) -> Episode:
    change = delivery.change
    return Episode(
        guild=delivery.guild,
        target=delivery.target,
        sku=change.sku,
        opening=delivery,
        opened_at=change.at,
        stands=(_standing(change),),
        applied=(delivery.id,),
    )


def _stepped(episode: Episode, delivery: Delivery) -> Episode:
    change = delivery.change
    old = _stand(episode, change)
    new = _standing(change)
    if change.kind in _ENDS:
        if old is None:
            return _noted(episode, delivery)
        new = old.model_copy(update={"gone_at": change.at})
    rest = tuple(stand for stand in episode.stands if stand.listing != change.listing)
    stands = (*rest, new)
    closed_at = change.at if all(stand.gone_at for stand in stands) else None
    return _noted(episode, delivery).model_copy(
        update={"stands": stands, "closed_at": closed_at, "revision": episode.revision + 1}
    )


def _noted(episode: Episode, delivery: Delivery) -> Episode:
    return episode.model_copy(update={"applied": (*episode.applied, delivery.id)[-_REMEMBERED:]})


def _stand(episode: Episode, change: Change) -> Stand | None:
    return next((stand for stand in episode.stands if stand.listing == change.listing), None)


def _standing(change: Change) -> Stand:
    return Stand(listing=change.listing, vendor=change.vendor, url=change.url, offer=change.new)


def _amount(offer: Offer | None) -> float:
    return float(offer.price.amount) if offer and offer.price else float("inf")
