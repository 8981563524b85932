"""What /scan shows: one product a page of shops at a time, or several at once, with their buttons. No I/O.

The buttons work for ever: `hs:scan:refresh:<page>:<sku>`, `hs:scan:page:<page>:<sku>` and the select `hs:scan:pick`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any

import discord

from alerts.domain.model import Product
from alerts.domain.text import cut, harmless, plain
from alerts.scan import Answer
from bot.ui import words
from bot.ui.controls import Control, View, cog_of
from bot.ui.embeds import VendorField, answer_embed, vendor_fields
from bot.ui.language import n, t
from bot.ui.soon import Shown, answer_soon, change_soon

_A_SCREEN = 8  # shops
_PAGE_UNITS = 5200  # of the 6,000 that all texts together may have, less title, summary and footer
_ALL_UNITS = 5900
_LONGEST_BUTTON_URL = 512
_AGAIN = timedelta(seconds=20)  # pressed by many at once, "Refresh" is one look at the shops
_SKU = r"(?P<sku>[a-z0-9][a-z0-9._-]{0,63})"
_PAGE = r"(?P<page>\d{1,3})"


class Signpost(discord.ui.Button[Any]):
    """A button that a Control of another part answers: only its custom_id matters here."""

    def is_dispatchable(self) -> bool:
        # Else discord.py would keep every message's button in memory, as if this were the object to call.
        return False


class RefreshButton(Control[discord.ui.Button[Any]], template=f"hs:scan:refresh:{_PAGE}:{_SKU}"):
    """Asks the shops again and changes the message, for everybody who sees it."""

    def __init__(self, sku: str, page: int | str = 0) -> None:
        where = f"hs:scan:refresh:{page}:{sku}"
        super().__init__(discord.ui.Button(label=t("Refresh"), emoji="🔄", custom_id=where))
        self.sku, self.page = sku, int(page)

    async def act(self, interaction: discord.Interaction[Any]) -> None:
        making = cog_of(interaction, "ScanCog").refresh(interaction, self.sku, self.page, max_age=_AGAIN)
        await change_soon(interaction, making)


class PageButton(Control[discord.ui.Button[Any]], template=f"hs:scan:page:{_PAGE}:{_SKU}"):
    """Turns to another page: in the message for whoever asked for it, in a copy for everybody else."""

    def __init__(self, sku: str, page: int | str, label: str | None = None) -> None:
        where = f"hs:scan:page:{page}:{sku}"
        super().__init__(discord.ui.Button(label=label or t("Page"), custom_id=where, row=1))
        self.sku, self.page = sku, int(page)

    async def act(self, interaction: discord.Interaction[Any]) -> None:
        making = cog_of(interaction, "ScanCog").page(interaction, self.sku, self.page)
        await _to_whom_it_belongs(interaction, making)


class ProductSelect(Control[discord.ui.Select[Any]], template="hs:scan:pick"):
    """Shows one product of several: in the message for whoever asked for it, in a copy for everybody else."""

    def __init__(self, products: Iterable[Product] = ()) -> None:
        options = [_option(each) for each in products][:25]
        super().__init__(
            discord.ui.Select(placeholder=t("Choose a product"), options=options, custom_id="hs:scan:pick")
        )

    async def act(self, interaction: discord.Interaction[Any]) -> None:
        making = cog_of(interaction, "ScanCog").page(interaction, self.item.values[0], 0)
        await _to_whom_it_belongs(interaction, making)


CONTROLS = (RefreshButton, PageButton, ProductSelect)


def scan_shown(answer: Answer, page: int = 0) -> Shown:
    """One product: a page of its shops, and what can be done with it. A page past the last is the last."""
    pages = _pages(answer)
    page = min(page, len(pages) - 1)
    note = t("Page {page} of {pages}", page=page + 1, pages=len(pages)) if len(pages) > 1 else ""
    embed = answer_embed(answer, pages[page], note=note)
    return Shown([embed], view=controls_for(answer.product, page, len(pages), pages[page]))


def scans_shown(answers: Sequence[Answer], troubles: Sequence[str] = ()) -> Shown:
    """Several products, an embed each, and in words what could not be shown."""
    room = _ALL_UNITS // max(len(answers), 1)
    embeds = [
        answer_embed(each, vendor_fields(each)[:_A_SCREEN], room=room - 100, note=_more(each)) for each in answers
    ]
    view = View(timeout=None)
    if answers:
        view.add_item(ProductSelect(each.product for each in answers))
    return Shown(embeds, content=cut("\n".join(troubles), 2000) or None, view=view if answers else None)


def picker_shown(products: Sequence[Product], asked: str) -> Shown:
    """A choice, when several products are meant as much."""
    text = n("{count} product matches “{asked}”.", "{count} products match “{asked}”: which one?", len(products),
             asked=harmless(asked, 80))  # fmt: skip
    view = View(timeout=None)
    return Shown(content=text, view=view.add_item(ProductSelect(products)))


def controls_for(product: Product, page: int, pages: int, shops: Sequence[VendorField]) -> View:
    """Refresh, History and Alert me; the pages, if there are several; links to up to five shops of this page."""
    view = View(timeout=None)
    view.add_item(RefreshButton(product.sku, page))
    view.add_item(Signpost(label=t("History"), emoji="📈", custom_id=f"hs:history:{product.sku}:30d"))
    view.add_item(Signpost(label=t("Alert me"), emoji="🔔", custom_id=f"hs:me:{product.sku}"))
    if page > 0:
        view.add_item(PageButton(product.sku, page - 1, "◀ " + t("Back")))
    if page < pages - 1:
        view.add_item(PageButton(product.sku, page + 1, t("More shops") + " ▶"))
    for known, _, _ in shops[:5]:
        url = words.address(known.url)
        if len(url) <= _LONGEST_BUTTON_URL and url.startswith(("https://", "http://")):
            view.add_item(discord.ui.Button(label=plain(known.vendor, 80) or "?", url=url, row=2))
    return view


def _pages(answer: Answer) -> list[list[VendorField]]:
    """The shops, the best offer first, in portions that fit a screen and Discord's limits; one at least."""
    pages, room = list[list[VendorField]]([[]]), _PAGE_UNITS
    for field in vendor_fields(answer):
        size = field.units
        if len(pages[-1]) == _A_SCREEN or (size > room and pages[-1]):
            pages.append([])
            room = _PAGE_UNITS
        pages[-1].append(field)
        room -= size
    return pages


def _more(answer: Answer) -> str:
    left = len(answer.snapshot.listings) - _A_SCREEN
    return n("{count} more shop: choose it below", "{count} more shops: choose it below", left) if left > 0 else ""


def _option(product: Product) -> discord.SelectOption:
    count = len(product.listings)
    return discord.SelectOption(
        label=plain(product.name, 100) or product.sku,
        value=product.sku,
        description=n("{count} shop", "{count} shops", count),
    )


async def _to_whom_it_belongs(interaction: discord.Interaction[Any], making: Any) -> None:
    asked = interaction.message.interaction_metadata if interaction.message else None
    if asked and asked.user.id == interaction.user.id:
        await change_soon(interaction, making)
    else:
        await answer_soon(interaction, making, ephemeral=True)
