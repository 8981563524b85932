"""The controls of a member's own alerts: the button under every offer, the form, what can be done to one. No I/O."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

import discord

from alerts.domain.letters import Letter
from alerts.domain.model import SKU_PATTERN, ChangeKind, Product
from alerts.domain.standing import Standing
from alerts.domain.text import plain
from alerts.domain.wishes import DEFAULT_KINDS, Subscription, TargetKind, space_of
from alerts.own import OWN_KINDS
from bot.ui import words
from bot.ui.controls import Control, Form, View, cog_of
from bot.ui.language import t
from bot.ui.own_text import Names, terms

_OWN, _ME = "OwnCog", "me"
_MOST_BUTTONS = 5  # in a row
_SKU = SKU_PATTERN.strip("^$")
_ALERT = r"[a-z0-9]{1,64}"
Submit = Callable[[discord.Interaction[Any], str, Sequence[ChangeKind]], Awaitable[None]]


class AlertMe(Control[discord.ui.Button[Any]], template=rf"hs:me:(?P<sku>{_SKU})"):
    """Opens the form for an alert of one's own, on any message about a product."""

    def __init__(self, sku: str, *, label: str = "") -> None:
        self.sku = sku
        text = plain(label or t("Alert me"), 80)
        super().__init__(discord.ui.Button(label=text, emoji="🔔", custom_id=f"hs:me:{sku}"))

    async def act(self, interaction: discord.Interaction[Any]) -> None:
        await cog_of(interaction, _OWN).alert_me(interaction, self.sku)


class OwnButton(
    Control[discord.ui.Button[Any]], template=rf"hs:me:!(?P<what>edit|pause|resume|stop):(?P<alert>{_ALERT})"
):
    """Does something to one of one's own alerts: nobody else's is found by it."""

    def __init__(self, what: str, alert: str) -> None:
        self.what, self.alert = what, alert
        labels = {"edit": t("Change"), "pause": t("Pause"), "resume": t("Resume"), "stop": t("Remove")}
        style = discord.ButtonStyle.danger if what == "stop" else discord.ButtonStyle.secondary
        super().__init__(discord.ui.Button(label=labels[what], style=style, custom_id=f"hs:me:!{what}:{alert}"))

    async def act(self, interaction: discord.Interaction[Any]) -> None:
        await cog_of(interaction, _OWN).own_button(interaction, self.what, self.alert)


class OwnSelect(Control[discord.ui.Select[Any]], template=r"hs:me:!pick"):
    """One's own alerts to choose one from: they are at most as many as fit."""

    def __init__(self, mine: Sequence[Subscription] = (), name: Names = lambda each: each.sku or "?") -> None:
        options = [
            discord.SelectOption(
                label=plain(name(each), 100) or "?", value=each.id, description=plain(terms(each), 100)
            )
            for each in mine
        ]
        select: discord.ui.Select[Any] = discord.ui.Select(
            custom_id="hs:me:!pick", placeholder=t("Choose one to change it"), options=options
        )
        super().__init__(select)

    async def act(self, interaction: discord.Interaction[Any]) -> None:
        await cog_of(interaction, _OWN).picked(interaction, self.item.values[0])


class MeButton(Control[discord.ui.Button[Any]], template=r"hs:me:!(?P<verb>list|export|delete|forget|try)"):
    """Everything about whoever presses it, and about nobody else."""

    def __init__(self, verb: str) -> None:
        self.verb = verb
        labels = {
            "list": t("My alerts"),
            "export": t("Export my data"),
            "delete": t("Delete my data"),
            "forget": t("Yes, delete everything"),
            "try": t("Try again"),
        }
        danger = verb in ("delete", "forget")
        style = discord.ButtonStyle.danger if danger else discord.ButtonStyle.secondary
        super().__init__(discord.ui.Button(label=labels[verb], style=style, custom_id=f"hs:me:!{verb}"))

    async def act(self, interaction: discord.Interaction[Any]) -> None:
        await cog_of(interaction, _ME).me_button(interaction, self.verb)


