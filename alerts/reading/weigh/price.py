"""Which of all the prices on a page is the price: the layers of data and the visible one weighed together. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum

from alerts.domain.model import Availability, Evidence, PriceKind
from alerts.domain.said import say
from alerts.reading.data.facts import OfferFact
from alerts.reading.visible.amounts import Amount
from alerts.reading.visible.buybox import NOT_THE_PRICE, BuyBox
from alerts.reading.weigh.candidates import Layer
from alerts.reading.words.currency import candidates, chosen
from alerts.reading.words.marks import Mark
from alerts.reading.words.prices import human_price, machine_price

_OUT = (Availability.OUT_OF_STOCK, Availability.DISCONTINUED)


@dataclass(frozen=True, slots=True)
class Said:
    """A price as one layer says it."""

    source: str
    amount: Decimal
    kind: PriceKind
    evidence: Evidence
    list_price: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Weighed:
    """The price, or none, with what supports it. `note` says why there is none, or what was overruled."""

    price: Said | None
    list_price: Decimal | None
    confidence: float
    evidence: tuple[Evidence, ...]
    note: str = ""


def currency_of(layers: Sequence[Layer], box: BuyBox, *, wanted: str | None, home: str | None) -> str | None:
    """The currency of the page: what its data state, else what the sign at the visible price may stand for."""
    stated = [offer.currency for layer in layers for offer in layer.offers if offer.currency]
    codes = [code for raw in stated if (code := _code(raw, wanted, home))]
    if codes:
        return codes[0]
    sign = box.price.sign if box.price else ""
    sign = sign or next((one.sign for one in box.others if one.sign), "")
    return chosen(candidates(sign), wanted=wanted, home=home)


def _code(raw: str, wanted: str | None, home: str | None) -> str | None:
    text = raw.strip().upper()
    if len(text) == 3 and text.isascii() and text.isalpha():
        return {"RUR": "RUB", "NTD": "TWD", "RMB": "CNY"}.get(text, text)
    return chosen(found, wanted=wanted, home=home) if (found := candidates(raw)) else None


def weigh_price(layers: Sequence[Layer], box: BuyBox, currency: str, *, is_variant: bool = False) -> Weighed:
    """Weigh everything. A contradiction that nothing decides gives no price rather than a guess.

    With `is_variant` the data were narrowed to one variant, while the page may show another one selected.
    """
    stated = [said for layer in layers if (said := _said(layer, currency))]
    data = [said for said in stated if said.source != "meta"]
    meta = next((said for said in stated if said.source == "meta"), None)
    shown = _shown(box, currency)
    if data and is_variant:
        sure = shown is not None and shown.amount == data[0].amount
        return Weighed(data[0], data[0].list_price, 0.97 if sure else 0.9, tuple(said.evidence for said in data))
    if data:
        return _with_data(_agreed(data, shown, box, currency), data, meta, shown, box, currency)
    return _without_data(meta, shown, box, currency)


def _agreed(data: list[Said], shown: Said | None, box: BuyBox, currency: str) -> Said:
    """The one that counts among layers of data: when they disagree, what a visitor sees is what is sold."""
    if shown and (same := next((said for said in data if said.amount == shown.amount), None)):
        return same
    if all(said.amount == data[0].amount for said in data):
        return data[0]
    return next((said for said in data if _sight(box, said.amount, currency) is Sight.NEAR), data[0])


def _with_data(
    main: Said, data: list[Said], meta: Said | None, shown: Said | None, box: BuyBox, currency: str
) -> Weighed:
    evidence = tuple(said.evidence for said in [*data, *([meta] if meta else []), *([shown] if shown else [])])
    if shown is None:
        return Weighed(main, main.list_price, 0.8 if meta and meta.amount == main.amount else 0.7, evidence)
    if shown.amount == main.amount or _is_cut(shown.amount, main.amount):
        return Weighed(main, _list(main, shown), 0.97, evidence)
    return _contradicted(main, meta, shown, box, _sight(box, main.amount, currency), evidence)


def _contradicted(
    main: Said, meta: Said | None, shown: Said, box: BuyBox, sight: Sight, evidence: tuple[Evidence, ...]
) -> Weighed:
    """The data say one price, and another stands where the price stands."""
    tax = box.price.kind & (Mark.NET | Mark.GROSS) if box.price else 0
    if tax == Mark.NET and shown.amount < main.amount:
        return Weighed(main, main.list_price, 0.8, evidence, say("the visible price is without tax"))
    if tax == Mark.GROSS and sight is Sight.OTHERWISE_LABELLED and main.amount < shown.amount:
        return Weighed(shown, shown.list_price, 0.8, evidence, say("the data state the price without tax"))
    if sight is Sight.NEAR or (shown.kind is PriceKind.FROM and shown.amount < main.amount):
        return Weighed(main, main.list_price, 0.85, evidence)
    if meta is not None and meta.amount == shown.amount and box.is_sure:
        note = say("the data disagree with the page's head and with what is visible")
        return Weighed(shown, shown.list_price, 0.8, evidence, note)
    if sight is Sight.STRUCK and shown.amount < main.amount:
        return Weighed(shown, main.amount, 0.8, evidence, say("the data state the struck price"))
    if sight is Sight.OTHERWISE_LABELLED and box.is_sure:
        note = say("the data state an amount that is labelled as something else")
        return Weighed(shown, shown.list_price, 0.7, evidence, note)
    if sight is Sight.FAR or not box.is_sure or main.kind is PriceKind.FROM:
        return Weighed(
            main, main.list_price, 0.6, evidence, say("the stated price does not stand where the price stands")
        )
    return Weighed(None, None, 0.3, evidence, say("the stated price and the visible one contradict each other"))


def _without_data(meta: Said | None, shown: Said | None, box: BuyBox, currency: str) -> Weighed:
    evidence = tuple(said.evidence for said in (meta, shown) if said)
    if shown is None:
        return Weighed(meta, None, 0.6 if meta else 0.0, evidence)
    if meta is None:
        return Weighed(shown, shown.list_price, 0.75 if box.is_sure else 0.5, evidence)
    if meta.amount == shown.amount or _is_cut(shown.amount, meta.amount):
        return Weighed(meta, _list(meta, shown), 0.95, evidence)
    # A page's head often keeps the price before the discount or before tax; what is seen is what is paid.
    if box.is_sure or _sight(box, meta.amount, currency) is not Sight.NEAR:
        return Weighed(shown, shown.list_price, 0.6, evidence, say("the page's head states another price"))
    return Weighed(meta, None, 0.6, evidence)


class Sight(Enum):
    """Where an amount can be seen on the page."""

    NEAR = "near"
    FAR = "far"
    STRUCK = "struck"
    OTHERWISE_LABELLED = "otherwise labelled"
    NOWHERE = "nowhere"


def _sight(box: BuyBox, amount: Decimal, currency: str) -> Sight:
    nearest = box.price.distance if box.price else 0
    same = [one for one in box.others if human_price(one.number, currency) == amount]
    found = {_sight_of(one, nearest) for one in same if not one.kind & (Mark.HIDDEN | Mark.ASIDE)}
    return next((sight for sight in Sight if sight in found), Sight.NOWHERE)


def _sight_of(one: Amount, nearest: int) -> Sight:
    if one.kind & (Mark.STRUCK | Mark.OLD):
        return Sight.STRUCK
    said = one.kind & ~one.marks
    if one.kind & (NOT_THE_PRICE | Mark.NET | Mark.MEMBER) or said & Mark.VARIANT:
        return Sight.OTHERWISE_LABELLED
    return Sight.NEAR if one.distance <= nearest else Sight.FAR


def _is_cut(shown: Decimal, full: Decimal) -> bool:
    # Shops that draw cents small may hide them from us altogether.
    return shown == full.to_integral_value(rounding="ROUND_FLOOR") and shown >= 1


def _said(layer: Layer, currency: str) -> Said | None:
    priced = [
        (amount, offer) for offer in layer.offers if offer.price and (amount := machine_price(offer.price, currency))
    ]
    plain = [one for one in priced if one[1].kind is not PriceKind.MEMBER] or priced
    plain = [one for one in plain if one[1].availability not in _OUT] or plain
    if not plain:
        return None
    amount, offer = min(plain, key=lambda one: one[0])
    differs = len({one[0] for one in plain}) > 1
    kind = PriceKind.FROM if differs and offer.kind is PriceKind.EXACT else offer.kind
    return Said(layer.source, amount, kind, _evidence(layer, offer), _stated_list(offer, amount, currency))


def _stated_list(offer: OfferFact, amount: Decimal, currency: str) -> Decimal | None:
    found = machine_price(offer.list_price, currency) if offer.list_price else None
    return found if found and found > amount else None


def _evidence(layer: Layer, offer: OfferFact) -> Evidence:
    return Evidence(source=layer.source, path=f"{offer.path}.price", raw=(offer.price or "")[:120])


def _shown(box: BuyBox, currency: str) -> Said | None:
    one = box.price
    amount = human_price(one.number, currency) if one else None
    if one is None or amount is None:
        return None
    fuller = _with_cents(box, one, amount, currency)
    kind = PriceKind.MEMBER if one.kind & Mark.MEMBER else PriceKind.FROM if one.is_least else PriceKind.EXACT
    before = human_price(box.before.number, currency) if box.before else None
    raw = Evidence(source="page", path=f"visible[{one.position}]", raw=one.words)
    return Said("page", fuller, kind, raw, before if before and before > fuller else None)


def _with_cents(box: BuyBox, one: Amount, amount: Decimal, currency: str) -> Decimal:
    # Shops draw "$229" large and repeat "$229.99" for those who do not see.
    same = [
        human_price(o.number, currency) for o in box.near if o.distance <= one.distance and not o.kind & NOT_THE_PRICE
    ]
    return next(
        (o for o in same if o and o != amount and o.to_integral_value(rounding="ROUND_FLOOR") == amount), amount
    )


def _list(main: Said, shown: Said) -> Decimal | None:
    found = main.list_price or shown.list_price
    return found if found and found > main.amount else None
