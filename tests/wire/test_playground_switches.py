"""The switches and the event log of the playground, with the real discord.py at the other end."""

import asyncio

import discord
import pytest

from bot.playground.discord.errors import Refused
from bot.playground.discord.permissions import Permission
from bot.playground.discord.server import DiscordServer
from tests.wire.bots import TinyBot, running

pytestmark = pytest.mark.wire


class Files(discord.ui.Modal, title="A list"):
    lists = discord.ui.Label(text="Lists", component=discord.ui.FileUpload(custom_id="lists", max_values=2))
    who = discord.ui.Label(text="Who", component=discord.ui.RoleSelect(custom_id="who"))

    async def on_submit(self, interaction: discord.Interaction) -> None:
        lists, who = self.lists.component, self.who.component
        texts = [(await file.read()).decode() for file in lists.values]
        await interaction.response.send_message(f"{' '.join(texts)} {who.values[0].name}")


def setup(bot: TinyBot) -> None:
    @bot.tree.command(description="Asks for files")
    async def files(interaction: discord.Interaction) -> None:
        await interaction.response.send_modal(Files())

    @bot.tree.command(description="What the asker may do in a channel")
    async def may(interaction: discord.Interaction, channel: discord.app_commands.AppCommandChannel) -> None:
        may = channel.permissions
        await interaction.response.send_message(f"send {may.send_messages} manage {may.manage_channels}")


def place(bot: TinyBot, server: DiscordServer) -> discord.PartialMessageable:
    return bot.get_partial_messageable(int(server.world.channel("deals").id), guild_id=int(server.world.guild.id))


async def test_a_permission_comes_back_when_its_switch_does(server: DiscordServer) -> None:
    deals = server.world.channel("deals")
    async with running(server, setup) as bot:
        server.lab.permit(deals, "send", granted=False)
        with pytest.raises(discord.Forbidden) as caught:
            await place(bot, server).send("hello")
        assert caught.value.code == 50013
        server.lab.permit(deals, "send", granted=True)
        await place(bot, server).send("hello")

    assert server.lab.of_channel(deals)["may"]["send"]


async def test_a_threads_permissions_are_its_channels(server: DiscordServer) -> None:
    deals = server.world.channel("deals")
    thread = server.world.add_thread("boards", parent=deals, owner=server.world.admin)
    server.lab.permit(thread, "threads", granted=False)

    assert not server.world.permissions(server.world.bot, deals) & Permission.SEND_MESSAGES_IN_THREADS
    assert not server.lab.of_channel(thread)["may"]["threads"]


@pytest.mark.parametrize(("who", "is_manager"), [("admin", True), ("member", False)])
async def test_a_channel_that_is_named_comes_with_what_the_asker_may_do_there_and_not_the_bot(
    server: DiscordServer, who: str, is_manager: bool
) -> None:
    server.lab.permit(server.world.channel("deals"), "send", granted=False)
    async with running(server, setup):
        answer = await (await server.slash(who, "general", "may", {"channel": "#deals"})).answered(5)

    assert answer["content"] == f"send True manage {is_manager}"


async def test_in_slow_mode_the_client_waits_and_then_it_arrives(server: DiscordServer) -> None:
    server.lab.slow(server.world.channel("deals"), 1)
    async with running(server, setup) as bot:
        await place(bot, server).send("one")
        await place(bot, server).send("two")

    statuses = [each.status for each in server.requests if each.path.endswith("/messages")]
    assert statuses == [200, 429, 200]
    assert [each["content"] for each in server.world.messages("deals")] == ["one", "two"]


async def test_who_manages_messages_is_not_slowed(server: DiscordServer) -> None:
    server.lab.slow(server.world.channel("deals"), 60)
    server.say("admin", "deals", "one")
    server.say("admin", "deals", "two")
    server.say("member", "deals", "one")
    with pytest.raises(Refused, match="slowmode"):
        server.say("member", "deals", "two")


@pytest.mark.parametrize(("switch", "status"), [("refuse", 429), ("away", 503)])
async def test_a_switch_that_is_off_again_has_no_effect(server: DiscordServer, switch: str, status: int) -> None:
    server.lab.switch(switch, on=True)
    server.lab.switch(switch, on=True)
    async with running(server, setup) as bot:
        sending = asyncio.create_task(place(bot, server).send("hello"))
        await server.requested("POST", "/channels/*/messages")
        assert server.requests[-1].status == status
        server.lab.switch(switch, on=False)
        await asyncio.gather(sending, return_exceptions=True)
        await place(bot, server).send("hello")

    assert server.lab.switches()[switch] is False
    assert server.world.messages("deals")


async def test_the_log_has_both_ways_and_no_token(server: DiscordServer) -> None:
    async with running(server, setup):
        await server.slash("admin", "general", "files")

    told = [entry for entry in server.log.entries if entry["way"] == "to"]
    asked = [entry for entry in server.log.entries if entry["way"] == "from"]
    assert ("INTERACTION_CREATE", "/files") in [(entry["what"], entry["about"]) for entry in told]
    assert any(entry["about"].endswith("/…/callback") and entry["status"] == 200 for entry in asked)
    token = next(e["detail"]["token"] for e in told if e["what"] == "INTERACTION_CREATE")
    assert token == "…"


async def test_a_form_brings_its_files_and_roles(server: DiscordServer) -> None:
    async with running(server, setup):
        shown = await server.slash("admin", "general", "files")
        values = {"lists": [("a.csv", b"pi5"), ("b.csv", b"deck")], "who": [server.world.deal_hunters.id]}
        answer = await server.submit_modal(shown, values)

    assert answer.last["content"] == "pi5 deck deal-hunters"


async def test_a_form_without_its_file_is_not_sent(server: DiscordServer) -> None:
    async with running(server, setup):
        shown = await server.slash("admin", "general", "files")
        with pytest.raises(Refused, match="Lists"):
            await server.submit_modal(shown, {"lists": [], "who": [server.world.deal_hunters.id]})
