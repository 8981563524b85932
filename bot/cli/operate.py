"""`watch` and `config`: what the operator manages without Discord."""

from __future__ import annotations

from typing import Annotated

import typer

from alerts.domain.canonical import is_address
from alerts.domain.model import Product
from alerts.domain.text import plain
from alerts.domain.wishes import OPERATOR
from alerts.settings.model import Settings
from bot.app import Engine
from bot.cli.shared import FINE, AsJson, Config, default_config, print_json, settings_from, with_parts
from bot.public import watch_as_public
from bot.ui import words

watch = typer.Typer(no_args_is_help=True, help="Products that are scanned all the time.")
config = typer.Typer(no_args_is_help=True, help="The configuration.")
Guild = Annotated[int, typer.Option(help="A server's id; the operator's own list if left out.")]
Query = Annotated[str, typer.Argument(help="Sku, name, alias or address of a product.")]


@watch.command("list")
def list_(guild: Guild = OPERATOR, as_json: AsJson = False, config: Config = None) -> int:
    """Show what is watched."""

    async def show(parts: Engine) -> None:
        watched = await parts.watches.list(guild)
        if as_json:
            print_json({"guild": str(guild), "watches": [watch_as_public(*each) for each in watched]})
            return
        for each, product in watched:
            pause = "  (paused)" if each.paused else ""
            print(f"{each.sku:<24} {plain(product.name, 100) if product else '(no longer configured)'}{pause}")
        if not watched:
            print("Nothing is watched here yet: hardware-sentry watch add PRODUCT.")

    return with_parts(config, show)


@watch.command()
def add(product: Query, guild: Guild = OPERATOR, config: Config = None) -> int:
    """Scan a product all the time."""

    async def change(parts: Engine) -> None:
        if is_address(product):
            found, is_new = await _added(parts, guild, product)
        else:
            found = (await parts.products.of(guild)).find(product)
            is_new = await parts.watches.add(guild, found, by=OPERATOR)
        name = plain(found.name, 100)
        print(f"Watching {name}." if is_new else f"{name} is watched already.")

    return with_parts(config, change)


@watch.command()
def remove(product: Query, guild: Guild = OPERATOR, config: Config = None) -> int:
    """Stop scanning a product."""

    async def change(parts: Engine) -> None:
        _, found = await parts.watches.watched(guild, product)
        await parts.watches.remove(guild, found)
        print(f"No longer watching {plain(found.name, 100)}.")

    return with_parts(config, change)


async def _added(parts: Engine, guild: int, address: str) -> tuple[Product, bool]:
    """Read the page, say what it is, keep it. Whoever types a command has decided already."""
    preview = await parts.additions.propose(guild, address, by=OPERATOR)
    if not preview.id:
        return preview.product, False
    offer, stock = preview.offer, preview.offer.availability.value if preview.offer else "not read yet"
    print(f"{plain(preview.product.name, 100)}  {words.money(offer.price if offer else None)}  {stock}")
    return await parts.additions.keep(guild, preview.id, by=OPERATOR)


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
        "web.public_metrics": "public_metrics" in settings.web.model_fields_set,
    }
    return [name for name, is_set in later.items() if is_set]
