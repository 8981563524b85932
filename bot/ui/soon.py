"""The first answer within a second: the thing itself when it is ready by then, else "thinking" until it is."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass, field
from typing import Any

import discord

from bot.ui.controls import View

_PATIENCE = 0.5  # seconds; Discord waits three, and a busy machine may take the rest


@dataclass(frozen=True, slots=True)
class Shown:
    """What a message shows, all of it: what is left out is taken away from a message that is edited."""

    embeds: list[discord.Embed] = field(default_factory=list)
    content: str | None = None
    view: View | None = None


async def answer_soon(
    interaction: discord.Interaction[Any], making: Coroutine[Any, Any, Shown], *, ephemeral: bool = False
) -> None:
    """Answer with a message."""
    shown = await _in_time(interaction, making, thinking=True, ephemeral=ephemeral)
    facts: dict[str, Any] = {"content": shown.content, "embeds": shown.embeds, "ephemeral": ephemeral}
    if shown.view:
        facts["view"] = shown.view
    if interaction.response.is_done():
        await interaction.followup.send(**facts)
    else:
        await interaction.response.send_message(**facts)


async def change_soon(interaction: discord.Interaction[Any], making: Coroutine[Any, Any, Shown]) -> None:
    """Change the message whose control was used."""
    shown = await _in_time(interaction, making, thinking=False)
    facts: dict[str, Any] = {"content": shown.content, "embeds": shown.embeds, "view": shown.view}
    if interaction.response.is_done():
        await interaction.edit_original_response(**facts)
    else:
        await interaction.response.edit_message(**facts)


async def _in_time(
    interaction: discord.Interaction[Any],
    making: Coroutine[Any, Any, Shown],
    *,
    thinking: bool,
    ephemeral: bool = False,
) -> Shown:
    task = asyncio.create_task(making)
    try:
        done, _ = await asyncio.wait({task}, timeout=_PATIENCE)
        if not done:
            await interaction.response.defer(thinking=thinking, ephemeral=ephemeral)
        return await task
    finally:
        task.cancel()
