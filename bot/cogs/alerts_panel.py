"""The panel of an alert: its buttons and selects, what each does to the draft, and saving it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import discord

from alerts.domain.errors import BadInput
from alerts.domain.wishes import Subscription, TargetKind
from alerts.subscriptions import changed
from bot.cogs.alerts_desk import Desk, desk_of
from bot.cogs.alerts_forms import AddressForm, LimitsForm, PricesForm, Rules, TimesForm
from bot.cogs.alerts_made import made_card
from bot.cogs.places import check_place, check_role, chosen_place, missing_here, place_here
from bot.ui.controls import Control, View
from bot.ui.language import t, told_harmlessly
from bot.ui.panel import (
    Draft,
    Page,
    buttons,
    first_select,
    kinds_select,
    lack,
    low_select,
    panel_embed,
    place_select,
    role_select,
    tags_select,
)

_KEY = r"(?P<key>\w{1,40})"


class PanelButton(Control[discord.ui.Button[Any]], template=rf"hs:alerts:panel:(?P<verb>[a-z]+):{_KEY}"):
    """Leaf, open a form, save or leave."""

    def __init__(
        self,
        verb: str,
        key: str,
        *,
        label: str = "",
        style: discord.ButtonStyle = discord.ButtonStyle.secondary,
        row: int | None = None,
    ) -> None:
        super().__init__(
            discord.ui.Button(label=label or verb, style=style, custom_id=f"hs:alerts:panel:{verb}:{key}", row=row)
        )
        self._verb, self._key = verb, key

    async def act(self, interaction: discord.Interaction[Any]) -> None:
        desk, draft = await opened(interaction, self._key)
        if draft is None:
            return
        match self._verb:
            case "where" | "rules":
                await redraw(interaction, desk, self._key, replace(draft, page=Page(self._verb)))
            case "pause":
                await redraw(interaction, desk, self._key, with_rules(draft, {"paused": not draft.wish.paused}))
            case "cancel":
                desk.drafts.take(self._key)
                await interaction.response.edit_message(content=t("Nothing was changed."), embed=None, view=None)
            case "save":
                await save(interaction, desk, self._key, draft)
            case _:
                await interaction.response.send_modal(await self._form(desk, draft))

    async def _form(self, desk: Desk, draft: Draft) -> discord.ui.Modal:
        async def done(interaction: discord.Interaction[Any], rules: Rules) -> None:
            desk, now = await opened(interaction, self._key)
            if now is not None:
                await redraw(interaction, desk, self._key, with_rules(now, rules))

        async def elsewhere(interaction: discord.Interaction[Any], rules: Rules) -> None:
            await to_address(interaction, self._key, str(rules["address"]))

        zone = (await desk.guilds.settings(draft.wish.guild)).timezone
        match self._verb:
            case "prices":
                return PricesForm(desk, draft.wish, done=done)
            case "times":
                return TimesForm(draft.wish, zone, done=done)
            case "limits":
                return LimitsForm(desk, draft.wish, zone, done=done)
            case "address":
                return AddressForm(done=elsewhere)
        raise BadInput(t("This button does nothing any more."))


class PanelPlace(Control[discord.ui.ChannelSelect[Any]], template=rf"hs:alerts:place:{_KEY}"):
    """Where to tell it."""

    def __init__(self, key: str, *, draft: Draft | None = None) -> None:
        custom_id = f"hs:alerts:place:{key}"
        super().__init__(place_select(draft, custom_id) if draft else discord.ui.ChannelSelect(custom_id=custom_id))
        self._key = key

    async def act(self, interaction: discord.Interaction[Any]) -> None:
        desk, draft = await opened(interaction, self._key)
        if draft is None:
            return
        target = await chosen_place(interaction, self.item.values[0].id)
        kept = draft.wish.target if str(draft.wish.target) == str(target) else target
        await redraw(interaction, desk, self._key, replace(with_rules(draft, {"target": kept}), host="", address=""))


class PanelRole(Control[discord.ui.RoleSelect[Any]], template=rf"hs:alerts:role:{_KEY}"):
    """Whom to mention."""

    def __init__(self, key: str, *, draft: Draft | None = None) -> None:
        custom_id = f"hs:alerts:role:{key}"
        super().__init__(role_select(draft, custom_id) if draft else discord.ui.RoleSelect(custom_id=custom_id))
        self._key = key

    async def act(self, interaction: discord.Interaction[Any]) -> None:
        desk, draft = await opened(interaction, self._key)
        if draft is None:
            return
        role = next((each.id for each in self.item.values), None)
        chosen = with_rules(draft, {"mention_role": role})
        check_role(interaction, chosen.wish, draft.before)
        await redraw(interaction, desk, self._key, chosen)


class PanelChoice(
    Control[discord.ui.Select[Any]], template=rf"hs:alerts:choose:(?P<name>kinds|tags|new_low|first_sight):{_KEY}"
):
    """Kinds, tags, new lows, first sight."""

    def __init__(self, name: str, key: str, *, select: discord.ui.Select[Any] | None = None) -> None:
        super().__init__(select or discord.ui.Select(custom_id=f"hs:alerts:choose:{name}:{key}"))
        self._name, self._key = name, key

    async def act(self, interaction: discord.Interaction[Any]) -> None:
        desk, draft = await opened(interaction, self._key)
        if draft is not None:
            await redraw(interaction, desk, self._key, with_rules(draft, self._rules(draft.wish, self.item.values)))

    def _rules(self, wish: Subscription, values: Sequence[str]) -> Rules:
        match self._name:
            case "kinds":
                return {"kinds": tuple(values)}
            case "tags":
                return {"target": wish.target.model_copy(update={"tags": tuple(map(int, values))})}
            case "new_low":
                low = values[0]
                return {"new_low": None if low == "any" else int(low) if low.isdigit() else low}
        return {"first_sight": values[0]}


PANEL_CONTROLS = (PanelButton, PanelPlace, PanelRole, PanelChoice)


async def opened(interaction: discord.Interaction[Any], key: str) -> tuple[Desk, Draft | None]:
    """The draft of a panel; without one the panel says that it has expired, and goes."""
    desk = await desk_of(interaction)
    draft = desk.drafts.find(key)
    if draft and (draft.wish.guild, draft.by) == (interaction.guild_id, interaction.user.id):
        return desk, draft
    text = t("This panel has expired; nothing was changed. `/alerts subscribe` or `/alerts edit` opens a new one.")
    await interaction.response.edit_message(content=text, embed=None, view=None)
    return desk, None


async def show_panel(interaction: discord.Interaction[Any], desk: Desk, draft: Draft) -> None:
    """Open it, for the asker alone."""
    embed, view = _drawn(interaction, desk.drafts.keep(draft), draft)
    if interaction.response.is_done():
        await interaction.followup.send(embed=embed, view=view, ephemeral=True)
    else:
        await interaction.response.send_message(embed=embed, view=view, ephemeral=True)


async def redraw(interaction: discord.Interaction[Any], desk: Desk, key: str, draft: Draft) -> None:
    """Keep what was chosen, and show what it comes to."""
    desk.drafts.keep(draft, key)
    embed, view = _drawn(interaction, key, draft)
    if interaction.response.is_done():
        await interaction.edit_original_response(embed=embed, view=view)
    else:
        await interaction.response.edit_message(embed=embed, view=view)


async def to_address(interaction: discord.Interaction[Any], key: str, typed: str) -> None:
    """Make a secret address the target; it is kept when the panel is saved."""
    desk, draft = await opened(interaction, key)
    if draft is None:
        return
    await interaction.response.defer()  # a service's address is checked by another process
    target, host = await desk.addresses.check(typed)
    chosen = replace(with_rules(draft, {"target": target}), host=host, address=typed)
    await redraw(interaction, desk, key, chosen)


async def save(interaction: discord.Interaction[Any], desk: Desk, key: str, draft: Draft) -> None:
    """Keep the alert, and show it in place of the panel."""
    await interaction.response.defer()
    if draft.wish.target.type in (TargetKind.CHANNEL, TargetKind.FORUM):
        await chosen_place(interaction, draft.wish.target.id)
    made = await desk.save(interaction, draft)
    desk.drafts.take(key)
    embeds, view = await made_card(interaction, desk, made, is_new=draft.before is None)
    await interaction.edit_original_response(embeds=embeds, view=view)


def with_rules(draft: Draft, rules: Rules) -> Draft:
    """The draft with other rules; BadInput for what cannot be."""
    return replace(draft, wish=changed(draft.wish, **rules))


def _drawn(interaction: discord.Interaction[Any], key: str, draft: Draft) -> tuple[discord.Embed, View]:
    view = View(timeout=None)
    if draft.page is Page.WHERE:
        view.add_item(PanelPlace(key, draft=draft))
        view.add_item(PanelChoice("kinds", key, select=kinds_select(draft, f"hs:alerts:choose:kinds:{key}")))
        view.add_item(PanelRole(key, draft=draft))
        place = place_here(interaction, draft.wish.target)
        tags = place.available_tags if isinstance(place, discord.ForumChannel) else []
        if tags:
            view.add_item(PanelChoice("tags", key, select=tags_select(draft, tags, f"hs:alerts:choose:tags:{key}")))
    else:
        low = low_select(draft, f"hs:alerts:choose:new_low:{key}")
        first = first_select(draft, f"hs:alerts:choose:first_sight:{key}")
        view.add_item(PanelChoice("new_low", key, select=low))
        view.add_item(PanelChoice("first_sight", key, select=first))
    rows = buttons(draft)
    for row, several in enumerate(rows, 5 - len(rows)):
        for verb, label, style in several:
            view.add_item(PanelButton(verb, key, label=label, style=style, row=row))
    return panel_embed(draft, _problems(interaction, draft)), view


def _problems(interaction: discord.Interaction[Any], draft: Draft) -> list[str]:
    """What would be in the way of saving it now."""
    missing = lack(missing_here(interaction, draft.wish.target))
    if missing:
        return missing
    try:
        check_place(interaction, draft.wish.target)
    except BadInput as exc:
        return [told_harmlessly(str(exc))]
    return []
