"""The real discord.py against the playground: what it does at Discord, it can do here."""

import asyncio

import aiohttp
import discord
import pytest
from discord import app_commands

from bot.playground.discord.errors import Refused
from bot.playground.discord.runs import NoAnswer, State
from bot.playground.discord.server import DiscordServer
from tests.wire.bots import TinyBot, pointed_at, post_json, running

pytestmark = pytest.mark.wire

SHELF = ["jetson-nano", "jetson-orin", "pi5"]


class Ask(discord.ui.Modal, title="Your price"):
    price = discord.ui.TextInput[discord.ui.View](label="Price", custom_id="price")

    async def on_submit(self, interaction: discord.Interaction) -> None:
        await interaction.response.send_message(f"below {self.price.value}", ephemeral=True)


class Buttons(discord.ui.View):
    def __init__(self) -> None:
        super().__init__(timeout=None)

    @discord.ui.button(label="Press", custom_id="press")
    async def press(self, interaction: discord.Interaction, _: discord.ui.Button["Buttons"]) -> None:
        await interaction.response.edit_message(content="pressed", view=None)

    @discord.ui.button(label="Ask", custom_id="ask")
    async def ask(self, interaction: discord.Interaction, _: discord.ui.Button["Buttons"]) -> None:
        await interaction.response.send_modal(Ask())

    @discord.ui.select(custom_id="pick", options=[discord.SelectOption(label=name) for name in SHELF])
    async def pick(self, interaction: discord.Interaction, select: discord.ui.Select["Buttons"]) -> None:
        await interaction.response.defer()
        await interaction.edit_original_response(content=f"picked {select.values[0]}")


def shop(bot: TinyBot) -> None:
    """The commands of the bot under test."""

    @bot.tree.command(description="Look at all shops")
    @app_commands.describe(product="What to look for", fresh="Look again")
    async def scan(interaction: discord.Interaction, product: str, fresh: bool = False) -> None:
        await interaction.response.defer(thinking=True)
        embed = discord.Embed(title=product, description=f"fresh: {fresh}", url="https://example.com/")
        await interaction.edit_original_response(embed=embed, view=Buttons())

    @scan.autocomplete("product")
    async def products(_: discord.Interaction, typed: str) -> list[app_commands.Choice[str]]:
        return [app_commands.Choice(name=name.title(), value=name) for name in SHELF if typed in name]

    watch = app_commands.Group(
        name="watch", description="Watchlist", default_permissions=discord.Permissions(manage_guild=True)
    )

    @watch.command(name="add", description="Watch a product")
    async def add(
        interaction: discord.Interaction,
        product: str,
        channel: discord.TextChannel | None = None,
        role: discord.Role | None = None,
        every: app_commands.Range[int, 1, 60] = 5,
    ) -> None:
        words = f"{product} in {channel and channel.mention} for {role and role.name} every {every}"
        await interaction.response.send_message(words, ephemeral=True)

    @bot.tree.command(description="Never answers")
    async def silent(_: discord.Interaction) -> None: ...

    @bot.tree.context_menu(name="Why this alert?")
    async def why(interaction: discord.Interaction, message: discord.Message) -> None:
        await interaction.response.send_message(f"because of {message.content}", ephemeral=True)

    bot.tree.add_command(watch)


# --- commands -----------------------------------------------------------------------------------------------------


async def test_a_deferred_answer_is_thinking_first_and_the_answer_later(server: DiscordServer) -> None:
    async with running(server, shop):
        run = await server.slash("member", "general", "scan", {"product": "pi5", "fresh": True})
        message = await run.answered(5)

    assert message["embeds"][0]["title"] == "pi5"
    assert message["embeds"][0]["description"] == "fresh: True"
    assert message["edited_timestamp"] is None
    assert server.world.messages("general") == [message]


