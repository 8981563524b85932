"""News of one product for one target that nobody has tried to send yet: what is still worth a message of its own.

While messages queue up the shops go on, and the newest state wins. Whatever is dropped says by what and why. The id of
what remains is the id it was queued under: whoever dies in between and folds again never makes a second message.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from alerts.domain.changes import LOW_STOCK, is_significant
from alerts.domain.deliveries import CROSSINGS, Delivery
from alerts.domain.episodes import TOUCHES, newest_of
from alerts.domain.model import Change, ChangeKind, Offer
from alerts.domain.money import Money
from alerts.domain.said import say

_K = ChangeKind
_SOLD_OUT = frozenset({_K.SOLD_OUT, _K.DISCONTINUED})
_STOCK = _SOLD_OUT | {_K.RESTOCKED, _K.PREORDER_OPEN, _K.BACK_ORDER}
_PRICE = frozenset({_K.PRICE_DROP, _K.PRICE_RISE, _K.NEW_LOW})

_NEWER_RESTOCK = say("overtaken by a newer restock before it was sent")
_NEWER_STOCK = say("overtaken by newer stock before it was sent")
_NEWER_PRICE = say("overtaken by a newer price before it was sent")
_NEWER_COUNT = say("overtaken by a newer count before it was sent")
_IN_RESTOCK = say("told in the message of the restock, which was not sent yet")
_IN_ENDED = say("told in the message that it ends, which was not sent yet")
_IN_NEWER = say("overtaken by a newer change of the same message")
_AGAIN = say("it was back before this was sent: it only changes a message that stands")
_OVER = say("it was over before it was sent: shown closed, and nobody is mentioned")
_GONE = say("it could not be bought any more before this was sent")


class Superseded(NamedTuple):
    """A delivery that is not told as it was queued, the id of the one that is told instead, and why."""

    delivery: Delivery
    by: str
    reason: str


@dataclass(frozen=True, slots=True)
class Folded:
    """`deliveries` remain to be sent, in queue order; `superseded` are done. Those in `quieted` remain, but quietly."""

    deliveries: tuple[Delivery, ...]
    superseded: tuple[Superseded, ...] = ()
    quieted: tuple[Superseded, ...] = ()


def fold(deliveries: Sequence[Delivery]) -> Folded:
    """Fold the deliveries of one product and target that were never attempted, given in queue order.

    One whose attempt ended without an answer may stand in the channel, and is not given. Only what one subscription
    would have been told is told in one; a follow-up goes into any unsent message that shows it.
    """
    once = {each.id: each for each in deliveries}
    runs: dict[str, list[Delivery]] = {}
    for each in once.values():
        if not each.also and each.change.kind in TOUCHES | CROSSINGS:
            runs.setdefault(each.change.listing, []).append(each)
    folds = [_Fold.of(run) for run in runs.values()]
    after = {**once, **{name: each for made in folds for name, each in made.alive.items()}}
    gone = {name: said for made in folds for name, said in made.gone.items()}
    quiet = {name: said for made in folds for name, said in made.quiet.items()}
    return Folded(
        deliveries=tuple(after[name] for name in once if name not in gone),
        superseded=tuple(Superseded(once[name], *gone[name]) for name in once if name in gone),
        quieted=tuple(Superseded(once[name], *quiet[name]) for name in once if name in quiet and name not in gone),
    )


@dataclass(slots=True)
class _Fold:
    """The unsent news of one listing while it is folded, oldest first. `alive` is what remains, as it is told now."""

    run: tuple[Delivery, ...]
    alive: dict[str, Delivery]
    gone: dict[str, tuple[str, str]] = field(default_factory=dict)
    quiet: dict[str, tuple[str, str]] = field(default_factory=dict)

    @classmethod
    def of(cls, deliveries: Sequence[Delivery]) -> _Fold:
        run = tuple(sorted(deliveries, key=lambda each: each.change.at))
        made = cls(run, {each.id: each for each in run})
        made._quieten()
        for wish in dict.fromkeys(each.subscription for each in run if not each.is_follow_up):
            made._fold_restocks(wish)
            made._fold_stock(wish)
            made._fold_moves(wish, _PRICE, _NEWER_PRICE)
            made._fold_moves(wish, frozenset({_K.LOW_STOCK}), _NEWER_COUNT)
        made._fold_follow_ups()
        made.gone = {name: (made._remaining(by), why) for name, (by, why) in made.gone.items()}
        made.quiet = {name: (made._remaining(by), why) for name, (by, why) in made.quiet.items()}
        return made

    def _quieten(self) -> None:
        """A sell-out of what is back by now is no message, unless it ends one that stands."""
        last = self._last_stock()
        for each in self._told(_SOLD_OUT):
            if last and last.change.kind not in _SOLD_OUT and last.over is None:
                self.alive[each.id] = each.model_copy(update={"is_follow_up": True})
                self.quiet[each.id] = (last.id, _AGAIN)

    def _fold_restocks(self, wish: str) -> None:
        """Of several the newest; what came with it or after it is told in it."""
        restocks = self._told({_K.RESTOCKED}, wish)
        if not restocks:
            return
        kept = restocks[-1]
        for each in self._told(TOUCHES | CROSSINGS, wish):
            if each.change.at < kept.change.at:
                self._drop(each, kept, _NEWER_RESTOCK)
        later = [each for each in self.run if each.change.at >= kept.change.at and each.id != kept.id]
        end = self._end_after(kept)
        if end:
            is_ours = end.is_follow_up or (end.change.kind in _SOLD_OUT and end.subscription == wish)
            self._close(kept, end, _IN_ENDED if is_ours else None)
            for each in later:
                if each.id != end.id and each.change.kind in _SOLD_OUT and _is_of(each, wish):
                    self._drop(each, kept, _IN_ENDED)  # it ended more than once: sold out, then discontinued
        else:
            newest = max([kept, *later], key=lambda each: newest_of(each)[0])
            if not self._refresh(kept, newest):
                return
        for each in later:
            if each.id in self.alive and each.change.kind in _PRICE | {_K.LOW_STOCK} and _is_of(each, wish):
                self._drop(each, kept, _IN_RESTOCK)

    def _fold_stock(self, wish: str) -> None:
        """Sell-outs, pre-orders and back-orders: the newest, if it is still so."""
        told = self._told(_STOCK - {_K.RESTOCKED}, wish)
        last = self._last_stock()
        for each in told[:-1]:
            self._drop(each, told[-1], _NEWER_STOCK)
        if told and last and last.change.kind is not told[-1].change.kind and told[-1].change.kind not in _SOLD_OUT:
            self._drop(told[-1], last, _NEWER_STOCK)
        elif told:
            for each in self._told(_PRICE | {_K.LOW_STOCK}, wish):
                if each.change.at < told[-1].change.at:
                    self._drop(each, told[-1], _NEWER_STOCK)

    def _fold_moves(self, wish: str, kinds: frozenset[ChangeKind], reason: str) -> None:
        """A later move swallows the earlier ones and is measured from where the first began."""
        told = self._told(kinds, wish)
        if not told:
            return
        *earlier, kept = told
        if earlier:
            kept = self._replace(kept, _measured_from(earlier[0].change, kept.change))
        for each in earlier:
            self._drop(each, kept, reason)
        end = self._end_after(kept)
        if end is None:
            self._refresh(kept, max(self.run, key=lambda each: newest_of(each)[0]))
        elif kept.threshold:
            self._close(kept, end, None)
        else:
            self._drop(kept, end, _GONE)

    def _fold_follow_ups(self) -> None:
        """Those that change a message which is itself unsent are in it; of the others the newest is enough."""
        restocks = [each for each in self.run if each.change.kind is _K.RESTOCKED and not each.is_follow_up]
        rest: list[Delivery] = []
        for each in (self.alive[each.id] for each in self.run if each.id in self.alive):
            before = [one for one in restocks if one.change.at <= each.change.at]
            if not each.is_follow_up:
                continue
            holder = self._holder(before[-1]) if before else None
            if holder:
                self._drop(each, holder, _IN_RESTOCK if holder.id == before[-1].id else _NEWER_RESTOCK)
            else:
                rest.append(each)
        if len(rest) < 2:
            return
        *earlier, newest = rest
        stock = next((each for each in reversed(rest) if each.change.kind in _STOCK), None)
        if stock and stock.change.kind is _K.RESTOCKED and stock.id != newest.id:
            # Only a restock brings its shop into a message.
            at, offer = newest_of(newest)
            facts = {"change": stock.change.model_copy(update={"new": offer}), "as_of": at, "origin": _origin(stock)}
            self.alive[stock.id] = stock.model_copy(update=facts)
            newest = stock
        elif newest.change.kind in _PRICE and earlier[0].change.kind in _PRICE and stock is None:
            newest = self._replace(newest, _measured_from(earlier[0].change, newest.change))
        for each in rest:
            if each.id != newest.id:
                self._drop(each, newest, _IN_NEWER)

    def _holder(self, restock: Delivery) -> Delivery | None:
        """The unsent message that tells of a follow-up: the restock before it, or what has overtaken that one."""
        held = self.alive.get(self._remaining(restock.id))
        return held if held and held.change.kind is _K.RESTOCKED and not held.is_follow_up else None

    def _refresh(self, kept: Delivery, newest: Delivery) -> bool:
        """Tell the newest facts in it or, when with these it would not have been told, drop it."""
        at, offer = newest_of(newest)
        if newest.id == kept.id or newest_of(kept)[1] == offer:
            return True
        if not _is_still_news(kept, offer):
            self._drop(kept, newest, _NEWER_PRICE if kept.change.kind is not _K.LOW_STOCK else _NEWER_COUNT)
            return False
        facts = {"change": kept.change.model_copy(update={"new": offer}), "as_of": at, "origin": _origin(kept)}
        self.alive[kept.id] = kept.model_copy(update=facts)
        return True

    def _close(self, kept: Delivery, end: Delivery, reason: str | None) -> None:
        """Show it closed from the beginning, by what ended it; that one is told with it when there is a reason."""
        newest = max(self.run, key=lambda each: newest_of(each)[0])
        at, offer = newest_of(newest)
        known = self.alive[kept.id]
        # What ended it may be known from an earlier folding, in which the news of it was dropped.
        is_known = known.over is not None and known.as_of is not None and known.as_of >= at
        over = known.over if is_known else end.change.model_copy(update={"new": offer})
        facts = {"over": over, "as_of": at, "mention_role": None, "origin": _origin(kept)}
        self.alive[kept.id] = self.alive[kept.id].model_copy(update=facts)
        self.quiet[kept.id] = (end.id, _OVER)
        if reason:
            self._drop(end, kept, reason)

    def _end_after(self, kept: Delivery) -> Delivery | None:
        """The change of stock by which what is told there has ended by now."""
        last = self._last_stock()
        if last is None or last.id == kept.id or last.change.at <= kept.change.at:
            return None
        return None if last.change.new.availability.is_in_stock else last

    def _last_stock(self) -> Delivery | None:
        return next((each for each in reversed(self.run) if each.change.kind in _STOCK), None)

    def _told(self, kinds: frozenset[ChangeKind] | set[ChangeKind], wish: str | None = None) -> list[Delivery]:
        alive = [self.alive[each.id] for each in self.run if each.id in self.alive]
        return [each for each in alive if each.change.kind in kinds and _is_of(each, wish)]

    def _replace(self, delivery: Delivery, change: Change) -> Delivery:
        if change != delivery.change:
            delivery = delivery.model_copy(update={"change": change, "origin": _origin(delivery)})
            self.alive[delivery.id] = delivery
        return delivery

    def _drop(self, delivery: Delivery, by: Delivery, reason: str) -> None:
        if self.alive.pop(delivery.id, None):
            self.gone[delivery.id] = (by.id, reason)

    def _remaining(self, name: str) -> str:
        """Who tells it in the end: whoever overtook it may have been overtaken, too."""
        while name in self.gone:
            name = self.gone[name][0]
        return name


def _is_of(delivery: Delivery, wish: str | None) -> bool:
    return not delivery.is_follow_up and wish in (None, delivery.subscription)


def _origin(delivery: Delivery) -> Change:
    return delivery.origin or delivery.change


def _measured_from(first: Change, change: Change) -> Change:
    """The move from where the first one began, as long as it still goes the way that it says."""
    if not _goes_its_way(change.kind, first.old.price, change.new.price):
        return change
    return change.model_copy(update={"old": first.old, "since": first.since})


def _goes_its_way(kind: ChangeKind, old: Money | None, new: Money | None) -> bool:
    if old is None or new is None or old.currency != new.currency:
        return False
    return new.amount > old.amount if kind is _K.PRICE_RISE else new.amount < old.amount


def _is_still_news(delivery: Delivery, offer: Offer) -> bool:
    """Whether it would have been told with this offer, too, as far as the delivery knows what was asked for."""
    change, market = delivery.change, delivery.market
    if change.kind is _K.LOW_STOCK:
        return offer.stock_count is not None and offer.stock_count <= LOW_STOCK
    if delivery.threshold and not delivery.threshold.holds(offer):
        return False
    old, told, price = change.old.price, change.new.price, offer.price
    if change.kind not in _PRICE:
        return True
    if not _goes_its_way(change.kind, old, price) or old is None or price is None or told is None:
        return False
    if price == told or _goes_its_way(change.kind, told, price):
        return True
    if change.kind is _K.NEW_LOW:
        low = market.low_30d if market else None
        return low is not None and low.currency == price.currency and price.amount < low.amount
    return delivery.threshold is not None or is_significant(old, price)
