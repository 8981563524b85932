"""The buttons of /watch. Each says what it is about in its custom_id; the guild and the asker are the interaction's."""

from __future__ import annotations

from typing import Any

import discord
from discord import app_commands

from bot.cogs.choices import may_manage
from bot.ui.controls import Control, View, cog_of
from bot.ui.language import t

_ID = r"(?P<waiting>[\w-]{8,32})"
Button = discord.ui.Button[discord.ui.View]
Style = discord.ButtonStyle


async def _cog(interaction: discord.Interaction[Any]) -> Any:
    """The cog, for who may manage: a message may be pressed by somebody who may no longer."""
    if not await may_manage(interaction):
        raise app_commands.CheckFailure
    return cog_of(interaction, "watch")


class KeepButton(Control[Button], template=rf"hs:watch:keep:{_ID}"):
    """Watch what was proposed."""

    def __init__(self, waiting: str) -> None:
        self.waiting = waiting
        super().__init__(Button(label=t("Keep"), style=Style.success, custom_id=f"hs:watch:keep:{waiting}"))

    async def act(self, interaction: discord.Interaction[Any]) -> None:
        await (await _cog(interaction)).keep(interaction, self.waiting)


class CancelButton(Control[Button], template=rf"hs:watch:cancel:(?P<what>add|import):{_ID}"):
    """Forget what was proposed."""

    def __init__(self, what: str, waiting: str) -> None:
        self.what, self.waiting = what, waiting
        super().__init__(
            Button(label=t("Cancel"), style=Style.secondary, custom_id=f"hs:watch:cancel:{what}:{waiting}")
        )

    async def act(self, interaction: discord.Interaction[Any]) -> None:
        await (await _cog(interaction)).cancel(interaction, self.what, self.waiting)


class ImportButton(Control[Button], template=rf"hs:watch:import:(?P<how>all|mine|file):{_ID}"):
    """Import: all of it, where nothing differs; else keeping what is here, or taking what the file says."""

    def __init__(self, how: str, waiting: str) -> None:
        self.how, self.waiting = how, waiting
        labels = {"all": t("Import"), "mine": t("Import, keep mine"), "file": t("Import, take the file's")}
        style = Style.danger if how == "file" else Style.success
        super().__init__(Button(label=labels[how], style=style, custom_id=f"hs:watch:import:{how}:{waiting}"))

    async def act(self, interaction: discord.Interaction[Any]) -> None:
        await (await _cog(interaction)).run_import(interaction, self.waiting, take_theirs=self.how == "file")


class PageButton(Control[Button], template=r"hs:watch:page:(?P<way>back|on):(?P<page>\d{1,4})"):
    """Another page of the list."""

    def __init__(self, way: str, page: str, *, is_there: bool = True) -> None:
        self.page = int(page)
        super().__init__(
            Button(
                label="◀" if way == "back" else "▶",
                style=Style.secondary,
                disabled=not is_there,
                custom_id=f"hs:watch:page:{way}:{page}",
            )
        )

    async def act(self, interaction: discord.Interaction[Any]) -> None:
        await (await _cog(interaction)).show_page(interaction, self.page)


CONTROLS = (KeepButton, CancelButton, ImportButton, PageButton)


def proposal_view(waiting: str) -> View:
    """Keep or cancel."""
    return _view(KeepButton(waiting), CancelButton("add", waiting))


def import_view(waiting: str, *, differs: bool) -> View:
    """How to import, or cancel."""
    ways = ("mine", "file") if differs else ("all",)
    return _view(*(ImportButton(how, waiting) for how in ways), CancelButton("import", waiting))


def page_view(page: int, pages: int) -> View:
    """Back and on; nothing when there is one page."""
    if pages < 2:
        return _view()
    back = PageButton("back", str(max(0, page - 1)), is_there=page > 0)
    return _view(back, PageButton("on", str(page + 1), is_there=page + 1 < pages))


def _view(*controls: Control[Button]) -> View:
    view = View(timeout=None)
    for control in controls:
        view.add_item(control)
    return view
