"""Whoever presses a button is answered in words: when it fails, when it has expired, when it is from another time."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import discord
import pytest
from discord import app_commands
from discord.ext import commands
from simcord import InteractionResult

from alerts.domain.errors import BadInput, NotFound, StoreUnavailable
from bot.client import add_cogs
from bot.ui.controls import Control, Form, View, cog_of
from bot.ui.language import spoken
from tests.sim.world import World, shown

TROUBLES: dict[str, Exception] = {
    "input": BadInput("Not like this."),
    "gone": NotFound("There is no such thing here."),
    "store": StoreUnavailable("ECONNREFUSED 10.0.0.1"),
    "check": app_commands.CheckFailure("no"),
    "late": BadInput("Not after all."),
    "overdue": discord.NotFound(SimpleNamespace(status=404, reason="Not Found"), {"code": 10062}),  # type: ignore[arg-type]
}


class Trouble(Control[discord.ui.Button[Any]], template=r"hs:trouble:(?P<kind>\w+)"):
    def __init__(self, kind: str) -> None:
        super().__init__(discord.ui.Button(label=kind, custom_id=f"hs:trouble:{kind}"))
        self.kind = kind
        if kind == "unread":
            raise BadInput("This button makes no sense.")

    async def act(self, interaction: discord.Interaction[Any]) -> None:
        if self.kind == "late":
            await interaction.response.defer(ephemeral=True, thinking=True)
        if self.kind == "speak":
            await interaction.response.send_message(spoken())
        elif self.kind == "cog":
            cog_of(interaction, "NoSuchCog")
        elif self.kind == "form":
            await interaction.response.send_modal(Asking())
        else:
            raise TROUBLES[self.kind]


class Asking(Form, title="Asking"):
    what: discord.ui.TextInput[Any] = discord.ui.TextInput(label="What", custom_id="what")

    async def on_submit(self, interaction: discord.Interaction[Any]) -> None:
        if self.what.value == "language":
            await interaction.response.send_message(spoken())
        else:
            raise BadInput("Not in a form either.")


class Brief(View):
    """A view in memory."""

    @discord.ui.button(label="brief")
    async def brief(self, interaction: discord.Interaction[Any], _: discord.ui.Button[Any]) -> None:
        raise BadInput("Not in a view either.")


class Troubles(commands.Cog):
    controls = (Trouble,)

    @app_commands.command(description="Show buttons")
    async def troubles(self, interaction: discord.Interaction, custom_id: str | None = None) -> None:
        if custom_id == "brief":
            await interaction.response.send_message("here", view=Brief(timeout=60))
            return
        view = View(timeout=None)
        for kind in [*TROUBLES, "speak", "cog", "form"]:
            view.add_item(Trouble(kind))
        for old in ("hs:scan:nosuch:pi5", "hs:unheardof:1", "hs:trouble:unread"):
            view.add_item(Plain(label=old, custom_id=old))
        await interaction.response.send_message("here", view=view)


class Plain(discord.ui.Button[Any]):
    def is_dispatchable(self) -> bool:
        return False


@pytest.fixture
async def troubled(world: World) -> World:
    await add_cogs(world.bot.client, [Troubles()])
    await world.bot.client.tree.sync()
    return world


async def press(world: World, label: str, **options: Any) -> InteractionResult:
    answer = await world.member.slash(world.channel, "troubles", **options)
    assert answer.response
    return await world.member.click(answer.response, label=label)


@pytest.mark.parametrize(
    ("label", "said"),
    [
        ("input", "Not like this."),
        ("gone", "There is no such thing here."),
        ("store", "My memory is away for the moment"),
        ("check", "You need the **Manage Server** permission"),
        ("late", "Not after all."),
        ("cog", "This button does nothing any more"),
        ("hs:trouble:unread", "This button makes no sense."),
        ("hs:scan:nosuch:pi5", "This button is from an older version; use `/scan`."),
        ("hs:unheardof:1", "This button is from an older version; use `/help`."),
    ],
)
async def test_a_press_that_fails_is_answered_in_words_for_whoever_pressed(
    troubled: World, label: str, said: str
) -> None:
    answer = await press(troubled, label)

    assert answer.ephemeral
    assert said in shown(answer)
    assert "ECONNREFUSED" not in shown(answer)


async def test_an_answer_that_came_too_late_is_not_tried_again(troubled: World) -> None:
    answer = await press(troubled, "overdue")

    assert not answer.acknowledged
    assert not answer.followups


async def test_a_control_speaks_the_language_of_whoever_pressed(troubled: World) -> None:
    troubled.speak("ja")

    assert shown(await press(troubled, "speak")) == "ja"


async def test_a_form_answers_its_errors_and_speaks_the_language_too(troubled: World) -> None:
    troubled.speak("de")
    form = await press(troubled, "form")
    failed = await troubled.member.submit_modal(form, {"what": "x"})
    again = await press(troubled, "form")
    fine = await troubled.member.submit_modal(again, {"what": "language"})

    assert "Not in a form either." in shown(failed)
    assert shown(fine) == "de"


async def test_a_form_that_was_opened_before_a_restart_says_so(troubled: World) -> None:
    form = await press(troubled, "form")
    troubled.bot.client._connection._view_store._modals.clear()

    assert "This has expired" in shown(await troubled.member.submit_modal(form, {"what": "x"}))


async def test_a_view_in_memory_answers_its_errors_and_says_when_it_has_expired(troubled: World) -> None:
    answer = await troubled.member.slash(troubled.channel, "troubles", custom_id="brief")
    assert answer.response

    during = await troubled.member.click(answer.response, label="brief")
    await troubled.pass_time(61)
    after = await troubled.member.click(answer.response, label="brief")

    assert "Not in a view either." in shown(during)
    assert "This has expired" in shown(after)


async def test_the_end_of_a_view_leaves_every_control_alive(troubled: World) -> None:
    await troubled.member.slash(troubled.channel, "troubles", custom_id="brief")
    await troubled.pass_time(61)

    assert "Not like this." in shown(await press(troubled, "input"))


async def test_controls_do_not_share_a_view_with_what_lives_in_memory() -> None:
    # discord.py would unregister the control for every message when the view ends.
    with pytest.raises(TypeError, match="do not go into one view"):
        Brief(timeout=60).add_item(Trouble("input"))

    assert View(timeout=None).add_item(Trouble("input")).add_item(discord.ui.Button(label="x", url="https://a.test"))
