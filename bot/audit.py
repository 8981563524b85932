"""Noting from any command, button or form that somebody changed something."""

from __future__ import annotations

from typing import Any

import discord
import structlog

from alerts.audit import Audit
from alerts.domain.errors import StoreError

log = structlog.get_logger()


async def note_change(interaction: discord.Interaction[Any], what: str, about: str = "", detail: str = "") -> None:
    """Note in the guild's audit trail what the asker has just changed; outside of a guild there is nothing to note.

    `what` in plain English, marked for the catalogues (N_("alert added")), `about` the thing it was done to, `detail`
    from what to what. Call it after the change. It never fails: the change is made, and whoever made it has to be told
    so.
    """
    audit = getattr(interaction.client, "audit", None)
    if not isinstance(audit, Audit) or interaction.guild_id is None:
        return
    try:
        await audit.note(interaction.guild_id, interaction.user.id, what, about, detail)
    except StoreError as exc:
        log.warning("change not noted", guild=interaction.guild_id, what=what, about=about, reason=str(exc))
