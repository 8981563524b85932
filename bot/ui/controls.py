"""Buttons, selects, views and forms: one base for each, so that whoever presses is answered in words, whatever happens.

A `Control` outlives restarts: its state is in its `custom_id`, "hs:<verb>:<payload>", and nowhere else. A `View` and a
`Form` live in memory, for minutes. `is_heard` and `answer_unheard` are for a press that none of them takes any more.
"""

from __future__ import annotations

from collections.abc import Callable
from re import Match
from secrets import token_hex
from typing import Any, Generic, Self, TypeVar

import discord
import structlog
from discord import app_commands
from discord.utils import MISSING

from alerts.domain.errors import BadInput, SentryError
from alerts.domain.text import cut
from bot.ui.fitting import LONGEST_TITLE, fit
from bot.ui.language import language_of, speak, t
from bot.ui.replies import reply_to

log = structlog.get_logger()
ItemT = TypeVar("ItemT", bound=discord.ui.Item[Any])
_NONE = discord.AllowedMentions.none()
_NEVER = r"(?!)"
_TOO_LATE = 10062  # Discord waits three seconds for the first answer
# Where each verb's news are found again: the first word of a custom_id after "hs:".
_COMMANDS = {"scan": "/scan", "history": "/history", "watch": "/watch", "alerts": "/alerts", "me": "/me",
             "setup": "/setup", "settings": "/settings", "status": "/status", "why": "/why"}  # fmt: skip


class Control(discord.ui.DynamicItem[ItemT], Generic[ItemT], template=_NEVER):
    """A button or select that works for ever. The named groups of its template are its constructor's arguments.

    The guild is never among them: it comes from the interaction. Permissions are checked in `act`, by raising
    `app_commands.CheckFailure`. Never give a subclass the attribute `id`: discord.py keeps a number of its own there.
    """

    def __init__(self, item: ItemT, *, row: int | None = None) -> None:
        super().__init__(item, row=row)
        fit(item)

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], _: discord.ui.Item[Any], match: Match[str], /
    ) -> Self:
        # The same task runs the callback, so this holds for all that it says.
        speak(language_of(interaction.locale))
        make: Callable[..., Self] = cls
        try:
            return make(**match.groupdict())
        except Exception as error:
            await answer_error(interaction, error, what=cls.__name__)
            raise

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        try:
            await self.act(interaction)
        except Exception as error:  # noqa: BLE001 - a bulkhead: discord.py would log it and leave the asker waiting
            await answer_error(interaction, error, what=type(self).__name__)

    async def act(self, interaction: discord.Interaction[Any]) -> None:
        """What a press does. Whatever it raises is answered in words."""
        raise NotImplementedError


class View(discord.ui.View):
    """Items in memory, for minutes; or Controls, for ever (`timeout=None`)."""

    def add_item(self, item: discord.ui.Item[Any]) -> Self:
        """TypeError for a mixture: when such a view ends, discord.py unregisters its Controls everywhere."""
        kinds = {isinstance(each, discord.ui.DynamicItem) for each in (*self.children, item) if each.is_dispatchable()}
        if len(kinds) > 1:
            raise TypeError("Controls and items that live in memory do not go into one view.")
        fit(item)
        return super().add_item(item)

    async def interaction_check(self, interaction: discord.Interaction[Any], /) -> bool:
        speak(language_of(interaction.locale))
        return True

    async def on_error(
        self, interaction: discord.Interaction[Any], error: Exception, item: discord.ui.Item[Any], /
    ) -> None:
        await answer_error(interaction, error, what=type(item).__name__)


class Form(discord.ui.Modal):
    """A modal."""

    def __init__(self, *, title: str = MISSING, timeout: float | None = None, custom_id: str = MISSING) -> None:
        super().__init__(title=title, timeout=timeout, custom_id=custom_id)
        self.title = cut(self.title, LONGEST_TITLE)
        for item in self.children:
            fit(item)

    def add_item(self, item: discord.ui.Item[Any]) -> Self:
        fit(item)
        return super().add_item(item)

    async def interaction_check(self, interaction: discord.Interaction[Any], /) -> bool:
        speak(language_of(interaction.locale))
        return True

    # discord.py leaves the item out for a modal.
    async def on_error(self, interaction: discord.Interaction[Any], error: Exception, /) -> None:  # type: ignore[override]
        await answer_error(interaction, error, what=type(self).__name__)


def cog_of(interaction: discord.Interaction[Any], name: str) -> Any:
    """The cog that a control belongs to; BadInput when this process runs without it."""
    cog = interaction.client.get_cog(name)
    if cog is None:
        raise BadInput(t("This button does nothing any more."))
    return cog


async def answer_error(interaction: discord.Interaction[Any], error: BaseException, *, what: str) -> None:
    """Tell whoever asked what happened and what to do; the log has the rest under the same request id."""
    cause = error.original if isinstance(error, app_commands.CommandInvokeError) else error
    request_id = token_hex(4)
    if isinstance(cause, discord.NotFound) and cause.code == _TOO_LATE:
        # Trying once more, and writing down where, would only make a busy process slower.
        log.warning("answered too late", command=what)
        return
    text = reply_to(cause, request_id)
    if not isinstance(cause, app_commands.CheckFailure):
        known = isinstance(cause, SentryError)
        level = log.info if isinstance(cause, BadInput) else log.error
        level("command failed", command=what, request=request_id, exc_info=None if known else cause,
              reason=str(cause))  # fmt: skip
    if interaction.type is not discord.InteractionType.autocomplete:
        await _say(interaction, text, what=what, request_id=request_id)


def is_heard(client: discord.Client, interaction: discord.Interaction[Any]) -> bool:
    """Whether some control, view or form takes this press. Ask before any of them had its turn: some end with it."""
    store = client._connection._view_store  # noqa: SLF001 - discord.py drops what it does not know without a word
    data: Any = interaction.data or {}
    custom_id = data.get("custom_id", "")
    if interaction.type is discord.InteractionType.modal_submit:
        return custom_id in store._modals  # noqa: SLF001
    if interaction.type is not discord.InteractionType.component:
        return True
    if any(pattern.fullmatch(custom_id) for pattern in store._dynamic_items):  # noqa: SLF001
        return True
    key, message = (data.get("component_type", 0), custom_id), interaction.message
    return any(key in store._views.get(place, {}) for place in (message.id if message else None, None))  # noqa: SLF001


async def answer_unheard(interaction: discord.Interaction[Any]) -> None:
    """Say that a button has outlived its view or its version, and where the same is found now."""
    speak(language_of(interaction.locale))
    data: Any = interaction.data or {}
    mark, _, rest = data.get("custom_id", "").partition(":")
    if mark == "hs":
        command = _COMMANDS.get(rest.partition(":")[0], "/help")
        text = t("This button is from an older version; use `{command}`.", command=command)
    else:
        text = t("This has expired: use the command again.")
    log.info("nobody listens", custom_id=data.get("custom_id"))
    await _say(interaction, text, what="unheard", request_id="")


async def _say(interaction: discord.Interaction[Any], text: str, *, what: str, request_id: str) -> None:
    try:
        if interaction.response.is_done():
            await interaction.followup.send(text, ephemeral=True, allowed_mentions=_NONE)
        else:
            await interaction.response.send_message(text, ephemeral=True, allowed_mentions=_NONE)
    except discord.HTTPException as exc:
        # Too late for Discord, or somebody else answered: nobody waits any more.
        log.warning("nobody to answer", command=what, request=request_id, reason=str(exc))
