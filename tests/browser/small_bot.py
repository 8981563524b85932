"""The bot behind the chat page's tests: one of everything that a person can meet."""

import discord
from discord import app_commands

from tests.wire.bots import TinyBot

PRODUCTS = {"Raspberry Pi 5 8GB": "pi5-8gb", "Jetson Orin Nano": "jetson-orin"}
NASTY = '<img src=x onerror="alert(1)"> [click](javascript:alert(1)) **bold** \\*plain\\*'


class Ask(discord.ui.Modal, title="Your own alert"):
    price = discord.ui.TextInput[discord.ui.View](label="Price", custom_id="price")

    async def on_submit(self, interaction: discord.Interaction) -> None:
        await interaction.response.send_message(f"noted: {self.price.value}", ephemeral=True)


class Buttons(discord.ui.View):
    def __init__(self) -> None:
        super().__init__(timeout=None)
        self.add_item(discord.ui.Button(label="Shop", url="https://example.com/"))

    @discord.ui.button(label="Ask", custom_id="ask")
    async def ask(self, interaction: discord.Interaction, _: discord.ui.Button["Buttons"]) -> None:
        await interaction.response.send_modal(Ask())

    @discord.ui.button(label="Press", custom_id="press")
    async def press(self, interaction: discord.Interaction, _: discord.ui.Button["Buttons"]) -> None:
        await interaction.response.edit_message(content="pressed")

    @discord.ui.button(label="Broken", custom_id="broken")
    async def broken(self, _: discord.Interaction, __: discord.ui.Button["Buttons"]) -> None: ...

    @discord.ui.select(custom_id="shop", placeholder="Shop", options=[discord.SelectOption(label="The Pi Hut")])
    async def shop(self, interaction: discord.Interaction, select: discord.ui.Select["Buttons"]) -> None:
        await interaction.response.edit_message(content=f"chosen {select.values[0]}")


async def products(_: discord.Interaction, typed: str) -> list[app_commands.Choice[str]]:
    found = [name for name in PRODUCTS if typed.lower() in name.lower()]
    return [app_commands.Choice(name=name, value=PRODUCTS[name]) for name in found]


def small_bot(bot: TinyBot) -> None:
    """/scan, /watch add (managers), /nasty, /silent and a message menu."""

    @bot.tree.command(description="See every shop")
    @app_commands.describe(product="What to look for", fresh="Look again")
    @app_commands.autocomplete(product=products)
    async def scan(interaction: discord.Interaction, product: str, fresh: bool = False) -> None:
        await interaction.response.defer(thinking=True)
        embed = discord.Embed(title=product, url="https://example.com/", description=f"fresh: {fresh}", color=0x2ECC71)
        embed.add_field(name="Shop", value="In stock").add_field(name="Price", value="£1").set_footer(text="now")
        await interaction.edit_original_response(embed=embed, view=Buttons())

    watch = app_commands.Group(
        name="watch", description="Watchlist", default_permissions=discord.Permissions(manage_guild=True)
    )

    @watch.command(name="add", description="Watch a product")
    @app_commands.autocomplete(product=products)
    @app_commands.choices(tier=[app_commands.Choice(name="Hot", value="hot")])
    async def add(
        interaction: discord.Interaction,
        product: str,
        channel: discord.TextChannel,
        role: discord.Role | None = None,
        tier: str = "warm",
    ) -> None:
        words = f"{product} {channel.mention} {role.mention if role else 'nobody'} {tier}"
        await interaction.response.send_message(words, ephemeral=True)

    @bot.tree.command(description="Text that must not act")
    async def nasty(interaction: discord.Interaction) -> None:
        await interaction.response.send_message(NASTY, embed=discord.Embed(title="<b>x</b>", description=NASTY))

    @bot.tree.command(description="Never answers")
    async def silent(_: discord.Interaction) -> None: ...

    @bot.tree.context_menu(name="Why this alert?")
    async def why(interaction: discord.Interaction, message: discord.Message) -> None:
        await interaction.response.send_message(f"because: {message.content}", ephemeral=True)

    bot.tree.add_command(watch)
