"""The steps of /setup. What was chosen so far is in each control's custom_id, so a restart in between does no harm."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import discord
from discord import ButtonStyle, ChannelType

from alerts.domain.text import plain
from bot.cogs.choices import check_manager
from bot.ui.controls import Control, View, cog_of
from bot.ui.language import t

if TYPE_CHECKING:
    from alerts.domain.model import Product
    from bot.cogs.setup import SetupCog

_PLACES = [ChannelType.text, ChannelType.news, ChannelType.public_thread]
_SO_FAR = r"(?P<channel>\d{1,20}):(?P<role>\d{1,20})"
NOBODY = 0


class SetupStart(Control[discord.ui.Button[Any]], template=r"hs:setup:start"):
    """Below the message on joining: everybody can press it, managers get an answer of their own."""

    def __init__(self) -> None:
        super().__init__(discord.ui.Button(label=t("Set up"), style=ButtonStyle.primary, custom_id="hs:setup:start"))

    async def act(self, interaction: discord.Interaction[Any]) -> None:
        await check_manager(interaction)
        await _cog(interaction).begin(interaction)


class SetupChannel(Control[discord.ui.ChannelSelect[Any]], template=r"hs:setup:channel"):
    """Where alerts go."""

    def __init__(self) -> None:
        placeholder = t("Choose a channel")
        super().__init__(
            discord.ui.ChannelSelect(custom_id="hs:setup:channel", placeholder=placeholder, channel_types=_PLACES)
        )

    async def act(self, interaction: discord.Interaction[Any]) -> None:
        await check_manager(interaction)
        await _cog(interaction).channel_chosen(interaction, self.item.values[0].id)


class SetupRole(Control[discord.ui.RoleSelect[Any]], template=r"hs:setup:role:(?P<channel>\d{1,20})"):
    """Whom to mention."""

    def __init__(self, channel: str) -> None:
        self.channel = int(channel)
        placeholder = t("Choose a role to mention")
        super().__init__(discord.ui.RoleSelect(custom_id=f"hs:setup:role:{channel}", placeholder=placeholder))

    async def act(self, interaction: discord.Interaction[Any]) -> None:
        await check_manager(interaction)
        await _cog(interaction).role_chosen(interaction, self.channel, self.item.values[0])


class SetupNobody(Control[discord.ui.Button[Any]], template=r"hs:setup:nobody:(?P<channel>\d{1,20})"):
    """No mention at all."""

    def __init__(self, channel: str) -> None:
        self.channel = int(channel)
        super().__init__(discord.ui.Button(label=t("Mention nobody"), custom_id=f"hs:setup:nobody:{channel}"))

    async def act(self, interaction: discord.Interaction[Any]) -> None:
        await check_manager(interaction)
        await _cog(interaction).role_chosen(interaction, self.channel, None)


class SetupProducts(Control[discord.ui.Select[Any]], template=rf"hs:setup:products:{_SO_FAR}"):
    """The first products."""

    def __init__(self, channel: str, role: str, products: list[Product] | None = None) -> None:
        self.channel, self.role = int(channel), int(role) or None
        options = [discord.SelectOption(label=plain(each.name, 100) or each.sku, value=each.sku)
                   for each in products or []]  # fmt: skip
        super().__init__(
            discord.ui.Select(
                custom_id=f"hs:setup:products:{channel}:{role}",
                placeholder=t("Choose products"),
                options=options,
                max_values=max(1, len(options)),
            )
        )

    async def act(self, interaction: discord.Interaction[Any]) -> None:
        await check_manager(interaction)
        await _cog(interaction).products_chosen(interaction, self.channel, self.role, self.item.values)


class SetupTest(Control[discord.ui.Button[Any]], template=r"hs:setup:test:(?P<channel>\d{1,20})"):
    """A message that pings nobody."""

    def __init__(self, channel: str) -> None:
        self.channel = int(channel)
        label = t("Send a test message")
        super().__init__(
            discord.ui.Button(label=label, style=ButtonStyle.primary, custom_id=f"hs:setup:test:{channel}")
        )

    async def act(self, interaction: discord.Interaction[Any]) -> None:
        await check_manager(interaction)
        await _cog(interaction).test(interaction, self.channel)


def channel_view() -> View:
    """The first question's controls."""
    return View(timeout=None).add_item(SetupChannel())


def role_view(channel: int) -> View:
    """The second one's."""
    return View(timeout=None).add_item(SetupRole(str(channel))).add_item(SetupNobody(str(channel)))


def products_view(channel: int, role: int | None, products: list[Product]) -> View | None:
    """The third one's; none when there is nothing to choose from."""
    if not products:
        return None
    return View(timeout=None).add_item(SetupProducts(str(channel), str(role or NOBODY), products))


def test_view(channel: int) -> View:
    """The button of the last page."""
    return View(timeout=None).add_item(SetupTest(str(channel)))


def _cog(interaction: discord.Interaction[Any]) -> SetupCog:
    cog: SetupCog = cog_of(interaction, "SetupCog")
    return cog
