"""An alert as it was just made or looked up, with its buttons; the pages of the list; and taking an end back."""

from __future__ import annotations

from typing import Any

import discord

from alerts.domain.wishes import Subscription
from bot.cogs.alerts_desk import Desk, desk_of, title_of
from bot.ui.controls import Control, View, cog_of
from bot.ui.embeds import answer_embed
from bot.ui.language import t
from bot.ui.wish import PER_PAGE, card_embed, list_embed, place_name, test_lines

_GREY = discord.ButtonStyle.secondary


class AlertButton(
    Control[discord.ui.Button[Any]],
    template=r"hs:alerts:do:(?P<verb>edit|pause|resume|test|end):(?P<alert>[a-z2-7]{1,40})",
):
    """Edit, pause or resume, test, end."""

    def __init__(self, verb: str, alert: str, *, label: str = "", style: discord.ButtonStyle = _GREY) -> None:
        custom_id = f"hs:alerts:do:{verb}:{alert}"
        super().__init__(discord.ui.Button(label=label or verb, style=style, custom_id=custom_id))
        self._verb, self._alert = verb, alert

    async def act(self, interaction: discord.Interaction[Any]) -> None:
        desk = await desk_of(interaction)
        wish = await desk.one(interaction.guild_id or 0, self._alert)
        if self._verb == "edit":
            await cog_of(interaction, "alerts").open_panel(interaction, wish)
            return
        await interaction.response.defer()
        if self._verb == "test":
            tried = await desk.test(interaction, [wish])
            await interaction.followup.send(test_lines(tried), ephemeral=True)
        elif self._verb == "end":
            text, view = await end(interaction, desk, wish.id)
            await interaction.edit_original_response(content=text, embeds=[], view=view)
        else:
            made = await desk.change(interaction, wish, paused=self._verb == "pause")
            embed, view = await card(interaction, desk, made)
            await interaction.edit_original_response(embeds=[embed], view=view)


class UndoButton(Control[discord.ui.Button[Any]], template=r"hs:alerts:undo:(?P<key>\w{1,40})"):
    """Take the end of an alert back, for some minutes."""

    def __init__(self, key: str) -> None:
        super().__init__(discord.ui.Button(label=t("Undo"), style=_GREY, custom_id=f"hs:alerts:undo:{key}"))
        self._key = key

    async def act(self, interaction: discord.Interaction[Any]) -> None:
        desk = await desk_of(interaction)
        await interaction.response.defer()
        wish = await desk.undo(interaction, self._key)
        embed, view = await card(interaction, desk, wish)
        await interaction.edit_original_response(content=t("The alert is back."), embeds=[embed], view=view)


class PageButton(Control[discord.ui.Button[Any]], template=r"hs:alerts:page:(?P<page>\d{1,4})"):
    """Another page of the list."""

    def __init__(self, page: str, *, label: str = "", is_off: bool = False) -> None:
        custom_id = f"hs:alerts:page:{page}"
        super().__init__(discord.ui.Button(label=label or page, style=_GREY, custom_id=custom_id, disabled=is_off))
        self._page = int(page)

    async def act(self, interaction: discord.Interaction[Any]) -> None:
        desk = await desk_of(interaction)
        await interaction.response.defer()
        embed, view = await page_of(interaction, desk, self._page)
        await interaction.edit_original_response(embed=embed, view=view)


class PickSelect(Control[discord.ui.Select[Any]], template=r"hs:alerts:pick:(?P<page>\d{1,4})"):
    """One alert of the page, to be looked at."""

    def __init__(self, page: str, *, options: list[discord.SelectOption] | None = None) -> None:
        label = t("Look at one: edit, pause, test, end")
        select = discord.ui.Select[Any](custom_id=f"hs:alerts:pick:{page}", placeholder=label, options=options or [])
        super().__init__(select)

    async def act(self, interaction: discord.Interaction[Any]) -> None:
        desk = await desk_of(interaction)
        wish = await desk.one(interaction.guild_id or 0, self.item.values[0])
        await interaction.response.defer(ephemeral=True, thinking=True)
        embed, view = await card(interaction, desk, wish)
        await interaction.followup.send(embed=embed, view=view, ephemeral=True)


MADE_CONTROLS = (AlertButton, UndoButton, PageButton, PickSelect)


async def card(interaction: discord.Interaction[Any], desk: Desk, wish: Subscription) -> tuple[discord.Embed, View]:
    """One alert in full, with its buttons."""
    (entry,) = await desk.entries(interaction, [wish])
    view = View(timeout=None)
    view.add_item(AlertButton("edit", wish.id, label=t("Edit…"), style=discord.ButtonStyle.primary))
    rest = ("resume", t("Resume")) if wish.paused else ("pause", t("Pause"))
    view.add_item(AlertButton(rest[0], wish.id, label=rest[1]))
    view.add_item(AlertButton("test", wish.id, label=t("Test")))
    view.add_item(AlertButton("end", wish.id, label=t("End"), style=discord.ButtonStyle.danger))
    return card_embed(entry, desk.clock.now()), view


async def made_card(
    interaction: discord.Interaction[Any], desk: Desk, wish: Subscription, *, is_new: bool
) -> tuple[list[discord.Embed], View]:
    """An alert that was just kept; of a new one with how its product stands, read now."""
    answer = await desk.look(wish) if is_new else None
    embed, view = await card(interaction, desk, wish)
    embed.title = t("The alert is made") if is_new else t("The alert is changed")
    return [embed, *([answer_embed(answer)] if answer else [])], view


async def page_of(interaction: discord.Interaction[Any], desk: Desk, page: int) -> tuple[discord.Embed, View]:
    """A page of the server's alerts; the last one instead of one that is past it."""
    mine = await desk.mine(interaction.guild_id or 0)
    pages = max(1, -(-len(mine) // PER_PAGE))
    page = min(page, pages - 1)
    shown = mine[page * PER_PAGE : (page + 1) * PER_PAGE]
    entries = await desk.entries(interaction, shown)
    embed = list_embed(entries, desk.clock.now(), page=page, of=pages, total=len(mine))
    view = View(timeout=None)
    if shown:
        labels = await desk.labels(interaction, shown)
        options = [discord.SelectOption(label=label, value=each.id) for label, each in zip(labels, shown, strict=True)]
        view.add_item(PickSelect(str(page), options=options))
    if pages > 1:
        # Two buttons of one message never share a custom_id.
        view.add_item(PageButton(str(max(page - 1, 0)), label="◀", is_off=page == 0))
        view.add_item(PageButton(str(page + 1), label="▶", is_off=page == pages - 1))
    return embed, view


async def end(interaction: discord.Interaction[Any], desk: Desk, alert: str) -> tuple[str, View]:
    """End one; what to say, and the button that takes it back."""
    host = await desk.host(await desk.one(interaction.guild_id or 0, alert))
    wish, key = await desk.end(interaction, alert)
    view = View(timeout=None)
    view.add_item(UndoButton(key))
    place, name = place_name(wish.target, host), await title_of(desk, wish)
    return t("{place} no longer hears of **{name}**.", place=place, name=name), view
