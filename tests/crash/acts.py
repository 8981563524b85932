"""What happens in the shops, who wants to hear of it, and what must then stand in the channels: the model, by hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from alerts.domain.confirm import Rules
from alerts.domain.model import ChangeKind, Evidence, Failure, Offer, Product, Tier
from alerts.domain.quiet import QuietHours
from tests.worlds import IN, OUT, failure, listing, offer


def _product(*vendors: str, sku: str = "pi5", name: str = "Raspberry Pi 5", category: str = "boards") -> Product:
    listings = tuple(listing(vendor, sku) for vendor in vendors)
    return Product(sku=sku, name=name, category=category, tier=Tier.HOT, listings=listings)


PI = _product("Acme")
PI_TWICE = _product("Acme", "Bolt")
DECK = _product("Acme", sku="deck", name="Steam Deck", category="consoles")

RESTOCKED, PRICE_DROP, SOLD_OUT = ChangeKind.RESTOCKED, ChangeKind.PRICE_DROP, ChangeKind.SOLD_OUT
# One part of the page says so, and nothing else does: such a restock waits for a second look.
ONE_SIGNAL = (Evidence(source="json-ld", path="availability", raw="said by the data"),)
QUIET = QuietHours(start="12:20", end="13:50")  # the first two steps; the third comes after them

Place = tuple[str, str]  # a sku and a vendor
Shops = Mapping[Place, Offer | Failure]
_ALL_OUT: Shops = {(each.sku, each.vendor): offer(OUT) for each in (*PI_TWICE.listings, *DECK.listings)}
# By channel and product: every message, each as what it says first and what it is changed to, in this order. The price
# of a shop that has sold out since stands in brackets.
Model = Mapping[tuple[str, str], Sequence[Sequence[str]]]


@dataclass(frozen=True)
class Wish:
    """A subscription, with its channel by name."""

    channel: str
    sku: str | None = "pi5"
    category: str | None = None
    kinds: tuple[ChangeKind, ...] = (RESTOCKED,)
    has_role: bool = False
    quiet: QuietHours | None = None


@dataclass(frozen=True)
class Act:
    """The first step is a baseline that nobody hears of. `gone` are channels that were deleted since the wish."""

    name: str
    products: Sequence[Product]
    wishes: Sequence[Wish]
    steps: Sequence[Shops]
    model: Model
    gone: Sequence[str] = ()
    rules: Rules = field(default_factory=Rules)


def _shops(**changed: Offer | Failure) -> Shops:
    """All is sold out but what is named, as `sku_vendor`."""
    named = {(sku, vendor): outcome for name, outcome in changed.items() for sku, _, vendor in [name.partition("_")]}
    return {**_ALL_OUT, **named}


def _price(amount: str) -> Offer:
    return offer(IN, amount)


LIFE = Act(
    name="the life of an alert",
    products=(PI_TWICE,),
    wishes=(Wish("deals", kinds=(RESTOCKED, PRICE_DROP), has_role=True),),
    steps=(
        _shops(),
        _shops(pi5_Acme=_price("90")),
        _shops(pi5_Acme=_price("80"), pi5_Bolt=_price("95")),
        _shops(),
    ),
    model={
        ("deals", PI.name): (
            ("Back in stock £90.00", "Back in stock £80.00", "Back in stock £80.00 £95.00",
             "Back in stock (£80.00) £95.00", "Sold out (£80.00) (£95.00)"),
            ("Price drop £80.00",),
        ),
    },
)  # fmt: skip
AGAIN = Act(
    name="two restocks, much alike",
    products=(PI,),
    wishes=(Wish("deals", kinds=(RESTOCKED, SOLD_OUT)), Wish("news", sku=None, category="boards")),
    steps=(_shops(), _shops(pi5_Acme=_price("90")), _shops(), _shops(pi5_Acme=_price("90"))),
    model={
        ("deals", PI.name): (("Back in stock £90.00", "Sold out (£90.00)"), ("Back in stock £90.00",)),
        ("news", PI.name): (("Back in stock £90.00", "Sold out (£90.00)"), ("Back in stock £90.00",)),
    },
)
NIGHT = Act(
    name="a night that is slept through",
    products=(PI_TWICE, DECK),
    wishes=(Wish("night", quiet=QUIET), Wish("night", sku="deck", quiet=QUIET), Wish("news", quiet=QUIET)),
    steps=(
        _shops(),
        _shops(pi5_Acme=_price("90"), pi5_Bolt=_price("95"), deck_Acme=_price("300")),
        _shops(pi5_Acme=_price("90"), deck_Acme=_price("300")),
        _shops(pi5_Acme=_price("90"), deck_Acme=_price("300")),
    ),
    model={
        ("night", PI.name): (("Back in stock £90.00",),),
        ("night", DECK.name): (("Back in stock £300.00",),),
        ("news", PI.name): (("Back in stock £90.00",),),
    },
)
TROUBLE = Act(
    name="a blind shop, a doubtful page and a channel that is gone",
    products=(PI_TWICE,),
    wishes=(
        Wish("deals", kinds=(RESTOCKED, ChangeKind.VENDOR_BLIND, ChangeKind.VENDOR_BACK)),
        Wish("news", kinds=(RESTOCKED,)),
    ),
    gone=("news",),
    rules=Rules(blind_after=1),
    steps=(
        _shops(),
        _shops(pi5_Acme=failure()),
        _shops(pi5_Acme=offer(IN, "90", evidence=ONE_SIGNAL)),
    ),
    model={
        ("deals", "Acme"): (("Cannot be read",), ("Can be read again",)),
        ("deals", PI.name): (("Back in stock £90.00",),),
    },
)
ACTS = {act.name: act for act in (LIFE, AGAIN, NIGHT, TROUBLE)}
