"""What stands in the store and in the configuration before anything is started."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from alerts.domain.catalogue import UrlProduct, url_product
from alerts.domain.model import ChangeKind, Tier
from alerts.domain.wishes import Subscription, Target, Watch
from alerts.store.redis.store import RedisStore
from benchmarks.whole.page import Goods
from benchmarks.whole.shop import Plan

_AT_ONCE = 200
_ADMIN = 7
_KINDS = (ChangeKind.RESTOCKED, ChangeKind.PRICE_DROP)
Places = Sequence[tuple[int, Sequence[int]]]  # guilds with their channels


def address(plan: Plan, port: int, number: int) -> str:
    """Where a product's page is."""
    return f"http://{plan.host(plan.vendor_of(number))}:{port}/p/{number}"


def config(folder: Path, *, plan: Plan, port: int, store: str, api_base: str, **sections: dict[str, Any]) -> Path:
    """A configuration file (JSON is YAML, too); `sections` add to it or stand for its own."""
    hosts = [f"{plan.host(vendor)}:{port}" for vendor in range(plan.vendors)]
    base: dict[str, dict[str, Any]] = {
        "discord": {"api_base": api_base},
        "store": {"url": store},
        "fetch": {"pace": "none", "concurrency": 64, "timeout": "5s", "allow_private": hosts},
        "web": {"host": "127.0.0.1"},
    }
    for name, section in sections.items():
        base[name] = {**base.get(name, {}), **section}
    file = folder / "config.yaml"
    file.write_text(json.dumps(base))
    return file


async def fill(
    store: RedisStore, plan: Plan, port: int, places: Places, *, per_product: int = 1
) -> dict[int, list[int]]:
    """Products added by their addresses, each watched hot by one guild; by product the channels that hear of it.

    Guilds take turns, so that each has as many products; within one its channels do.
    """
    now, heard = datetime.now(UTC) - timedelta(days=1), dict[int, list[int]]()
    made = [_product(plan, port, number, now) for number in range(plan.products)]
    await _all(store.add_product(each) for each in made)
    watches, wishes = list[Watch](), list[Subscription]()
    for number, product in enumerate(made):
        guild, channels = places[number % len(places)]
        turn = number // len(places)
        heard[number] = [channels[(turn + 2 * n) % len(channels)] for n in range(min(per_product, len(channels)))]
        facts = {"guild": guild, "sku": product.sku, "added_by": _ADMIN, "added_at": now}
        watches.append(Watch(tier=Tier.HOT, **facts))
        wishes += [Subscription(id=f"s{number}-{n}", target=Target(id=channel), kinds=_KINDS, **facts)
                   for n, channel in enumerate(heard[number])]  # fmt: skip
    await _all(store.add_watch(each) for each in watches)
    await _all(store.put_subscription(each) for each in wishes)
    return heard


def skus(plan: Plan, port: int) -> list[str]:
    """By product number, as the engine calls them."""
    now = datetime.now(UTC)
    return [_product(plan, port, number, now).sku for number in range(plan.products)]


def _product(plan: Plan, port: int, number: int, at: datetime) -> UrlProduct:
    return url_product(address(plan, port, number), name=Goods(number, 1).name, vendor=None, at=at)


async def _all(work: Iterable[Awaitable[object]]) -> None:
    some = list[Awaitable[object]]()
    for each in work:
        some.append(each)
        if len(some) == _AT_ONCE:
            await asyncio.gather(*some)
            some = []
    await asyncio.gather(*some)