async def test_a_sub_command_gets_its_options_with_the_things_behind_the_ids(server: DiscordServer) -> None:
    async with running(server, shop):
        options = {"product": "pi5", "channel": "#deals", "role": "deal-hunters", "every": "7"}
        run = await server.slash("admin", "general", "watch add", options)

    deals = server.world.channel("deals")
    assert run.response is not None
    assert run.response["content"] == f"pi5 in <#{deals.id}> for deal-hunters every 7"


async def test_an_ephemeral_answer_is_seen_by_one_person_only(server: DiscordServer) -> None:
    async with running(server, shop):
        await server.slash("admin", "general", "watch add", {"product": "pi5"})

    assert server.world.messages("general") == []
    assert server.world.messages("general", viewer="member") == []
    assert len(server.world.messages("general", viewer="admin")) == 1


async def test_a_command_for_managers_is_hidden_from_a_member(server: DiscordServer) -> None:
    async with running(server, shop):
        with pytest.raises(Refused, match="permission"):
            await server.slash("member", "general", "watch add", {"product": "pi5"})


@pytest.mark.parametrize(
    ("options", "reason"),
    [({}, "required"), ({"product": "x", "every": 61}, "at most 60"), ({"prodct": "x"}, "no option prodct")],
)
async def test_what_discords_client_would_not_send_never_reaches_the_bot(
    server: DiscordServer, options: dict[str, object], reason: str
) -> None:
    async with running(server, shop):
        with pytest.raises(Refused, match=reason):
            await server.slash("admin", "general", "watch add", options)


async def test_a_typed_line_is_the_same_as_a_picked_command(server: DiscordServer) -> None:
    async with running(server, shop):
        plain = await (await server.line("member", "general", "/scan jetson orin")).answered()
        named = await (await server.line("member", "general", "/scan product:pi 5 fresh:true")).answered()

    assert plain["embeds"][0]["title"] == "jetson orin"
    assert (named["embeds"][0]["title"], named["embeds"][0]["description"]) == ("pi 5", "fresh: True")


async def test_autocomplete_offers_what_the_bot_offers(server: DiscordServer) -> None:
    async with running(server, shop):
        choices = await server.autocomplete("member", "general", "scan", {"product": "jet"}, focused="product")

    assert choices == [
        {"name": "Jetson-Nano", "value": "jetson-nano"},
        {"name": "Jetson-Orin", "value": "jetson-orin"},
    ]


async def test_a_message_menu_hands_over_the_message(server: DiscordServer) -> None:
    message = server.say("member", "general", "restocked")
    async with running(server, shop):
        run = await server.message_command("member", message, "Why this alert?")

    assert run.last["content"] == "because of restocked"


async def test_a_bot_that_stays_silent_did_not_respond() -> None:
    async with DiscordServer(deadline=0.05) as server, running(server, shop):
        run = await server.slash("member", "general", "silent")

        assert run.state is State.FAILED
        with pytest.raises(NoAnswer, match="The application did not respond"):
            await run.answered()


async def test_an_answer_after_the_deadline_is_an_unknown_interaction() -> None:
    gate, codes = asyncio.Event(), asyncio.Queue[int]()

    def slow(bot: TinyBot) -> None:
        @bot.tree.command(description="Too late")
        async def late(interaction: discord.Interaction) -> None:
            await gate.wait()
            with pytest.raises(discord.NotFound) as caught:
                await interaction.response.defer()
            codes.put_nowait(caught.value.code)

    async with DiscordServer(deadline=0.05) as server, running(server, slow):
        await server.slash("member", "general", "late")
        gate.set()

        assert await asyncio.wait_for(codes.get(), 5) == 10062


