"""One page and one listing to an Offer: every layer read, all weighed together. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal

from selectolax.lexbor import LexborHTMLParser as Tree

from alerts.domain.errors import ReadError
from alerts.domain.model import Availability, Condition, Evidence, FailureReason, Listing, Offer, PriceKind
from alerts.domain.money import Money
from alerts.domain.said import say
from alerts.ports import Page
from alerts.reading.data.overrides import Override, stated_by
from alerts.reading.data.structured import Structured, structured
from alerts.reading.visible.buybox import BuyBox, buy_box
from alerts.reading.visible.dom import walked
from alerts.reading.visible.markup import parsed
from alerts.reading.visible.walls import refuse_gone, refuse_others, refuse_shells, refuse_walls
from alerts.reading.weigh.candidates import Layer, Variant, layers
from alerts.reading.weigh.price import Weighed, currency_of, weigh_price
from alerts.reading.weigh.stock import Stock, weigh_stock
from alerts.reading.words.currency import home_currency
from alerts.reading.words.prices import machine_price, money

_STALE = 3600  # seconds
_STALE_CONFIDENCE = 0.85  # below what counts as two parts of the page that agree
_NOTHING = Weighed(None, None, 0.0, ())


def read_page(
    page: Page, listing: Listing, override: Override | None = None, *, also: Callable[[Tree, bytes], None] | None = None
) -> Offer:
    """What the page says of the listing's product, or ReadError: blocked, not_found, mismatch, unreadable.

    `override` names places that an operator knows; what stands there counts as the first layer of data.
    Neither a price nor a stock state is guessed; an Offer holds at least one of the two.
    `also` is shown the parsed page with its bytes.
    """
    tree, body = parsed(page)
    if also:
        also(tree, body)
    dom = walked(tree)
    facts = structured(tree, dom, body)
    title = dom.title or facts.meta.get("og:title", "")
    headings = [" ".join(node.text().split())[:300] for _, node in dom.headings[:5]]
    names = _names(facts, title)
    told = stated_by(override, tree) if override else None
    found, variant = layers((told, *facts.products) if told else facts.products, [*headings, title], page.url, listing)
    box = buy_box(dom, names)
    if not any(layer.offers for layer in found):
        refuse_gone(title, headings, listing, page.url)
    if not _has_product(found, box):
        refuse_walls(body, title, dom)
        refuse_shells(dom, body)
    refuse_others(listing, page.url, [title, *headings, *(layer.name or "" for layer in found)])
    currency = currency_of(found, box, wanted=listing.currency, home=home_currency(page.url, facts.language))
    if listing.currency and currency and currency != listing.currency:
        raise ReadError(
            FailureReason.MISMATCH,
            say("the page is in {currency}, not in {wanted}", currency=currency, wanted=listing.currency),
        )
    told_apart = variant is Variant.TOLD_APART
    price = weigh_price(found, box, currency, is_variant=told_apart) if currency else _NOTHING
    stock = weigh_stock(found, box, is_variant=told_apart)
    if variant is Variant.UNTOLD:
        price, stock = _of_some_variant(price, stock)
    if price.price is None and stock.availability is Availability.UNKNOWN:
        raise ReadError(
            FailureReason.UNREADABLE, price.note or stock.note or say("the page states neither a price nor stock")
        )
    return _aged(_offer(price, stock, found, box, currency), page)


def _aged(offer: Offer, page: Page) -> Offer:
    """A copy that a cache has kept for long may tell of yesterday: it is marked, and never sure."""
    if not is_stale(page):
        return offer
    mark = Evidence(source="age", path="Age", raw=page.headers["Age"].strip()[:20])
    return offer.model_copy(
        update={"evidence": (mark, *offer.evidence)[:20], "confidence": min(offer.confidence, _STALE_CONFIDENCE)}
    )


def is_stale(page: Page) -> bool:
    """Whether a cache on the way had kept the page for more than an hour."""
    seconds = page.headers.get("Age", "").strip()
    return seconds.isascii() and seconds.isdigit() and int(seconds[:12]) > _STALE


def _has_product(found: Sequence[Layer], box: BuyBox) -> bool:
    return any(layer.offers for layer in found) or (box.price is not None and box.name is not None)


def _offer(price: Weighed, stock: Stock, found: Sequence[Layer], box: BuyBox, currency: str | None) -> Offer:
    said = price.price
    offers = [offer for layer in found for offer in layer.offers]
    shipping = next((offer.shipping for offer in offers if offer.shipping), None)
    return Offer(
        availability=stock.availability,
        online=stock.online,
        price=_money(said.amount if said else None, currency),
        price_kind=said.kind if said else PriceKind.EXACT,
        list_price=_money(price.list_price, currency),
        stock_count=next((offer.stock for offer in offers if offer.stock is not None), None)
        if len(offers) == 1
        else None,
        condition=next((offer.condition for offer in offers if offer.condition), Condition.NEW),
        seller=next((offer.seller for offer in offers if offer.seller), None),
        shipping=_money(machine_price(shipping, currency), currency) if shipping and currency else None,
        name=(next((layer.name for layer in found if layer.name), None) or box.name or "")[:300] or None,
        evidence=(*price.evidence, *stock.evidence)[:20],
        confidence=_confidence(price, stock),
    )


def _confidence(price: Weighed, stock: Stock) -> float:
    known = [
        one
        for one, is_known in (
            (price.confidence, price.price),
            (stock.confidence, stock.availability is not Availability.UNKNOWN),
        )
        if is_known
    ]
    return round(min(known), 2) if known else 0.0


def _money(amount: Decimal | None, currency: str | None) -> Money | None:
    return money(amount, currency) if amount is not None and currency else None


def _of_some_variant(price: Weighed, stock: Stock) -> tuple[Weighed, Stock]:
    """The page does not tell variants apart in its data: what it says may be another variant's."""
    shown = Weighed(
        price.price, price.list_price, min(price.confidence, 0.5), price.evidence, "the variant is not told apart here"
    )
    unknown = Stock(Availability.UNKNOWN, 0.0, stock.evidence, "the variant is not told apart here")
    return shown, unknown if stock.availability.is_in_stock else stock


def _names(facts: Structured, title: str) -> list[str]:
    told = [product.name for product in facts.products if product.name]
    return [*told[:20], *(name for name in (facts.meta.get("og:title"), title) if name)]
