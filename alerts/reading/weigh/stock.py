"""Whether it can be bought: what the data say, what the controls allow, what the words beside them add. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from alerts.domain.model import Availability, Evidence
from alerts.domain.said import say
from alerts.reading.visible.buybox import BuyBox
from alerts.reading.weigh.candidates import Layer
from alerts.reading.weigh.variants import common_availability

_OUT = (Availability.OUT_OF_STOCK, Availability.DISCONTINUED)
_ORDERABLE = (Availability.PREORDER, Availability.BACKORDER)
_IN_SHOPS = 0.85  # below what counts as two parts of the page that agree


@dataclass(frozen=True, slots=True)
class Stock:
    """The availability with its support. `note` names a conflict; `online` is that of an Offer."""

    availability: Availability
    confidence: float
    evidence: tuple[Evidence, ...]
    note: str = ""
    online: bool | None = None


def weigh_stock(layers: Sequence[Layer], box: BuyBox, *, is_variant: bool = False) -> Stock:
    """Weigh everything. A phrase alone never flips a verdict, and what contradicts itself is unknown.

    With `is_variant` the data were narrowed to one variant, while the buttons may stand for another one.
    """
    stated, evidence = _stated(layers)
    online = _online(layers)
    if online is False and stated is None:
        return _in_shops(box, evidence, is_variant=is_variant)
    if is_variant and stated is not None:
        found, confidence, note = stated, 0.9, ""
    else:
        evidence += _visible_evidence(box)
        found, confidence, note = _verdict(stated, box)
    if not found.is_in_stock:
        return Stock(found, confidence, evidence, note)
    if online is False:
        confidence, note = min(confidence, _IN_SHOPS), say("a part of the page says in shops only")
    return Stock(found, confidence, evidence, note, online=online)


def _in_shops(box: BuyBox, evidence: tuple[Evidence, ...], *, is_variant: bool) -> Stock:
    """The data know of a shop's counter only. A button may reserve it there; words of sold out are believed."""
    if not is_variant:
        evidence += _visible_evidence(box)
        found, confidence, note = _verdict(None, box)
        if confidence and not found.is_in_stock:
            return Stock(found, confidence, evidence, note)
    return Stock(Availability.IN_STOCK, _IN_SHOPS, evidence, online=False)


def _online(layers: Sequence[Layer]) -> bool | None:
    """Whether it can be ordered, as stated. One layer that knows of a counter only outweighs a plain "in stock"."""
    said = [{offer.online for offer in layer.offers if offer.availability is not None} for layer in layers]
    if {False} in said:
        return False
    return True if {True} in said else None


def _verdict(stated: Availability | None, box: BuyBox) -> tuple[Availability, float, str]:
    controls = box.controls
    can_buy, is_shut = controls.buy is not None, controls.sold_out is not None or controls.disabled is not None
    if stated in _ORDERABLE:
        return stated, 0.9, ""
    if stated in _OUT:
        return (
            (Availability.UNKNOWN, 0.3, say("stated sold out beside a button that buys"))
            if can_buy
            else (stated, 0.95, "")
        )
    if stated is not None and stated.is_in_stock:
        return _stated_in(stated, box, can_buy=can_buy, is_shut=is_shut)
    if stated is Availability.UNKNOWN:
        return Availability.UNKNOWN, 0.3, "the offers differ, and none is named"
    return _unstated(box, can_buy=can_buy, is_shut=is_shut)


def _stated_in(stated: Availability, box: BuyBox, *, can_buy: bool, is_shut: bool) -> tuple[Availability, float, str]:
    if box.controls.preorder and not can_buy:
        return Availability.PREORDER, 0.85, ""
    if can_buy:
        shut = box.controls.sold_out is not None and box.stock.out is not None
        return (
            (Availability.UNKNOWN, 0.3, say("a button that buys beside words of sold out"))
            if shut
            else (stated, 0.97, "")
        )
    if box.stock.out or box.controls.sold_out or (box.controls.notify and is_shut):
        # The buy box decides over data that nobody looks at.
        return Availability.OUT_OF_STOCK, 0.8, "stated in stock, but the buy box says sold out"
    return stated, 0.85, ""


def _unstated(box: BuyBox, *, can_buy: bool, is_shut: bool) -> tuple[Availability, float, str]:
    stock, controls = box.stock, box.controls
    if can_buy:
        return _with_a_button(box)
    if controls.preorder:
        return Availability.PREORDER, 0.8, ""
    if stock.discontinued and (stock.out or is_shut or box.price is None):
        return Availability.DISCONTINUED, 0.7, ""
    if controls.sold_out or (stock.out and not stock.available) or (stock.out and (is_shut or controls.notify)):
        return Availability.OUT_OF_STOCK, 0.8, ""
    return Availability.UNKNOWN, 0.0, ""


def _with_a_button(box: BuyBox) -> tuple[Availability, float, str]:
    stock = box.stock
    if stock.out or box.controls.sold_out:
        return Availability.UNKNOWN, 0.3, say("a button that buys beside words of sold out")
    if stock.backorder and not stock.available:
        return Availability.BACKORDER, 0.6, ""
    if box.price is None:
        return Availability.UNKNOWN, 0.3, say("a button without a price may buy anything")
    return Availability.IN_STOCK, 0.9 if stock.available else 0.8, ""


def _stated(layers: Sequence[Layer]) -> tuple[Availability | None, tuple[Evidence, ...]]:
    """What the first layer that speaks of stock says of all its offers; later layers only give evidence."""
    found: Availability | None = None
    evidence: list[Evidence] = []
    for layer in layers:
        said = [(offer.availability, offer.online) for offer in layer.offers if offer.availability is not None]
        if not said:
            continue
        known = [one for one, _ in said if one is not Availability.UNKNOWN]
        common = common_availability(known) if known else None
        words = sorted({"in_store_only" if online is False else one.value for one, online in said})
        evidence.append(Evidence(source=layer.source, path="availability", raw=", ".join(words)))
        if found is None:
            found = common
    return found, tuple(evidence)


def _visible_evidence(box: BuyBox) -> tuple[Evidence, ...]:
    controls, stock = box.controls, box.stock
    told = {
        "button": controls.buy, "disabled button": controls.disabled, "sold-out button": controls.sold_out,
        "pre-order button": controls.preorder, "notify button": controls.notify, "words: out": stock.out,
        "words: in": stock.available, "words: backorder": stock.backorder, "words: discontinued": stock.discontinued,
    }  # fmt: skip
    return tuple(Evidence(source="buybox", path=path, raw=words[:120]) for path, words in told.items() if words)
