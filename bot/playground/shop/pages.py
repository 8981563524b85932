"""The demo shop's pages as text: shelves in, HTML and JSON out. What a page shows and what its JSON-LD says agree."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable, Sequence
from decimal import Decimal
from functools import cache
from html import escape
from pathlib import Path
from string import Template
from typing import Any

from alerts.domain.model import Availability
from bot.playground.shop.floor import Shelf
from bot.playground.shop.goods import CURRENCY, VENDORS, Good, Vendor

STATIC = Path(__file__).parent / "static"

_SCHEMA = {
    Availability.IN_STOCK: "InStock",
    Availability.LIMITED: "LimitedAvailability",
    Availability.PREORDER: "PreOrder",
    Availability.BACKORDER: "BackOrder",
    Availability.OUT_OF_STOCK: "OutOfStock",
    Availability.DISCONTINUED: "Discontinued",
}
_BUTTON = {
    Availability.PREORDER: "Pre-order",
    Availability.BACKORDER: "Order now, ships later",
    Availability.OUT_OF_STOCK: "Sold out",
    Availability.DISCONTINUED: "Discontinued",
}
_WORDS = {
    Availability.IN_STOCK: "In stock",
    Availability.LIMITED: "Limited stock",
    Availability.PREORDER: "Pre-order: ships on release",
    Availability.BACKORDER: "On back-order: ships in two to three weeks",
    Availability.OUT_OF_STOCK: "Out of stock",
    Availability.DISCONTINUED: "No longer made",
}
_CANNOT_BE_BOUGHT = (Availability.OUT_OF_STOCK, Availability.DISCONTINUED)


def product_page(shelf: Shelf, others: Sequence[Shelf], base: str) -> str:
    """A product's page at its vendor, as a customer and a reader of structured data see it."""
    good = shelf.good
    content = _template("shop-product.html").substitute(
        name=escape(good.name),
        brand=escape(good.brand),
        mpn=escape(good.mpn),
        category=escape(good.category.replace("-", " ").capitalize()),
        art=good.art,
        blurb=escape(good.blurb),
        facts="".join(f"<li>{escape(fact)}</li>" for fact in good.facts),
        price=_pounds(shelf.price),
        stock=shelf.availability.value,
        stock_words=escape(_stock_words(shelf)),
        button=_BUTTON.get(shelf.availability, "Add to basket"),
        disabled=" disabled" if shelf.availability in _CANNOT_BE_BOUGHT else "",
        vendor=escape(shelf.vendor.name),
        slug=shelf.vendor.slug,
        others=_cards(others),
        json_ld=_script(_product_ld(shelf, base)),
    )
    return _vendor_page(shelf.vendor, f"{good.name} | {shelf.vendor.name}", content)


def catalogue_page(vendor: Vendor, shelves: Iterable[Shelf]) -> str:
    """Everything a vendor sells, without prices, so that no reader mistakes it for a product."""
    return _vendor_page(
        vendor,
        vendor.name,
        f'<main class="catalogue"><h1>All products</h1><ul class="cards">{_cards(shelves)}</ul></main>',
    )


def note_page(vendor: Vendor, title: str, text: str) -> str:
    """A page that only says something: the basket, or that there is no such product."""
    content = f'<main class="note"><h1>{escape(title)}</h1><p>{escape(text)}</p></main>'
    return _vendor_page(vendor, f"{title} | {vendor.name}", content)


def captcha_page() -> str:
    """What a shop shows to those it takes for robots: status 200, a form, and nothing of the product."""
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Robot Check</title>'
        '<link rel="icon" href="/static/shop-icon.svg" type="image/svg+xml">'
        '<link rel="stylesheet" href="/static/shop-vendor.css"></head><body><main class="note"><h1>Robot Check</h1>'
        "<p>Enter the characters you see below. Sorry, we just need to make sure you're not a robot.</p>"
        '<form action="/errors/validateCaptcha" method="get"><label>Type the characters '
        '<input name="field-keywords" id="captchacharacters" autocomplete="off"></label> '
        '<button type="submit" disabled>Continue shopping</button></form></main></body></html>'
    )


def empty_page() -> str:
    """An app's shell before its scripts have run, which here they never do."""
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Loading…</title></head>'
        '<body><div id="root"></div><noscript>You need to enable JavaScript to run this app.</noscript></body></html>'
    )


def shopify_product(shelf: Shelf) -> dict[str, Any]:
    """What a Shopify shop answers at `/products/{handle}.js`: prices are whole pence, the currency is elsewhere."""
    good, variants = shelf.good, _shopify_variants(shelf)
    prices = [variant["price"] for variant in variants]
    return {
        "id": _number(good.sku),
        "title": _title(good),
        "handle": good.handle,
        "description": f"<p>{escape(good.blurb)}</p>",
        "vendor": good.brand,
        "type": good.category,
        "tags": ["pre-order"] if shelf.availability is Availability.PREORDER else [],
        "price": min(prices),
        "price_min": min(prices),
        "price_max": max(prices),
        "available": any(variant["available"] for variant in variants),
        "price_varies": min(prices) != max(prices),
        "compare_at_price": None,
        "variants": variants,
        "images": [],
        "featured_image": None,
        "options": [
            {"name": "Size" if good.variants else "Title", "position": 1, "values": [v["title"] for v in variants]}
        ],
        "url": shelf.path,
        "requires_selling_plan": False,
        "selling_plan_groups": [],
    }


