"""One restock, or one crossing of a threshold, from open to close: which message tells of it, and what it says now.

The first news is posted and opens an episode. What follows changes the same message: another shop that has it, a price
that moves, and in the end "sold out after 14 min" or "was below £500.00 for 3 h". Then it is closed, and the next one
posts anew. Of each shop the newest change counts, in whatever order changes are taken in.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from pydantic import AwareDatetime

from alerts.domain.deliveries import CROSSINGS, Delivery
from alerts.domain.market import GONE
from alerts.domain.model import Change, ChangeKind, Fact, KeyPart, Known, Offer, Snapshot
from alerts.domain.wishes import Subscription, Target

# Edits of one message at most so often; what happens in between is told by the next one.
EDIT_EVERY = timedelta(seconds=5)
_REMEMBERED = 30
_SHOPS = 100

_OPENS = frozenset({ChangeKind.RESTOCKED})
_ENDS = frozenset({ChangeKind.SOLD_OUT, ChangeKind.DISCONTINUED, ChangeKind.BACK_ORDER, ChangeKind.PREORDER_OPEN})
_MOVES = frozenset({ChangeKind.PRICE_DROP, ChangeKind.PRICE_RISE, ChangeKind.LOW_STOCK})
TOUCHES = _OPENS | _ENDS | _MOVES


class Stand(Fact):
    """A shop in an episode: what it offers, and when that ended. `is_past`: its price left the threshold."""

    listing: KeyPart
    vendor: str
    url: str
    offer: Offer
    gone_at: AwareDatetime | None = None
    is_past: bool = False


class Latest(Fact):
    """The newest change of a listing that was taken in, whether the message shows the listing or not."""

    listing: KeyPart
    at: AwareDatetime
    offer: Offer


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
    latest: tuple[Latest, ...] = ()

    @property
    def is_open(self) -> bool:
        return self.closed_at is None

    @property
    def has_sold_out(self) -> bool:
        """Whether no shop of it has any left; else, when it is closed, its price has left the threshold."""
        return all(stand.gone_at and not stand.is_past for stand in self.stands)

    def stand(self, listing: str) -> Stand | None:
        return next((stand for stand in self.stands if stand.listing == listing), None)

    def newest(self, listing: str) -> Latest | None:
        return next((each for each in self.latest if each.listing == listing), None)

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


def is_followed(change: Change, subscription: Subscription) -> bool:
    """Whether a living alert of this subscription shows what becomes of it, though it was not asked for.

    What was found beside a restock is in the restock's own message.
    """
    opens = _OPENS | CROSSINGS if subscription.has_threshold else _OPENS
    return change.kind in TOUCHES and change.beside is None and any(kind in opens for kind in subscription.kinds)


def follow(episode: Episode | None, delivery: Delivery) -> Follow:
    """Take a delivery in. `delivery.is_follow_up` only ever changes a message that stands."""
    if delivery.also or delivery.change.kind not in TOUCHES | CROSSINGS:
        # A summary of what has waited, or a note, opens no living alert.
        return Follow(Act.NOTHING if delivery.is_follow_up else Act.POST, episode)
    if episode and delivery.id in episode.applied:
        return Follow(_what_is_missing(episode, delivery), episode)
    known = episode and _with_newest(episode, delivery)
    if known and known.is_open:
        return _in_open(known, delivery)
    if delivery.is_follow_up:
        return Follow(Act.NOTHING, known)
    if not _opens(delivery):
        return Follow(Act.POST, known)
    if known and _has_ended_since(known, delivery):
        return Follow(Act.NOTHING, known)
    return Follow(Act.POST, opened(delivery, known))


def opened(delivery: Delivery, before: Episode | None = None) -> Episode:
    """The episode that a delivery opens; one that folding found to be over is closed from its beginning."""
    change = delivery.change
    episode = Episode(
        guild=delivery.guild,
        target=delivery.target,
        sku=change.sku,
        opening=delivery,
        opened_at=change.at,
        stands=(_standing(delivery),),
        applied=(delivery.id,),
        latest=before.latest if before else (),
    )
    newest = before.newest(change.listing) if before else None
    # Its message shows what it tells itself; of anything newer that is known already the first edit tells.
    is_behind = newest is not None and newest.at > newest_of(delivery)[0]
    return _restood(_with_newest(episode, delivery)).model_copy(update={"revision": int(is_behind)})


def posted(episode: Episode, message_id: int, letter: str | None = None) -> Episode:
    """The episode whose message now stands; `letter` when that holds other alerts, too."""
    return episode.model_copy(update={"message_id": message_id, "shown": episode.revision, "letter": letter})


def edited(episode: Episode, now: datetime) -> Episode:
    """The episode whose message shows it as it is."""
    return episode.model_copy(update={"shown": episode.revision, "edited_at": now})


def may_be_edited_at(episode: Episode) -> datetime | None:
    """The moment from which the message may be changed again; None when it may be now."""
    return episode.edited_at + EDIT_EVERY if episode.edited_at else None


def newest_of(delivery: Delivery) -> tuple[datetime, Offer]:
    """The newest facts that a delivery tells, and when they were found."""
    last = delivery.over or delivery.change
    return delivery.as_of or last.at, last.new


def _in_open(episode: Episode, delivery: Delivery) -> Follow:
    stand, is_new = episode.stand(delivery.change.listing), False
    if stand is None:
        if not _may_join(episode, delivery):
            is_vain = delivery.is_follow_up or (_opens(delivery) and _has_ended_since(episode, delivery))
            return Follow(Act.NOTHING if is_vain else Act.POST, episode)
        stand, is_new = _standing(delivery), True
    stands = (*episode.stands, stand) if is_new else episode.stands
    stepped = _restood(episode.model_copy(update={"stands": stands}))
    if stepped.stands != episode.stands:
        stepped = stepped.model_copy(update={"revision": episode.revision + 1})
    stepped = stepped.model_copy(update={"applied": (*episode.applied, delivery.id)[-_REMEMBERED:]})
    if delivery.is_follow_up or _belongs(episode, delivery):
        return Follow(Act.EDIT if stepped.shown < stepped.revision else Act.NOTHING, stepped)
    # Whoever asked for price drops gets a message for them; the living alert follows with its next edit.
    return Follow(Act.POST, stepped)


def _what_is_missing(episode: Episode, delivery: Delivery) -> Act:
    """It was taken in before, by somebody who died or had to wait. Posting again is safe: its nonce is the same."""
    if episode.opening.id == delivery.id:
        is_missing = episode.message_id is None
    else:
        is_missing = not delivery.is_follow_up and not _belongs(episode, delivery)
    if is_missing:
        return Act.POST
    return Act.EDIT if episode.shown < episode.revision else Act.NOTHING


def _opens(delivery: Delivery) -> bool:
    return delivery.change.kind in _OPENS or delivery.threshold is not None


def _belongs(episode: Episode, delivery: Delivery) -> bool:
    """Whether what this tells is what the living alert is about, so that changing that is telling it."""
    kind, opening = delivery.change.kind, episode.opening
    if delivery.threshold and delivery.threshold == opening.threshold:
        return True
    is_restock = kind in _OPENS and opening.change.kind in _OPENS
    return kind in _ENDS or (is_restock and opening.threshold is None)


def _may_join(episode: Episode, delivery: Delivery) -> bool:
    """Whether it brings another shop into the message: one that is wanted, and within the message's own threshold."""
    limit, change = episode.opening.threshold, delivery.change
    if not delivery.joins or not _is_offered(change.new, episode.opening):
        return False
    return limit.holds(change.new) if limit and change.kind in CROSSINGS else change.kind in _OPENS and limit is None


