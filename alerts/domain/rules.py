"""Change × Subscription × now → what to do, always with the reason (docs/rules.md)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from enum import StrEnum
from functools import reduce
from typing import NamedTuple

from pydantic import AwareDatetime

from alerts.domain import price_rules, spoken
from alerts.domain.floor import DEFAULT_FLOOR, MOVES, Floor, floor_of
from alerts.domain.market import GONE, Market, is_of_shops_only
from alerts.domain.memory import NOTHING, Memory
from alerts.domain.model import Change, ChangeKind, Fact
from alerts.domain.price_rules import Case
from alerts.domain.quiet import day_of
from alerts.domain.said import Said, SaidText, joined, say
from alerts.domain.wishes import Subscription
from alerts.domain.written import matches

UNKNOWN = Market()
_NOTES = (ChangeKind.FLAPPING, ChangeKind.STABLE)
_STOCK = (ChangeKind.RESTOCKED, ChangeKind.SOLD_OUT)


class Verb(StrEnum):
    DELIVER = "deliver"
    HOLD = "hold"
    SUPPRESS = "suppress"


class Decision(Fact):
    """What happens with a change for one subscriber, and why. What is held is decided again at `until`."""

    verb: Verb
    reason: SaidText
    until: AwareDatetime | None = None
    is_cooldown: bool = False


def decide(
    change: Change,
    subscription: Subscription,
    *,
    now: datetime | None = None,
    memory: Memory = NOTHING,
    market: Market = UNKNOWN,
    floor: Floor = DEFAULT_FLOOR,
    held: bool = False,
) -> Decision:
    """Say whether this subscriber hears of this change. Without `now` it is the time of the change.

    First whatever suppresses, in this order; the first reason is the one that is given. Then what makes it wait.
    `floor` is the guild's. `held` says that it has waited, so that a digest does not gather it a second time.
    """
    case = Case(change, subscription, now or change.at, memory, market, floor)
    checks = (
        _another_product,
        _over,
        _another_kind,
        _told_beside,
        _too_small,
        _place,
        _goods,
        price_rules.threshold,
        price_rules.drop,
        price_rules.new_low,
        price_rules.disarmed,
        _cooling_down,
        _enough_for_today,
    )
    for check in checks:
        if reason := check(case):
            return Decision(verb=Verb.SUPPRESS, reason=reason, is_cooldown=check is _cooling_down)
    return _wait(subscription, case.now, held=held) or Decision(verb=Verb.DELIVER, reason=_why(case))


def unwanted(change: Change, subscription: Subscription, market: Market) -> str | None:
    """Why this shop or these goods are not the wanted ones, whatever has happened; None when they are."""
    case = Case(change, subscription, change.at, NOTHING, market)
    return _place(case) or _goods(case)


def _another_product(case: Case) -> str | None:
    wish = case.subscription
    if case.change.kind.is_of_vendor:
        return None  # fan-out asks whoever has a product of that shop
    if wish.category is None:
        return None if case.change.sku == wish.sku else say("another product")
    if case.market.category is None:
        return say("the product's category is not known")
    return None if matches(case.market.category, (wish.category,)) else say("another category")


def _over(case: Case) -> str | None:
    wish = case.subscription
    if wish.paused:
        return say("paused")
    if wish.expires_at and case.now >= wish.expires_at:
        return say("expired on {time}", time=spoken.clock(wish.expires_at, wish.zone, day=True))
    return None


def _another_kind(case: Case) -> str | None:
    kind, kinds = case.change.kind, case.subscription.kinds
    # Whoever hears of the stock is owed a word when it is not worth hearing of.
    if kind in kinds or (kind in _NOTES and any(each in kinds for each in _STOCK)):
        return None
    return say("{kind} is not among the subscribed kinds", kind=spoken.kind(kind))


def _told_beside(case: Case) -> str | None:
    beside = case.change.beside
    if beside is None or beside not in case.subscription.kinds:
        return None
    return say("told together with {kind}", kind=spoken.kind(beside))


def _too_small(case: Case) -> str | None:
    """A move of less than the floor is for those alone who named a threshold of their own."""
    change = case.change
    if change.kind not in MOVES or case.subscription.has_threshold:
        return None
    return say("{kind} by too little to tell of", kind=spoken.kind(change.kind)) if _is_below_floor(case) else None


def _is_below_floor(case: Case) -> bool:
    """Neither by more than the amount nor by more than the percentage of the floor that counts here."""
    floor, old, new = floor_of(case.subscription, case.floor), case.change.old.price, case.change.new.price
    if floor == DEFAULT_FLOOR or old is None or new is None:
        return case.change.is_small
    return not floor.is_passed(old, new)


def _place(case: Case) -> str | None:
    wish, vendor, region = case.subscription, case.change.vendor, case.market.region
    if wish.online_only and (case.market.online is False or is_of_shops_only(case.change)):
        return say("it is sold in shops only, not online")
    return _in_or_out(_VENDOR, vendor, wish.vendors, wish.not_vendors) or _in_or_out(
        _REGION, region, wish.regions, wish.not_regions
    )


def _goods(case: Case) -> str | None:
    wish, new, old = case.subscription, case.change.new, case.change.old
    # A page that sells nothing seldom says who sold it.
    seller = new.seller or (old.seller if new.availability in GONE else None)
    return _in_or_out(_CONDITION, new.condition, wish.conditions, wish.not_conditions) or _in_or_out(
        _SELLER, seller, wish.sellers, wish.not_sellers
    )


class _Filter(NamedTuple):
    """What is said of a vendor, region, condition or seller that is not the wanted one."""

    unknown: str
    not_among: Callable[[str], str]
    unwanted: Callable[[str], str]


_VENDOR = _Filter(
    say("its vendor is not known, and only some are wanted"),
    lambda name: say("vendor {name} is not among the wanted ones", name=name),
    lambda name: say("vendor {name} is not wanted", name=name),
)
_REGION = _Filter(
    say("its region is not known, and only some are wanted"),
    lambda name: say("region {name} is not among the wanted ones", name=name),
    lambda name: say("region {name} is not wanted", name=name),
)
_CONDITION = _Filter(
    say("its condition is not known, and only some are wanted"),
    lambda name: say("condition {name} is not among the wanted ones", name=spoken.condition(name)),
    lambda name: say("condition {name} is not wanted", name=spoken.condition(name)),
)
_SELLER = _Filter(
    say("its seller is not known, and only some are wanted"),
    lambda name: say("seller {name} is not among the wanted ones", name=name),
    lambda name: say("seller {name} is not wanted", name=name),
)


def _in_or_out(said: _Filter, name: str | None, wanted: tuple[str, ...], unwanted: tuple[str, ...]) -> str | None:
    if name is None:
        return said.unknown if wanted else None
    if wanted and not matches(name, wanted):
        return said.not_among(name)
    return said.unwanted(name) if matches(name, unwanted) else None


def _cooling_down(case: Case) -> str | None:
    sku, cooldown = case.change.sku, case.subscription.cooldown
    last = case.memory.told_at(sku, case.change.kind)
    if last is None or case.now - last >= cooldown:
        return None
    mark = case.memory.mark(sku, case.price.currency) if case.price and case.is_priced else None
    if mark and mark.told and case.price and case.price.amount < mark.price.amount:
        return None
    return say(
        "told {span} ago; the cooldown is {cooldown}",
        span=spoken.span(case.now - last),
        cooldown=spoken.span(cooldown),
    )


def _enough_for_today(case: Case) -> str | None:
    wish = case.subscription
    count = case.memory.count_on(day_of(case.now, wish.zone))
    if wish.daily_cap is None or count < wish.daily_cap:
        return None
    return say("told {count} times today; the cap is {cap} a day", count=count, cap=wish.daily_cap)


def _wait(wish: Subscription, now: datetime, *, held: bool) -> Decision | None:
    """Snooze, then the digest after it, then the quiet hours that this falls into: each begins where the last ends."""
    until, reasons = now, list[Said]()
    if wish.snooze_until and wish.snooze_until > until:
        until = wish.snooze_until
        reasons.append(say("snoozed until {time}", time=spoken.clock(until, wish.zone, day=True)))
    if wish.digest and not held:
        zone = wish.digest.timezone or wish.zone
        until = wish.digest.first(until, zone)
        reasons.append(_DIGESTS[wish.digest.every](spoken.clock(until, zone, day=_is_far(until, now))))
    if wish.quiet and (end := wish.quiet.end_of(until)):
        until = end
        time = spoken.clock(end, wish.quiet.timezone, day=_is_far(end, now))
        reasons.append(say("in quiet hours until {time}", time=time))
    if not reasons:
        return None
    reason = reduce(lambda first, next_one: say("{first}; then {next}", first=first, next=next_one), reasons)
    return Decision(verb=Verb.HOLD, reason=reason, until=until)


_DIGESTS: dict[str, Callable[[str], Said]] = {
    "hourly": lambda time: say("kept for the hourly digest at {time}", time=time),
    "daily": lambda time: say("kept for the daily digest at {time}", time=time),
    "weekly": lambda time: say("kept for the weekly digest at {time}", time=time),
}


def _is_far(until: datetime, now: datetime) -> bool:
    return (until - now).total_seconds() > 86400


def _why(case: Case) -> str:
    wish, reasons = case.subscription, [say("subscribed to {kind}", kind=spoken.kind(case.change.kind))]
    if case.is_priced and case.price and wish.below:
        reasons.append(say("{price} is below {limit}", price=case.price, limit=wish.below))
    if case.is_priced and case.price and wish.above:
        reasons.append(say("{price} is above {limit}", price=case.price, limit=wish.above))
    return joined(reasons, "; ")
