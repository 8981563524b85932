"""Facts to build tests from."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from alerts.domain.model import (
    Availability,
    Change,
    ChangeKind,
    Evidence,
    Failure,
    FailureReason,
    Known,
    Listing,
    Offer,
    Product,
    Reading,
    Tier,
)
from alerts.domain.money import Money
from alerts.domain.wishes import DEFAULT_KINDS, Subscription, Target

START = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
SECOND = timedelta(seconds=1)
TWO_SIGNALS = (
    Evidence(source="json-ld", path="availability", raw="said by the data"),
    Evidence(source="buybox", path="button", raw="said by the button"),
)
IN, OUT = Availability.IN_STOCK, Availability.OUT_OF_STOCK


def listing(vendor: str = "Acme", sku: str = "pi5", **more: object) -> Listing:
    slug = vendor.lower().replace(" ", "-")
    facts = {
        "id": slug,
        "sku": sku,
        "product_name": "Raspberry Pi 5",
        "vendor": vendor,
        "url": f"https://{slug}.test/{sku}",
    }
    return Listing.model_validate({**facts, **more})


def product(*vendors: str, sku: str = "pi5", tier: Tier = Tier.HOT, name: str = "Raspberry Pi 5") -> Product:
    return Product(sku=sku, name=name, tier=tier, listings=tuple(listing(v, sku) for v in vendors or ("Acme",)))


def pounds(amount: str | int) -> Money:
    return Money.of(Decimal(amount), "GBP")


def offer(availability: Availability = IN, price: str | Money | None = "100", **more: object) -> Offer:
    money = pounds(price) if isinstance(price, str) else price
    return Offer.model_validate({"availability": availability, "price": money, "evidence": TWO_SIGNALS, **more})


def reading(outcome: Offer | Failure, at: datetime = START) -> Reading:
    return Reading(url="https://acme.test/pi5", at=at, outcome=outcome)


def failure(reason: FailureReason = FailureReason.BLOCKED) -> Failure:
    return Failure(reason=reason, detail="it was not to be")


def known(the_offer: Offer | None, since: datetime = START, vendor: str = "Acme") -> Known:
    return Known(
        listing=vendor.lower(), vendor=vendor, url=f"https://{vendor.lower()}.test/pi5", offer=the_offer,
        observed_at=since, since=since, mark=the_offer.price if the_offer else None,
    )  # fmt: skip


def change(kind: ChangeKind = ChangeKind.RESTOCKED, at: datetime = START + MINUTE, **more: object) -> Change:
    facts = {
        "sku": "pi5", "listing": "acme", "vendor": "Acme", "url": "https://acme.test/pi5", "kind": kind,
        "old": offer(OUT), "new": offer(IN, "90"), "since": START, "at": at,
    }  # fmt: skip
    return Change.model_validate({**facts, **more})


def subscription(identity: str = "s1", guild: int = 1, channel: int = 10, **more: object) -> Subscription:
    facts = {
        "id": identity, "guild": guild, "sku": "pi5", "kinds": DEFAULT_KINDS, "target": Target(id=channel),
        "added_by": 7, "added_at": START,
    }  # fmt: skip
    return Subscription.model_validate({**facts, **more})
