"""Every known error has an answer of its own that says what to do; any other one has a request id."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from types import SimpleNamespace

import discord
import pytest
from discord import app_commands

from alerts.domain import errors
from alerts.domain.model import FailureReason
from bot.ui.replies import reply_to
from tests.worlds import START

GENERIC = "Something went wrong on our side"
CURES = ("try again", "pick", "did you mean", "grant", "choose", "tell the operator", "ask", "use ", "reload", "again")


def all_of(kind: type[BaseException]) -> Iterator[type[BaseException]]:
    yield kind
    for each in kind.__subclasses__():
        yield from all_of(each)


def made(kind: type[BaseException]) -> BaseException:
    """An error of this kind as it is raised."""
    if kind is errors.UnknownProduct:
        return errors.UnknownProduct("pi")
    if kind is errors.UnknownVendor:
        return errors.UnknownVendor("acme", product="Raspberry Pi 5", there_are=["Bolt"])
    if kind in (errors.TooSoon, errors.TooOften):
        return kind(START)
    if kind is errors.ReadError:
        return errors.ReadError(FailureReason.BLOCKED, "a wall at /secret/path")
    return kind("secret detail; use what there is.")


OURS = sorted({each for each in all_of(errors.SentryError) if each.__module__ == "alerts.domain.errors"},
              key=lambda kind: kind.__name__)  # fmt: skip


@pytest.mark.parametrize("kind", OURS)
def test_every_error_of_ours_is_answered_with_a_cure(kind: type[BaseException]) -> None:
    said = reply_to(made(kind), "abcd")

    assert GENERIC not in said
    assert any(cure in said.casefold() for cure in CURES), said


@pytest.mark.parametrize("kind", [kind for kind in OURS if not issubclass(kind, errors.BadInput)])
def test_what_is_no_business_of_the_asker_is_not_told(kind: type[BaseException]) -> None:
    assert "secret" not in reply_to(made(kind), "abcd")


def http(kind: type[discord.HTTPException], status: int) -> discord.HTTPException:
    return kind(SimpleNamespace(status=status, reason="no"), {"code": 0, "message": "secret"})  # type: ignore[arg-type]


DISCORDS = [
    app_commands.CheckFailure(),
    app_commands.NoPrivateMessage(),
    app_commands.MissingPermissions(["manage_guild"]),
    app_commands.BotMissingPermissions(["send_messages"]),
    app_commands.CommandOnCooldown(app_commands.Cooldown(1, 60), 12.5),
    app_commands.CommandNotFound("scan", []),
    http(discord.Forbidden, 403),
    http(discord.NotFound, 404),
    http(discord.DiscordServerError, 503),
    discord.RateLimited(5),
    TimeoutError(),
]


@pytest.mark.parametrize("error", DISCORDS, ids=lambda error: type(error).__name__)
def test_every_error_that_discord_brings_about_is_answered_with_a_cure(error: BaseException) -> None:
    said = reply_to(error, "abcd")

    assert GENERIC not in said
    assert "secret" not in said
    assert any(cure in said.casefold() for cure in (*CURES, "need")), said


def test_anything_else_shows_a_request_id_and_no_detail() -> None:
    said = reply_to(KeyError("secret"), "beefcafe")

    assert "request `beefcafe`" in said
    assert "secret" not in said


def test_too_soon_says_when_again_and_what_is_to_be_had_at_once() -> None:
    again = START + timedelta(seconds=30)
    mine, ours = reply_to(errors.TooSoon(again), "x"), reply_to(errors.TooSoon(again, is_guilds=True), "x")

    assert f"<t:{int(again.timestamp())}:R>" in mine
    assert "without `fresh`" in mine
    assert "This server" in ours
