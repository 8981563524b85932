"""What is planned for the next hour, as an operator reads it: by tier, and by shop where room is short."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from alerts.domain.agenda import Agenda, ShopAgenda, TierAgenda
from alerts.domain.canonical import host_of
from alerts.domain.heat import Load, Want, tier_of
from alerts.domain.model import Tier
from alerts.products import Products

_MOST_SHOPS = 300  # of those that are over their room, in the note
_HOUR = timedelta(hours=1)


def agenda_of(
    every: Mapping[str, timedelta],
    wants: Sequence[Want],
    loads: Mapping[str, Load],
    *,
    tiers: Mapping[Tier, timedelta],
    products: Products,
    at: datetime,
    adapts: bool,
) -> Agenda:
    """`every`: how often each product is looked at now. `wants` and `loads`: what was asked of each shop's room."""
    spans: dict[Tier, list[timedelta]] = defaultdict(list)
    for span in every.values():
        spans[tier_of(span, tiers)].append(span)
    return Agenda(
        at=at,
        adapts=adapts,
        quickest=min(every.values(), default=None),
        tiers={t: TierAgenda(products=len(spans[t]), looks=sum(_HOUR / span for span in spans[t])) for t in spans},
        shops=_shops(wants, loads, products),
    )


def _shops(wants: Sequence[Want], loads: Mapping[str, Load], products: Products) -> Mapping[str, ShopAgenda]:
    """By vendor: its own budget and those of its hosts. All that are stretched, then the busiest."""
    stretch: dict[str, float] = defaultdict(lambda: 1.0)
    for want in wants:
        worst = max((loads[name].stretch for name in want.requests), default=1.0)
        if worst > 1:
            for vendor, url in _listings(want.sku, products):
                own = max(loads[f"host {host_of(url)}"].stretch, loads[f"shop {vendor}"].stretch)
                stretch[vendor] = max(stretch[vendor], own)
    shops = {
        name.removeprefix("shop "): ShopAgenda(
            requests=load.wanted, stretch=round(stretch[name.removeprefix("shop ")], 3)
        )
        for name, load in loads.items()
        if name.startswith("shop ")
    }
    busiest = sorted(shops, key=lambda name: (-shops[name].stretch, -shops[name].requests, name))
    return {name: shops[name] for name in busiest[:_MOST_SHOPS]}


def _listings(sku: str, products: Products) -> list[tuple[str, str]]:
    product = products.get(sku)
    return [(each.vendor, each.url) for each in product.listings] if product else []
