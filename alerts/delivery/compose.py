"""From the first deliveries that wait for a target to the one request that is made next. No I/O, no clock."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from alerts.domain.deliveries import Delivery, DeliveryState, worth_telling
from alerts.domain.episodes import Act, Episode, follow, may_be_edited_at
from alerts.domain.folding import fold
from alerts.domain.letters import MOST_PARTS, Letter, Part, letter_id
from alerts.domain.model import Snapshot
from alerts.domain.said import say
from alerts.store.ports import Attempt, Claim, Outcome

_TOO_OLD = say("it waited for too long to be news")


@dataclass(slots=True)
class Plan:
    """What to do for a target: post `attempt`, or edit `edit`, or nothing before `until`; and what has ended."""

    target: str
    attempt: Attempt | None = None
    parts: dict[str, Episode | None] = field(default_factory=dict)  # by delivery, in their order
    tried_at: datetime | None = None
    edit: Episode | None = None
    absorbed: list[Claim] = field(default_factory=list)  # told by the same request
    ended: list[Outcome] = field(default_factory=list)
    until: datetime | None = None

    def letter(self, snapshots: Mapping[str, Snapshot]) -> Letter:
        """The message to post."""
        assert self.attempt
        parts = (
            Part(claim.delivery, snapshots[claim.delivery.change.sku], self.parts[claim.delivery.id])
            for claim in self.attempt.claims
        )
        return Letter(self.attempt.letter, tuple(parts), self.tried_at)


def compose(
    claims: Sequence[Claim], episodes: Mapping[str, Episode | None], *, waiting: Mapping[str, object], now: datetime
) -> Plan:
    """Plan the next request for a target from its first deliveries, in order. `waiting`: everything that is queued.

    What was attempted before is sent again as it was. Otherwise as many alerts as a message holds go together; a
    change of a message that stands is a request of its own; what changes a message that is not posted yet goes with it.
    """
    if claims[0].ticket.letter:
        return _again(claims, episodes, waiting, now)
    kept, overtaken = _folded(claims)
    plan = _Composer(kept, episodes, waiting, now).plan()
    plan.ended += overtaken
    return plan


def _folded(claims: Sequence[Claim]) -> tuple[list[Claim], list[Outcome]]:
    """Of what was never attempted the newest state of each product, and what that makes needless."""
    products: dict[str, list[Delivery]] = {}
    for claim in claims:
        if claim.tried_at is None:
            products.setdefault(claim.delivery.change.sku, []).append(claim.delivery)
    folds = [fold(each) for each in products.values() if len(each) > 1]
    told = {each.id: each for made in folds for each in made.deliveries}
    gone = {each.delivery.id: each.reason for made in folds for each in made.superseded}
    kept = []
    for claim in claims:
        delivery = told.get(claim.delivery.id, claim.delivery)
        if claim.delivery.id not in gone:
            kept.append(replace(claim, delivery=delivery, is_changed=delivery != claim.delivery))
    ended = [
        Outcome(claim, DeliveryState.BURIED, gone[claim.delivery.id]) for claim in claims if claim.delivery.id in gone
    ]
    return kept, ended


def _again(
    claims: Sequence[Claim], episodes: Mapping[str, Episode | None], waiting: Mapping[str, object], now: datetime
) -> Plan:
    plan = Plan(claims[0].ticket.target)
    fresh = [claim for claim in claims if not is_too_old(claim.delivery, now)]
    if len(fresh) < len(claims):
        # It holds one that is over, and what is in it cannot be changed: nobody can say whether it was posted.
        plan.ended = [_expired(claim, say("no answer came within its time")) for claim in claims]
        return plan
    composer = _Composer(claims, episodes, waiting, now)
    for claim in claims:
        plan.parts[claim.delivery.id] = composer.follow(claim.delivery)
    kept = {each.sku: each for each in plan.parts.values() if each}
    letter = claims[0].ticket.letter or claims[0].delivery.id
    plan.attempt = Attempt(letter, claims, tuple(kept.values()))
    plan.tried_at = min((claim.tried_at for claim in claims if claim.tried_at), default=None)
    return plan


class _Composer:
    """One pass over a target's deliveries."""

    def __init__(
        self,
        claims: Sequence[Claim],
        episodes: Mapping[str, Episode | None],
        waiting: Mapping[str, object],
        now: datetime,
    ) -> None:
        self._claims, self._waiting, self._now = claims, waiting, now
        self._episodes = dict(episodes)
        self._posts: list[Claim] = []
        self._edits: dict[str, list[Claim]] = {}  # by sku
        self._made = Plan(claims[0].ticket.target)

    def follow(self, delivery: Delivery) -> Episode | None:
        """The episode that a part of a message belongs to, if it opens or carries on one."""
        found = follow(self._before(delivery), delivery)
        self._episodes[delivery.change.sku] = found.episode
        return found.episode if found.episode and found.episode.opening.id == delivery.id else None

    def plan(self) -> Plan:
        for claim in self._claims:
            if not self._takes(claim):
                break
        made = self._made
        if self._posts:
            self._post()
        elif self._edits:
            self._edit()
        return made

    def _takes(self, claim: Claim) -> bool:
        """Take a delivery in; False when it, and all behind it, have to wait for the next request."""
        delivery, made = claim.delivery, self._made
        sku = delivery.change.sku
        before = self._before(delivery)
        if before and delivery.queued_at < before.opening.queued_at:
            # It was overtaken by the next restock, whose message says more: whoever asked for it still gets it.
            if delivery.is_follow_up:
                made.ended.append(_nothing(claim))
                return True
            return self._posts_alone(claim)
        found = follow(before, delivery)
        episode = found.episode
        if found.act is Act.NOTHING:
            self._episodes[sku] = episode
            made.ended.append(_nothing(claim))
        elif found.act is Act.EDIT and episode:
            if episode.message_id is None and episode.opening.id not in made.parts:
                return False  # the message to change is not posted yet
            self._episodes[sku] = episode
            if episode.message_id is None:
                made.parts[episode.opening.id] = episode
                made.absorbed.append(claim)
            elif episode.message_id:
                self._edits.setdefault(sku, []).append(claim)
            else:
                made.ended.append(_nothing(claim))  # somebody deleted the message
        else:
            return self._posts_too(claim, episode)
        return True

    def _posts_too(self, claim: Claim, episode: Episode | None) -> bool:
        delivery, made = claim.delivery, self._made
        if is_too_old(delivery, self._now):
            made.ended.append(_expired(claim, _TOO_OLD))
            return True
        # What was shown of this product before has to be brought to its end first.
        if delivery.change.sku in self._edits or not self._has_room(delivery):
            return False
        self._episodes[delivery.change.sku] = episode
        self._posts.append(claim)
        is_opening = episode is not None and episode.opening.id == delivery.id
        made.parts[delivery.id] = episode if is_opening else None
        if episode and not is_opening and episode.opening.id in made.parts:
            made.parts[episode.opening.id] = episode
        return True

    def _posts_alone(self, claim: Claim) -> bool:
        if is_too_old(claim.delivery, self._now):
            self._made.ended.append(_expired(claim, _TOO_OLD))
            return True
        if not self._has_room(claim.delivery):
            return False
        self._posts.append(claim)
        self._made.parts[claim.delivery.id] = None
        return True

    def _has_room(self, delivery: Delivery) -> bool:
        """A summary of what has waited is a message of its own."""
        is_alone = bool(delivery.also) or any(claim.delivery.also for claim in self._posts)
        return not self._posts or (not is_alone and len(self._posts) < MOST_PARTS)

    def _post(self) -> None:
        made = self._made
        skus = {claim.delivery.change.sku for claim in self._posts}
        kept = tuple(each for sku, each in self._episodes.items() if each and sku in skus)
        letter = letter_id([claim.delivery.id for claim in self._posts])
        made.attempt = Attempt(letter, tuple(self._posts), kept)

    def _edit(self) -> None:
        """The first message that may be changed now; else wait for the first that may."""
        made = self._made
        ready: list[tuple[datetime, str]] = []
        for sku in self._edits:
            episode = self._episodes[sku]
            assert episode
            free_at = may_be_edited_at(episode)
            if free_at is None or free_at <= self._now:
                made.edit, made.absorbed = episode, self._edits[sku]
                return
            ready.append((free_at, sku))
        made.until = min(ready)[0]

    def _before(self, delivery: Delivery) -> Episode | None:
        """The episode so far; none when its message never came to be and nobody will post it any more."""
        episode = self._episodes.get(delivery.change.sku)
        if episode and episode.message_id is None and episode.opening.id not in self._waiting:
            return None
        return episode


def is_too_old(delivery: Delivery, now: datetime) -> bool:
    """Whether it is no news any more."""
    return now - delivery.queued_at > worth_telling(delivery)


def _nothing(claim: Claim) -> Outcome:
    return Outcome(claim, DeliveryState.SENT, "0")


def _expired(claim: Claim, reason: str) -> Outcome:
    return Outcome(claim, DeliveryState.BURIED, reason, is_dead=claim.tried_at is not None)