def shopify_cart() -> dict[str, Any]:
    """An empty basket, which is where a Shopify shop says its currency."""
    empty = {"note": "", "attributes": {}, "items": [], "item_count": 0, "requires_shipping": False}
    return {"token": "demo", "total_price": 0, "total_discount": 0, "total_weight": 0, "currency": CURRENCY, **empty}


def _title(good: Good) -> str:
    return good.name.removesuffix(f" {good.variant}")


def _shopify_variants(shelf: Shelf) -> list[dict[str, Any]]:
    titles = shelf.good.variants or ("Default Title",)
    return [_shopify_variant(shelf, title) for title in titles]


def _shopify_variant(shelf: Shelf, title: str) -> dict[str, Any]:
    good, is_ours = shelf.good, title in (shelf.good.variant, "Default Title")
    is_late = is_ours and shelf.availability is Availability.BACKORDER
    # The other sizes cost in proportion and are never sold out: a careless reader will mistake them for ours.
    price = shelf.price if is_ours else shelf.price * Decimal(title[:-2]) / Decimal((good.variant or title)[:-2])
    return {
        "id": _number(f"{good.sku}/{title}"),
        "title": title,
        "option1": title,
        "option2": None,
        "option3": None,
        "sku": good.mpn if is_ours else f"{good.mpn}-{title}",
        "requires_shipping": True,
        "taxable": True,
        "featured_image": None,
        "available": not is_ours or shelf.availability not in _CANNOT_BE_BOUGHT,
        "name": good.name if title == "Default Title" else f"{_title(good)} - {title}",
        "public_title": None if title == "Default Title" else title,
        "options": [title],
        "price": int(price * 100),
        "weight": 400,
        "compare_at_price": None,
        "inventory_management": "shopify",
        "inventory_policy": "continue" if is_late else "deny",
        "inventory_quantity": (0 if is_late else shelf.count) if is_ours else 25,
        "barcode": None,
        "requires_selling_plan": False,
        "selling_plan_allocations": [],
    }


def _product_ld(shelf: Shelf, base: str) -> dict[str, Any]:
    offer: dict[str, Any] = {
        "@type": "Offer",
        "url": base + shelf.path,
        "price": str(shelf.price),
        "priceCurrency": CURRENCY,
        "availability": f"https://schema.org/{_SCHEMA[shelf.availability]}",
        "itemCondition": "https://schema.org/NewCondition",
        "seller": {"@type": "Organization", "name": shelf.vendor.name},
    }
    if shelf.count is not None:
        offer["inventoryLevel"] = {"@type": "QuantitativeValue", "value": shelf.count}
    return {
        "@context": "https://schema.org",
        "@type": "Product",
        "name": shelf.good.name,
        "description": shelf.good.blurb,
        "sku": shelf.good.sku,
        "mpn": shelf.good.mpn,
        "brand": {"@type": "Brand", "name": shelf.good.brand},
        "offers": offer,
    }


def _vendor_page(vendor: Vendor, title: str, content: str) -> str:
    links = "".join(f'<a href="/{other.slug}/">{escape(other.name)}</a>' for other in VENDORS if other != vendor)
    return _template("shop-vendor.html").substitute(
        title=escape(title),
        slug=vendor.slug,
        vendor=escape(vendor.name),
        promise=escape(vendor.promise),
        content=content,
        links=links,
    )


def _cards(shelves: Iterable[Shelf]) -> str:
    return "".join(
        f'<li><a href="{shelf.path}"><svg aria-hidden="true"><use href="/static/shop-art.svg#{shelf.good.art}"/></svg>'
        f"{escape(shelf.good.name)}</a></li>"
        for shelf in shelves
    )


def _stock_words(shelf: Shelf) -> str:
    if shelf.availability.is_in_stock and shelf.count:
        return f"Only {shelf.count} left in stock" if shelf.count <= 5 else f"In stock: {shelf.count} available"
    return _WORDS[shelf.availability]


def _script(data: dict[str, Any]) -> str:
    return json.dumps(data, ensure_ascii=False, indent=2).replace("<", "\\u003c")


def _pounds(price: Decimal) -> str:
    return f"£{price:,.2f}"


def _number(text: str) -> int:
    return 40_000_000_000_000 + zlib.crc32(text.encode())


@cache
def _template(name: str) -> Template:
    return Template((STATIC / name).read_text("utf-8"))