async def test_answering_twice_is_refused(server: DiscordServer) -> None:
    codes: list[int] = []

    def double(bot: TinyBot) -> None:
        @bot.tree.command(description="Twice")
        async def twice(interaction: discord.Interaction) -> None:
            await interaction.response.defer()
            interaction.response._response_type = None
            with pytest.raises(discord.HTTPException) as caught:
                await interaction.response.defer()
            codes.append(caught.value.code)
            await interaction.followup.send("done")

    async with running(server, double):
        run = await server.slash("member", "general", "twice")
        await run.answered()

    assert codes == [40060]
    assert [message["content"] for message in run.messages] == ["done"]


# --- buttons, selects, modals ---------------------------------------------------------------------------------------


async def test_a_button_edits_its_message(server: DiscordServer) -> None:
    async with running(server, shop):
        message = await (await server.slash("member", "general", "scan", {"product": "pi5"})).answered()
        await server.press("member", message, "press")

    (changed,) = server.world.messages("general")
    assert (changed["content"], changed["components"]) == ("pressed", [])


async def test_a_select_hands_over_what_was_chosen(server: DiscordServer) -> None:
    async with running(server, shop):
        message = await (await server.slash("member", "general", "scan", {"product": "pi5"})).answered()
        run = await server.press("member", message, "pick", ["pi5"])
        changed = await run.answered()

    assert (changed["id"], changed["content"]) == (message["id"], "picked pi5")


async def test_a_modal_is_filled_in_and_sent(server: DiscordServer) -> None:
    async with running(server, shop):
        message = await (await server.slash("member", "general", "scan", {"product": "pi5"})).answered()
        asked = await server.press("member", message, "ask")
        sent = await server.submit_modal(asked, {"price": "80"})

    assert asked.modal is not None
    assert asked.modal["title"] == "Your price"
    assert sent.last["content"] == "below 80"


async def test_a_command_keeps_its_id_when_it_is_synced_again(server: DiscordServer) -> None:
    async with running(server, shop) as bot:
        first = {command.name: command.id for command in await bot.tree.fetch_commands()}
        second = {command.name: command.id for command in await bot.tree.sync()}

    assert first == second
    assert set(first) == {"scan", "watch", "silent", "Why this alert?"}


# --- connections and failures -----------------------------------------------------------------------------------------


async def test_a_session_is_resumed_after_op_7_and_misses_nothing(server: DiscordServer) -> None:
    async with running(server, shop) as bot:
        await server.gateway.reconnect()
        await asyncio.wait_for(bot.resumed.wait(), 10)
        run = await server.slash("member", "general", "scan", {"product": "pi5"})
        await run.answered()

    assert (server.gateway.identifies, server.gateway.resumes) == (1, 1)


async def test_a_wrong_token_is_a_401(server: DiscordServer) -> None:
    async with discord.AutoShardedClient(intents=discord.Intents(guilds=True)) as client:
        with pointed_at(server), pytest.raises(discord.LoginFailure):
            await client.login("wrong")


async def test_a_privileged_intent_is_refused_at_the_gateway(server: DiscordServer) -> None:
    with pytest.raises(discord.PrivilegedIntentsRequired):
        async with running(server, shop, intents=discord.Intents(guilds=True, members=True)):
            pass


async def test_a_message_made_before_the_connection_was_cut_is_not_made_again(server: DiscordServer) -> None:
    async with running(server, shop) as bot:
        fault = server.faults.add("POST", "/channels/*/messages", mode="created_then_drop")
        channel = bot.get_partial_messageable(int(server.world.channel("deals").id))
        with pytest.raises((aiohttp.ClientError, OSError)):
            await channel.send("once", nonce="news-1")
        sent = await channel.send("once", nonce="news-1")

    (kept,) = server.world.messages("deals")
    assert (kept["id"], fault.hits) == (str(sent.id), 1)
    assert [r.status for r in server.requests if r.method == "POST" and "messages" in r.path] == [0, 200]