def _has_ended_since(episode: Episode, delivery: Delivery) -> bool:
    """Whether it opens what is known to be over by now."""
    newest = episode.newest(delivery.change.listing)
    if newest is None or newest.at <= newest_of(delivery)[0]:
        return False
    return not _is_offered(newest.offer, delivery) or _is_past(newest.offer, delivery)


def _is_offered(offer: Offer, opening: Delivery) -> bool:
    """Whether it can be had as the opening told: sent today, or else at least ordered."""
    if opening.change.new.availability.is_in_stock:
        return offer.availability.is_in_stock
    return offer.availability not in GONE


def _is_past(offer: Offer, opening: Delivery) -> bool:
    return opening.threshold is not None and opening.threshold.is_left_by(offer)


def _with_newest(episode: Episode, delivery: Delivery) -> Episode:
    """The episode that has taken notice of a delivery's facts, unless it knows newer ones of that listing."""
    listing, (at, offer) = delivery.change.listing, newest_of(delivery)
    newest = episode.newest(listing)
    if newest and newest.at >= at:
        return episode
    # What proves the offer stays in the change; here it would only take room.
    seen = Latest(listing=listing, at=at, offer=offer.model_copy(update={"evidence": ()}))
    rest = tuple(each for each in episode.latest if each.listing != listing)
    return episode.model_copy(update={"latest": (*rest, seen)[-_SHOPS:]})


def _restood(episode: Episode) -> Episode:
    """The episode with each of its shops as the newest change of it says; closed when the last of them has ended."""
    stands = tuple(_as_it_is(stand, episode) for stand in episode.stands)
    ends = [stand.gone_at for stand in stands if stand.gone_at]
    closed_at = max(ends) if len(ends) == len(stands) else None
    return episode.model_copy(update={"stands": stands, "closed_at": closed_at})


def _as_it_is(stand: Stand, episode: Episode) -> Stand:
    newest = episode.newest(stand.listing)
    if newest is None:
        return stand
    is_offered = _is_offered(newest.offer, episode.opening)
    is_past = is_offered and _is_past(newest.offer, episode.opening)
    # Of what has sold out the last price is shown, and when it ended first.
    offer = newest.offer if is_offered else stand.offer
    ended = (stand.gone_at or newest.at) if is_past or not is_offered else None
    return stand.model_copy(
        update={"offer": offer, "gone_at": ended, "is_past": is_past or (ended is not None and stand.is_past)}
    )


def _standing(delivery: Delivery) -> Stand:
    change, gone_at = delivery.change, delivery.over.at if delivery.over else None
    return Stand(listing=change.listing, vendor=change.vendor, url=change.url, offer=change.new, gone_at=gone_at)


def _amount(offer: Offer | None) -> float:
    return float(offer.price.amount) if offer and offer.price else float("inf")