OWN_CONTROLS = (AlertMe, OwnButton, OwnSelect)
ME_CONTROLS = (MeButton,)


class OwnForm(Form):
    """Asks for the price and the kinds; filled with those of the alert that is there already."""

    def __init__(self, product: Product, before: Subscription | None, *, submit: Submit) -> None:
        super().__init__(title=t("Alert me: {product}", product=plain(product.name, 45)), timeout=900)
        self._submit = submit
        chosen = before.kinds if before else DEFAULT_KINDS
        self.price: discord.ui.TextInput[Any] = discord.ui.TextInput(
            custom_id="price", required=False, max_length=30, placeholder=t("500 or 499.90 GBP; empty for any price"),
            default=str(before.below) if before and before.below else None,
        )  # fmt: skip
        options = [
            discord.SelectOption(label=words.headline(kind), value=kind.value, default=kind in chosen)
            for kind in OWN_KINDS
        ]
        self.kinds: discord.ui.Select[Any] = discord.ui.Select(
            custom_id="kinds", options=options, min_values=1, max_values=len(options)
        )
        self.add_item(discord.ui.Label(text=t("Only below this price"), component=self.price))
        self.add_item(discord.ui.Label(text=t("Tell me of"), component=self.kinds))

    async def on_submit(self, interaction: discord.Interaction[Any], /) -> None:
        kinds = [kind for kind in OWN_KINDS if kind.value in self.kinds.values] or list(DEFAULT_KINDS)
        await self._submit(interaction, self.price.value, kinds)


def letter_view(letter: Letter) -> View | None:
    """The buttons under an alert, a button for each product; None where nobody could press one.

    They need no memory: whoever presses one years later is answered.
    """
    if letter.target.type not in (TargetKind.CHANNEL, TargetKind.FORUM, TargetKind.DM):
        return None
    products: Mapping[str, str] = {
        part.delivery.change.sku: part.delivery.product_name
        for part in letter.parts
        if not part.delivery.change.kind.is_of_vendor
    }
    is_own = letter.target.type is TargetKind.DM
    view = View(timeout=None)
    for sku, name in list(products.items())[:_MOST_BUTTONS]:
        view.add_item(AlertMe(sku, label=_label(name if len(products) > 1 else "", is_own=is_own)))
    first = letter.parts[0].delivery
    if len(letter.parts) == 1 and first.guild == space_of(letter.target.id):
        view.add_item(OwnButton("stop", first.subscription))
    return view if view.children else None


def _label(product: str, *, is_own: bool) -> str:
    if product:
        return (
            t("Change this alert: {product}", product=product) if is_own else t("Alert me: {product}", product=product)
        )
    return t("Change this alert") if is_own else t("Alert me")


def made_view(made: Subscription, *, is_closed: bool) -> View:
    """Change it, end it, or have closed messages tried again."""
    view = View(timeout=None)
    view.add_item(OwnButton("edit", made.id))
    view.add_item(OwnButton("stop", made.id))
    if is_closed:
        view.add_item(MeButton("try"))
    return view


def me_view(*verbs: str) -> View:
    """Buttons that concern everything of whoever presses them: `export`, `delete`, `forget`, `try`, `list`."""
    view = View(timeout=None)
    for verb in verbs:
        view.add_item(MeButton(verb))
    return view


def list_view(mine: Sequence[Subscription], name: Names, closed: Standing | None) -> View | None:
    """To choose one from."""
    view = View(timeout=None)
    if mine:
        view.add_item(OwnSelect(mine, name))
    if closed:
        view.add_item(MeButton("try"))
    return view if view.children else None


def one_view(one: Subscription) -> View:
    """What can be done to it."""
    view = View(timeout=None)
    for verb in ("edit", "resume" if one.paused else "pause", "stop"):
        view.add_item(OwnButton(verb, one.id))
    return view.add_item(MeButton("list"))
