"""Whoever uses Discord in another language is answered in it; what is kept and what a channel reads is not theirs."""

from __future__ import annotations

import pytest

from bot.ui.language import speaking, t
from tests.foreign import LETTERS, english_in, foreign
from tests.sim.world import World, shown

__all__ = ["foreign"]
pytestmark = pytest.mark.usefixtures("foreign")


async def test_what_completes_itself_is_in_the_readers_language(world: World) -> None:
    await world.admin.slash(world.channel, "alerts subscribe", product="pi5")
    world.speak("de")

    choices = await world.admin.autocomplete(world.channel, "alerts test", "alert", "")

    assert choices[0]["value"] == "all"
    assert LETTERS["de"] in choices[0]["name"]
    assert english_in(choices[0]["name"]) == []


async def test_a_form_and_a_choice_of_a_panel_are_in_the_readers_language(world: World) -> None:
    world.speak("ja")

    answer = await world.admin.slash(world.channel, "alerts subscribe", product="pi5", panel=True)

    labels = [each.get("label") or each.get("placeholder") for row in parts(answer) for each in row]
    assert labels
    assert [label for label in labels if english_in(label)] == []


async def test_the_audit_is_kept_in_english_and_read_in_the_readers_language(world: World) -> None:
    world.speak("de")
    await world.admin.slash(world.channel, "watch add", product="pi5")
    await world.admin.slash(world.channel, "watch tier", product="pi5", tier="cold")

    kept = [row.entry for row in await world.store.audit(world.guild.id, before="", limit=5)]
    said = shown(await world.admin.slash(world.channel, "audit"))

    assert [(each.what, each.detail) for each in kept] == [("watch's tier changed", "hot → cold"), ("watch added", "")]
    assert "tier changed" not in said
    assert "д" * len("added") in said


async def test_the_test_message_of_setup_is_in_the_guilds_language(world: World) -> None:
    await world.admin.slash(world.channel, "settings change", language="fr")
    world.speak("de")
    cog = world.bot.client.get_cog("SetupCog")
    assert cog
    first = await world.admin.slash(world.channel, "setup")
    second = await world.admin.select(first.response, [world.channel])
    third = await world.admin.click(second.response or first.response, label=_foreign("Mention nobody"))
    last = await world.admin.select(third.response or first.response, ["pi5"])
    await world.admin.click(last.response or first.response, label=_foreign("Send a test message"))

    message = world.channel.last_message
    assert message
    assert LETTERS["fr"] in (message.embeds[0].title or "")


def _foreign(text: str) -> str:
    with speaking("de"):
        return t(text)


def parts(answer: object) -> list[list[dict[str, str]]]:
    response = getattr(answer, "response", None)
    assert response
    return [row["components"] for row in response.components]
