"""Readings with their times in, decisions with their reasons out. Nothing is stored and nothing is sent.

It runs the real confirmation, comparison and rules on a clock that follows the log.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, TypeVar

from pydantic import ValidationError

from alerts.domain.changes import advance
from alerts.domain.confirm import DEFAULTS, Rules, is_mass, turns
from alerts.domain.errors import BadInput
from alerts.domain.floor import DEFAULT_FLOOR, Floor, floor_of, measured
from alerts.domain.guild import GuildSettings
from alerts.domain.market import Market, market_of, with_new_low
from alerts.domain.memory import NOTHING, Memory, observe, told
from alerts.domain.model import Change, Fact, Known, Listing, Offer, Point, Reading
from alerts.domain.rules import Decision, Verb, decide
from alerts.domain.still import already_true, still_true
from alerts.domain.wishes import Subscription
from alerts.readings import reading_from

Row = dict[str, Any]
_Shape = TypeVar("_Shape", bound=Fact)
# Near the ends of the calendar there is no time before or after.
_NEVER, _FOR_EVER = datetime(1900, 1, 1, tzinfo=UTC), datetime(9000, 1, 1, tzinfo=UTC)
_UNSTATED = {"guild": 1, "target": {"type": "channel", "id": 1}, "added_by": 0}


@dataclass
class _Waiting:
    """News that one subscriber gets later, if it is still so."""

    change: Change
    subscription: str
    until: datetime


@dataclass
class Replay:
    """Feed it the lines of a log in their order; each gives the decisions it brought about."""

    rules: Rules = DEFAULTS
    _known: dict[tuple[str, str], Known] = field(default_factory=dict)
    _points: dict[tuple[str, str], list[Point]] = field(default_factory=dict)
    _subscriptions: dict[str, Subscription] = field(default_factory=dict)
    _memories: dict[str, Memory] = field(default_factory=dict)
    _turned: dict[tuple[str, str], datetime] = field(default_factory=dict)
    _waiting: list[_Waiting] = field(default_factory=list)
    _floor: Floor = DEFAULT_FLOOR

    def take(self, line: Mapping[str, Any]) -> Iterator[Row]:
        """What this line decides: first what has come due until its time, then itself. BadInput names a fault."""
        at = _moment(line)
        yield from self._come_due(at)
        if "subscription" in line:
            yield from self._subscribe(line["subscription"], at)
        elif "reading" in line:
            yield from self._read(line, at)
        elif "settings" in line:
            self._floor = _valid(GuildSettings, line["settings"], "settings").floor
        elif not line.get("tick"):
            raise BadInput("a line holds a reading, a subscription, settings or a tick")

    def _subscribe(self, body: Any, at: datetime) -> Iterator[Row]:
        stated = {**_UNSTATED, "added_at": at, **body} if isinstance(body, Mapping) else body
        made = _valid(Subscription, stated, "subscription")
        self._subscriptions[made.id] = made
        for (sku, vendor), known in self._known.items():
            yield from self._see_first(made, known, sku, vendor, at)

    def _see_first(self, wish: Subscription, known: Known, sku: str, vendor: str, at: datetime) -> Iterator[Row]:
        """What is so already, for whoever chose to be told."""
        if wish.sku not in (None, sku):
            return
        first = already_true(known, sku, wish, at, self._points.get((sku, vendor), ()))
        if first:
            yield from self._decide(first, wish, at)

    def _read(self, line: Mapping[str, Any], at: datetime) -> Iterator[Row]:
        sku, vendor = _text(line, "sku"), _text(line, "vendor")
        reading = reading_from(line["reading"], at)
        try:
            listing = _listing(sku, vendor, reading)
        except ValidationError as exc:
            raise BadInput(f"sku: {exc.errors()[0]['msg']}") from None
        before = self._known.get((sku, vendor))
        rules = self._rules_for(vendor, sku, before, reading)
        step = advance(listing, before, reading, rules)
        self._known[sku, vendor] = step.known
        if step.known.held and step.known.held.last_at == at:
            yield from self._held_back(listing, before, step.known, reading)
        for change in step.changes:
            for subscription in list(self._subscriptions.values()):
                seen = self._measured(change, subscription)
                for news in with_new_low(seen, self._market(change), subscription.kinds):
                    yield from self._decide(news, subscription, at)
        if reading.offer and (before is None or before.offer is None):
            for subscription in list(self._subscriptions.values()):
                yield from self._see_first(subscription, step.known, sku, vendor, at)
        if reading.offer and step.known.held is None:
            self._watch_thresholds(sku, listing.id, reading.offer)
        if step.point:
            self._points.setdefault((sku, vendor), []).append(step.point)

    def _rules_for(self, vendor: str, sku: str, before: Known | None, reading: Reading) -> Rules:
        """Stricter ones while a whole shop turns, as in a scan."""
        if not turns(before, reading.offer):
            return self.rules
        self._turned[vendor, sku] = reading.at
        since = reading.at - self.rules.flap_window
        turned = sum(1 for (name, _), at in self._turned.items() if name == vendor and at >= since)
        listings = sum(1 for _, name in self._known if name == vendor)
        return self.rules.model_copy(update={"is_mass": is_mass(turned, listings, self.rules)})

    def _held_back(self, listing: Listing, before: Known | None, known: Known, reading: Reading) -> Iterator[Row]:
        """A difference that waits for a look that agrees: what it would be, and why it is not told yet."""
        held = known.held
        assert held
        trusting = Rules(reads=1, suspicious_reads=1, suspicious_span=self.rules.suspicious_span * 0)
        would_be = advance(listing, before and before.model_copy(update={"held": None, "flips": ()}), reading, trusting)
        for change in would_be.changes:
            for subscription in self._subscriptions.values():
                decision = self._weigh(self._measured(change, subscription), subscription, reading.at)
                if decision.verb is not Verb.SUPPRESS:
                    yield _row(change, subscription, Decision(verb=Verb.HOLD, reason=held.why), reading.at)

    def _decide(self, change: Change, subscription: Subscription, at: datetime) -> Iterator[Row]:
        memory = observe(self._memories.get(subscription.id, NOTHING), change, subscription)
        self._memories[subscription.id] = memory
        decision = self._weigh(change, subscription, at)
        yield self._settled(change, subscription, decision, at)

    def _weigh(self, change: Change, subscription: Subscription, at: datetime, *, held: bool = False) -> Decision:
        memory = self._memories.get(subscription.id, NOTHING)
        market = self._market(change)
        return decide(change, subscription, now=at, memory=memory, market=market, floor=self._floor, held=held)

    def _measured(self, change: Change, subscription: Subscription) -> Change:
        points = self._points.get((change.sku, change.vendor), ())
        return measured(change, points, floor_of(subscription, self._floor))

    def _settled(self, change: Change, subscription: Subscription, decision: Decision, at: datetime) -> Row:
        if decision.verb is Verb.DELIVER:
            memory = self._memories.get(subscription.id, NOTHING)
            self._memories[subscription.id] = told(memory, change, subscription, at)
        elif decision.verb is Verb.HOLD and decision.until:
            self._waiting.append(_Waiting(change, subscription.id, decision.until))
        return _row(change, subscription, decision, at)

    def _come_due(self, at: datetime) -> Iterator[Row]:
        due = sorted((each for each in self._waiting if each.until <= at), key=lambda each: each.until)
        self._waiting = [each for each in self._waiting if each.until > at]
        for each in due:
            subscription = self._subscriptions[each.subscription]
            known = self._known.get((each.change.sku, each.change.vendor))
            if still_true(each.change, known, subscription):
                decision = self._weigh(each.change, subscription, each.until, held=True)
            else:
                decision = Decision(verb=Verb.SUPPRESS, reason="no longer true when it came due")
            yield self._settled(each.change, subscription, decision, each.until)

    def _watch_thresholds(self, sku: str, listing: str, offer: Offer) -> None:
        """A price that is no news may still arm a threshold again."""
        for identity, subscription in self._subscriptions.items():
            memory = self._memories.get(identity, NOTHING)
            self._memories[identity] = observe(memory, offer, subscription, sku=sku, listing=listing)

    def _market(self, change: Change) -> Market:
        histories = [each for (sku, _), each in self._points.items() if sku == change.sku]
        return market_of(change, histories)


def _valid(shape: type[_Shape], body: object, name: str) -> _Shape:
    if not isinstance(body, Mapping):
        raise BadInput(f"{name}: is not an object")
    try:
        return shape.model_validate(body)
    except ValidationError as exc:
        error = exc.errors()[0]
        place = ".".join(str(part) for part in (name, *error["loc"]))
        raise BadInput(f"{place}: {error['msg'].removeprefix('Value error, ')}") from None


def _row(change: Change, subscription: Subscription, decision: Decision, at: datetime) -> Row:
    return {
        "at": at.isoformat().replace("+00:00", "Z"),
        "sku": change.sku,
        "vendor": change.vendor,
        "change": change.kind.value,
        "subscription": subscription.id,
        "decision": decision.verb.value,
        "reason": decision.reason,
    }


def _listing(sku: str, vendor: str, reading: Reading) -> Listing:
    slug = re.sub(r"[^a-z0-9]+", "-", vendor.lower()).strip("-") or "vendor"
    return Listing(id=slug, sku=sku, product_name=sku, vendor=vendor, url=reading.url)


def _moment(line: Mapping[str, Any]) -> datetime:
    raw = line.get("at")
    try:
        at = datetime.fromisoformat(str(raw))
        at = at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except (ValueError, OverflowError):
        at = _NEVER
    if not _NEVER < at < _FOR_EVER:
        raise BadInput(f"at: {str(raw)[:60]!r} is not a time; write for instance 2026-11-22T12:00:00Z")
    return at


def _text(line: Mapping[str, Any], key: str) -> str:
    raw = line.get(key)
    if not isinstance(raw, str) or not raw:
        raise BadInput(f"{key}: is missing; each reading names its sku and vendor")
    return raw
