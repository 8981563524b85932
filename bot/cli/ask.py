"""`scan` and `history`."""

from __future__ import annotations

import asyncio
from typing import Annotated

import typer

from alerts.domain.model import Known, Offer
from alerts.domain.text import plain
from alerts.domain.wishes import OPERATOR
from alerts.scan import Answer, Source
from bot.app import engine
from bot.cli.shared import FINE, NOTHING_READ, AsJson, Config, print_json, settings_from
from bot.public import history_as_public, scan_as_public
from bot.ui import words


def scan(
    query: Annotated[list[str], typer.Argument(help="Sku, name or alias of a product.")],
    fresh: Annotated[bool, typer.Option("--fresh", help="Ask the shops now.")] = False,
    as_json: AsJson = False,
    config: Config = None,
) -> int:
    """Show every shop's price and stock of a product."""
    settings = settings_from(config)

    async def ask() -> int:
        async with engine(settings) as parts:
            product = (await parts.products.of(OPERATOR)).find(" ".join(query))
            # Nothing goes on behind the answer of a program that ends: what is not young is read first.
            answer = await parts.answers(product, fresh=fresh, max_age=settings.cache.fresh)
            if as_json:
                print_json(scan_as_public(answer, parts.clock.now()))
            else:
                print(_table(answer))
            return NOTHING_READ if answer.source is Source.STALE else FINE

    return asyncio.run(ask())


def history(
    sku: Annotated[str, typer.Argument(help="Sku, name or alias of a product.")],
    vendor: Annotated[str | None, typer.Option(help="Only this shop.")] = None,
    days: Annotated[int | None, typer.Option(min=1, max=36_500, help="Only the last so many days.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="At most so many changes.")] = 50,
    as_json: AsJson = False,
    config: Config = None,
) -> int:
    """Show how a product's price and stock changed, newest first."""
    settings = settings_from(config)

    async def ask() -> int:
        async with engine(settings) as parts:
            product = (await parts.products.of(OPERATOR)).find(sku)
            points = await parts.history(product, vendor=vendor, days=days, limit=limit)
            line = await parts.history.timeline(product, vendor=vendor)
        if as_json:
            print_json(history_as_public(product, points, line, days))
            return FINE
        for point in points:
            at = point.at.strftime("%Y-%m-%d %H:%M:%SZ")
            print(f"{at}  {point.vendor:<24} {words.money(point.price):>12}  {_stock(point.offer)}")
        if line.stretches:
            said = [*words.statistics(line, days), words.good_price(line, days)]
            print(f"{words.window(line, days)}: {'; '.join(filter(None, said))}.")
        else:
            print(f"Nothing is known of {product.name} yet: scan it once, or watch it.")
        return FINE

    return asyncio.run(ask())


def _table(answer: Answer) -> str:
    lines = [f"{plain(answer.product.name, 100)}  ({answer.source.value})"]
    lines += [_row(known) for known in answer.snapshot.listings]
    best = answer.snapshot.best
    if best and best.offer:
        lines.append(f"Cheapest in stock: {words.money(best.offer.price)} at {best.vendor}, {best.url}")
    return "\n".join(lines)


def _stock(offer: Offer) -> str:
    return "in shops only" if offer.is_in_shops_only else offer.availability.value


def _row(known: Known) -> str:
    offer = known.offer
    stock = _stock(offer) if offer else "unknown"
    trouble = f"  ({words.failure(known.failure)}: {plain(known.failure.detail, 120)})" if known.failure else ""
    return f"  {known.vendor:<24} {words.money(offer.price if offer else None):>12}  {stock}{trouble}"
