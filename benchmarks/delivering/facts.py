"""What the benchmark tells of: products in three shops, and a restock of each. A restock is known by its address."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta

from alerts.domain.model import Availability, Change, ChangeKind, Evidence, Known, Listing, Offer, Product, Tier
from alerts.domain.money import Money
from alerts.domain.wishes import Subscription, Target
from alerts.products import Products
from alerts.store.ports import Commit
from alerts.store.redis.store import RedisStore

SHOPS = ("Acme", "Bitwares", "Circuit Corner")
NEWS = re.compile(r"https://acme\.test/([a-z0-9-]+)")
_PROOF = (
    Evidence(source="json-ld", path="offers.availability", raw="https://schema.org/InStock"),
    Evidence(source="buybox", path="form button", raw="Add to cart"),
)


def product(sku: str, category: str | None = None) -> Product:
    """Sold by three shops; Acme's is the one that comes back in stock."""
    name = f"Board {sku}"
    listings = tuple(
        Listing(id=_id(shop), sku=sku, product_name=name, vendor=shop, url=f"https://{_id(shop)}.test/{sku}")
        for shop in SHOPS
    )
    return Product(sku=sku, name=name, category=category, tier=Tier.HOT, listings=listings)


def subscription(number: int, guild: int, channel: int, **wish: str) -> Subscription:
    """A channel's wish to hear of a `sku` or of a `category`."""
    facts = {"id": f"s{number}", "guild": guild, "target": Target(id=channel), "added_by": 7, "added_at": _earlier()}
    return Subscription.model_validate({**facts, **wish})


async def restock(store: RedisStore, sku: str) -> None:
    """Commit it as a scan does: snapshot and change in one script."""
    lock = await store.lock(sku, ttl=timedelta(seconds=15))
    assert lock
    before, now = await store.snapshot(sku), datetime.now(UTC)
    found = [Offer(availability=stock, price=Money.of(price, "GBP"), evidence=_PROOF)
             for stock, price in ((Availability.IN_STOCK, "79.90"), (Availability.IN_STOCK, "84.50"),
                                  (Availability.OUT_OF_STOCK, "75.00"))]  # fmt: skip
    listings = tuple(
        Known(
            listing=each.id, vendor=each.vendor, url=each.url, offer=offer, observed_at=now, since=now, mark=offer.price
        )
        for each, offer in zip(product(sku).listings, found, strict=True)
    )
    first = product(sku).listings[0]
    change = Change(
        sku=sku, listing=first.id, vendor=first.vendor, url=first.url, kind=ChangeKind.RESTOCKED,
        since=_earlier(), at=now,
        old=Offer(availability=Availability.OUT_OF_STOCK, price=Money.of("79.90", "GBP")), new=found[0],
    )  # fmt: skip
    after = before.model_copy(update={"scanned_at": now, "listings": listings})
    assert await store.commit(Commit(lock, after, {}, [change]))
    await store.unlock(lock)


async def subscribe(store: RedisStore, wishes: Iterable[Subscription]) -> None:
    """Keep them all."""
    for wish in wishes:
        await store.put_subscription(wish)


def catalogue(skus: Sequence[str], category: str | None = None) -> Products:
    """The products of these skus."""
    return Products([product(sku, category) for sku in skus])


def _id(shop: str) -> str:
    return shop.lower().replace(" ", "-")


def _earlier() -> datetime:
    return datetime.now(UTC) - timedelta(days=3)
