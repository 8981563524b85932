"""Errors to words, found by the closest ancestor, so that a new error never goes unanswered."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import discord
from babel.lists import format_list
from discord import app_commands

from alerts.domain.errors import (
    BadInput,
    DeliveryError,
    ReadError,
    SentryError,
    StoreError,
    StoreTooNew,
    TooOften,
    TooSoon,
    UnknownProduct,
    UnknownVendor,
)
from alerts.domain.text import cut, harmless
from bot.ui import words
from bot.ui.language import locale, t, told_harmlessly

_LISTED = 10


def reply_to(error: BaseException, request_id: str) -> str:
    """What the asker reads: what happened and what to do. No detail of ours leaks."""
    for ancestor in type(error).__mro__:
        if ancestor in _WORDS:
            return _WORDS[ancestor](error)
    return t(
        "Something went wrong on our side, perhaps halfway. Tell the operator: request `{request}`.", request=request_id
    )


def _unknown(error: Any) -> str:
    query = harmless(error.query, 80)
    if not error.near:
        return t("I know no product called “{name}”. Pick one from the list that opens as you type.", name=query)
    near = _either([f"**{harmless(name, 100)}**" for name in error.near])
    return t("I know no product called “{name}”. Did you mean {near}?", name=query, near=near)


def _either(names: Sequence[str]) -> str:
    return str(format_list(names, style="or", locale=locale()))


def _too_soon(error: Any) -> str:
    again = words.ago(error.again)
    if error.is_guilds:
        return t("This server has asked the shops very often in a minute. I ask them again {again}; without `fresh` I"
                 " answer from memory at once.", again=again)  # fmt: skip
    return t("You have asked the shops very often in a minute. I ask them for you again {again}; without `fresh` I"
             " answer from memory at once.", again=again)  # fmt: skip


def _too_often(error: Any) -> str:
    again = words.ago(error.again)
    if error.is_guilds:
        return t("This server has sent me too many commands within a minute: try again {again}.", again=again)
    return t("You have sent me too many commands within a minute: try again {again}.", again=again)


def _no_such_vendor(error: Any) -> str:
    product, query = harmless(error.product, 100), harmless(error.query, 80)
    if not error.there_are:
        return t("**{product}** has no shop yet. Try again once `/scan` shows one.", product=product)
    there_are = cut(", ".join(f"**{harmless(name, 60)}**" for name in error.there_are), 1200)
    return t(
        "**{product}** has no shop called “{query}”. Pick one that there is: {vendors}.",
        product=product,
        query=query,
        vendors=there_are,
    )


def _bad_input(error: Any) -> str:
    return told_harmlessly(str(error))


def _away(_: Any) -> str:
    return t("My memory is away for the moment, so I would only be guessing. Try again in a minute.")


def _too_new(_: Any) -> str:
    return t("My memory was written by a newer version of me. Tell the operator to upgrade; then try again.")


def _unread(error: Any) -> str:
    why = words.reason(error.reason)
    return t("I could not read that page: {why}. Try again in a few minutes, or another address.", why=why)


def _undelivered(_: Any) -> str:
    return t("Discord did not take the message. Check my permissions there, then try again.")


def _failed(_: Any) -> str:
    return t("That did not work. Try again in a minute.")


def _not_allowed(_: Any) -> str:
    return t("You need the **Manage Server** permission for this, or this server's manager role.")


def _lacking(error: Any) -> str:
    names = ", ".join(name.replace("_", " ").title() for name in error.missing_permissions[:_LISTED])
    if isinstance(error, app_commands.BotMissingPermissions):
        return t("I lack {names} here: grant it to me, then try again.", names=names)
    return t("You need the permission {names} for this; ask an admin of this server.", names=names)


def _in_a_server(_: Any) -> str:
    return t("This works in a server only: use it in one that I am in.")


def _cooling(error: Any) -> str:
    again = datetime.now(UTC) + timedelta(seconds=error.retry_after)
    return t("That is too often. Try again {again}.", again=words.ago(again))


def _changed(_: Any) -> str:
    return t("This command has changed. Reload Discord (Ctrl+R, or close the app), then type it again.")


def _no_value(_: Any) -> str:
    return t("I cannot make sense of one of the options. Type the command again and pick from its lists.")


def _refused(_: Any) -> str:
    return t("Discord says that I may not do this: grant me **View Channel**, **Send Messages** and **Embed Links**"
             " there, then try again.")  # fmt: skip


def _gone(_: Any) -> str:
    return t("What this is about is gone from Discord: use the command again and choose something else.")


def _discord_trouble(_: Any) -> str:
    return t("Discord had trouble with that. Try again in a minute.")


def _late(_: Any) -> str:
    return t("That took too long, so I stopped. Try again in a minute.")


_WORDS: dict[type[BaseException], Callable[[Any], str]] = {
    UnknownProduct: _unknown,
    UnknownVendor: _no_such_vendor,
    TooSoon: _too_soon,
    TooOften: _too_often,
    BadInput: _bad_input,
    StoreTooNew: _too_new,
    StoreError: _away,
    ReadError: _unread,
    DeliveryError: _undelivered,
    SentryError: _failed,
    app_commands.NoPrivateMessage: _in_a_server,
    app_commands.MissingPermissions: _lacking,
    app_commands.BotMissingPermissions: _lacking,
    app_commands.CommandOnCooldown: _cooling,
    app_commands.CheckFailure: _not_allowed,
    app_commands.CommandNotFound: _changed,
    app_commands.CommandSignatureMismatch: _changed,
    app_commands.TransformerError: _no_value,
    discord.Forbidden: _refused,
    discord.NotFound: _gone,
    discord.HTTPException: _discord_trouble,
    discord.RateLimited: _discord_trouble,
    TimeoutError: _late,
}
