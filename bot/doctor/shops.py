"""Every shop read once, through the real door. Nothing is kept and nobody is told."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence

from alerts.domain.model import Failure, Listing, Product, ReaderKind
from alerts.domain.text import plain
from alerts.ports import Look
from bot.doctor.findings import Finding, fail, fine, warn
from bot.ui import words

_AT_ONCE = 8


async def shops(products: Sequence[Product], looks: Mapping[str, Look], *, limit: float) -> Sequence[Finding]:
    """The first listing of each vendor; `limit`: seconds for one."""
    first: dict[str, Listing] = {}
    for product in products:
        for listing in product.listings:
            first.setdefault(listing.vendor, listing)
    if not first:
        return [fine("no shop is configured; servers add theirs by address")]
    turns = asyncio.Semaphore(_AT_ONCE)

    async def read(listing: Listing) -> Finding:
        async with turns:
            return await _read(listing, looks[listing.vendor], limit)

    return await asyncio.gather(*map(read, first.values()))


async def _read(listing: Listing, look: Look, limit: float) -> Finding:
    vendor, address = plain(listing.vendor, 60), plain(listing.url, 200)
    if listing.reader is ReaderKind.TINYFISH:
        return warn(f"{vendor} was not read: TinyFish is paid for each look", "hardware-sentry scan reads it")
    try:
        async with asyncio.timeout(limit):
            reading = await look(listing, fresh=True)
    except TimeoutError:
        return fail(
            f"{vendor} could not be read: no answer within {limit:g} s ({address})", "see whether its page opens"
        )
    outcome = reading.outcome
    if isinstance(outcome, Failure):
        why = f"{words.failure(outcome)}: {plain(outcome.detail, 160)}"
        return fail(f"{vendor} could not be read: {why} ({address})", f"hardware-sentry read {address} tells more")
    price, stock = words.money(outcome.price), outcome.availability.value.replace("_", " ")
    return fine(f"{vendor}: {price}, {stock}")