async def test_a_scripted_status_is_answered_as_often_as_it_was_asked_for(server: DiscordServer) -> None:
    async with running(server, shop) as bot:
        server.faults.add("POST", "/channels/*/messages", status=503, times=2)
        channel = bot.get_partial_messageable(int(server.world.channel("deals").id))
        for _ in range(2):
            with pytest.raises(discord.DiscordServerError):
                await channel.send("hello")
        await channel.send("hello")

    assert len(server.world.messages("deals")) == 1


async def test_a_rate_limit_is_waited_out_by_discord_py(server: DiscordServer) -> None:
    async with running(server, shop) as bot:
        server.faults.rate_limit("POST", "/channels/*/messages", retry_after=0.01, is_global=True)
        await bot.get_partial_messageable(int(server.world.channel("deals").id)).send("hello")

    assert [r.status for r in server.requests if r.path.endswith("/messages")] == [429, 200]


async def test_limits_count_when_they_are_switched_on(server: DiscordServer) -> None:
    server.limits.on()
    path = f"/channels/{server.world.channel('deals').id}/messages"

    answers = [await post_json(server, path, {"content": str(n)}) for n in range(6)]

    assert [status for status, _ in answers] == [200] * 5 + [429]
    assert answers[-1][1]["global"] is False
    assert 0 < answers[-1][1]["retry_after"] <= 5


async def test_refusals_are_invalid_requests_and_a_shared_limit_is_none(server: DiscordServer) -> None:
    path = f"/channels/{server.world.channel('deals').id}/messages"
    server.faults.add("POST", path, status=403, code=50013)
    server.faults.rate_limit("POST", path, retry_after=0.01)
    shared = {"Via": "1.1 google", "X-RateLimit-Scope": "shared"}
    server.faults.add("POST", path, status=429, body={"retry_after": 0.01, "global": False}, headers=shared)

    for _ in range(4):
        await post_json(server, path, {"content": "hello"})

    assert dict(server.limits.answers) == {"403": 1, "429 user": 1, "429 shared": 1, "200": 1}
    assert server.limits.invalid == 2


async def test_an_address_with_too_many_invalid_requests_is_shut_out(server: DiscordServer) -> None:
    server.limits.ban_line = 2
    server.limits.on()
    path = f"/channels/{server.world.channel('deals').id}/messages"
    server.faults.add("POST", path, status=403, code=50013, times=2)
    async with aiohttp.ClientSession(headers={"Authorization": f"Bot {server.token}"}) as session:
        answers = []
        for _ in range(3):
            async with session.post(server.api_base + path, json={"content": "hello"}) as answer:
                answers.append((answer.status, answer.content_type, "Via" in answer.headers))

    assert answers == [(403, "application/json", False)] * 2 + [(429, "text/html", False)]
    assert server.world.messages("deals") == []


async def test_a_fault_may_strike_each_third_request_only(server: DiscordServer) -> None:
    path = f"/channels/{server.world.channel('deals').id}/messages"
    server.faults.rate_limit("POST", path, retry_after=0.01, is_global=True, times=None, every=3)

    statuses = [(await post_json(server, path, {"content": "hello"}))[0] for _ in range(6)]

    assert statuses == [200, 200, 429, 200, 200, 429]


async def test_two_shards_each_have_their_own_guilds(server: DiscordServer) -> None:
    other = server.world.add_guild("Other", members=[server.world.member])

    async with aiohttp.ClientSession() as session:
        seen = [await _guilds_of_shard(session, server, shard) for shard in (0, 1)]

    assert sorted([*seen[0], *seen[1]]) == sorted([server.world.guild.id, other.id])


async def _guilds_of_shard(session: aiohttp.ClientSession, server: DiscordServer, shard: int) -> list[str]:
    async with session.ws_connect(server.gateway_url) as socket:
        await socket.receive_json()
        identify = {"token": server.token, "intents": 1, "shard": [shard, 2], "properties": {}}
        await socket.send_json({"op": 2, "d": identify})
        ready = await socket.receive_json()
        return [guild["id"] for guild in ready["d"]["guilds"]]
