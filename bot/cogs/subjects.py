"""What an alert is about, as it is typed: a product, or a category of them."""

from __future__ import annotations

from discord import app_commands

from alerts.domain.errors import BadInput
from alerts.domain.text import plain
from alerts.products import Products
from bot.ui.language import t


def subject(products: Products, product: str | None, category: str | None) -> dict[str, str]:
    """The sku or the category; BadInput when it is neither, both, or unknown."""
    if product and category:
        raise BadInput(t("Choose a product or a category, one of the two."))
    if product:
        return {"sku": products.find(product).sku}
    if not category:
        raise BadInput(t("Choose a product or a category, and I tell you when it changes."))
    known = {(each.category or "").casefold(): each.category or "" for each in products}
    if found := known.get(category.strip().casefold()):
        return {"category": found}
    raise BadInput(t("No product is in that category: pick one from the list that opens as you type."))


def category_choices(products: Products, typed: str) -> list[app_commands.Choice[str]]:
    """At most 25 categories that hold what was typed."""
    names = sorted({each.category for each in products if each.category})
    near = [name for name in names if typed.strip().casefold() in name.casefold()]
    return [app_commands.Choice(name=plain(name, 100), value=name) for name in near[:25]]
