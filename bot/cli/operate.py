"""`watch` and `config`: what the operator manages without Discord."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Annotated

import typer

from alerts.domain.wishes import OPERATOR
from alerts.settings.model import Settings
from bot.app import Engine, engine
from bot.cli.shared import FINE, AsJson, Config, default_config, print_json, settings_from

watch = typer.Typer(no_args_is_help=True, help="Products that are scanned all the time.")
config = typer.Typer(no_args_is_help=True, help="The configuration.")
Guild = Annotated[int, typer.Option(help="A server's id; the operator's own list if left out.")]
Query = Annotated[str, typer.Argument(help="Sku, name or alias of a product.")]


@watch.command("list")
def list_(guild: Guild = OPERATOR, as_json: AsJson = False, config: Config = None) -> int:
    """Show what is watched."""

    async def show(parts: Engine) -> None:
        watched = await parts.watches.list(guild)
        if as_json:
            rows = [{"sku": each.sku, "added_at": each.added_at.isoformat()} for each, _ in watched]
            print_json({"guild": str(guild), "watches": rows})
            return
        for each, product in watched:
            print(f"{each.sku:<24} {product.name if product else '(no longer configured)'}")
        if not watched:
            print("Nothing is watched here yet: hardware-sentry watch add PRODUCT.")

    return _with(config, show)


@watch.command()
def add(product: Query, guild: Guild = OPERATOR, config: Config = None) -> int:
    """Scan a product all the time."""

    async def change(parts: Engine) -> None:
        found = parts.products.find(product)
        is_new = await parts.watches.add(guild, found, by=OPERATOR)
        print(f"Watching {found.name}." if is_new else f"{found.name} is watched already.")

    return _with(config, change)


@watch.command()
def remove(product: Query, guild: Guild = OPERATOR, config: Config = None) -> int:
    """Stop scanning a product."""

    async def change(parts: Engine) -> None:
        found = parts.products.find(product)
        await parts.watches.remove(guild, found)
        print(f"No longer watching {found.name}.")

    return _with(config, change)


@config.command()
def check(config: Config = None) -> int:
    """Read the configuration and say whether it is fine."""
    path = config or default_config()
    settings = settings_from(path)
    listings = sum(len(product.listings) for product in settings.products)
    print(f"{path}: fine, {len(settings.products)} products with {listings} listings.")
    for name in _unused(settings):
        print(f"note: {name} is accepted, but this version does not use it yet.")
    return FINE


def _unused(settings: Settings) -> list[str]:
    """What the operator set that has no effect in this version."""
    later = {
        "cache.ttl": "ttl" in settings.cache.model_fields_set,
        "web.public_metrics": "public_metrics" in settings.web.model_fields_set,
    }
    return [name for name, is_set in later.items() if is_set]


def _with(path: Path | None, work: Callable[[Engine], Awaitable[None]]) -> int:
    settings = settings_from(path)

    async def ask() -> int:
        async with engine(settings) as parts:
            await work(parts)
        return FINE

    return asyncio.run(ask())
