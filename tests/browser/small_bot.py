"""The bot behind the chat page's tests: one of everything that a person can meet."""

import base64
from io import BytesIO

import discord
from discord import app_commands

from tests.wire.bots import TinyBot

PRODUCTS = {"Raspberry Pi 5 8GB": "pi5-8gb", "Jetson Orin Nano": "jetson-orin"}
PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
NASTY = '<img src=x onerror="alert(1)"> [click](javascript:alert(1)) **bold** \\*plain\\*'


class Ask(discord.ui.Modal, title="Your own alert"):
    price = discord.ui.TextInput[discord.ui.View](label="Price", custom_id="price")

    async def on_submit(self, interaction: discord.Interaction) -> None:
        await interaction.response.send_message(f"noted: {self.price.value}", ephemeral=True)


class Form(discord.ui.Modal, title="A list and a place"):
    name = discord.ui.Label(text="Name", component=discord.ui.TextInput(custom_id="name"))
    place = discord.ui.Label(text="Place", component=discord.ui.ChannelSelect(custom_id="place"))
    kinds = discord.ui.Label(
        text="Kinds",
        description="One or both",
        component=discord.ui.Select(
            custom_id="kinds",
            max_values=2,
            options=[discord.SelectOption(label="Back in stock"), discord.SelectOption(label="Cheaper")],
        ),
    )
    file = discord.ui.Label(text="File", component=discord.ui.FileUpload(custom_id="file"))

    async def on_submit(self, interaction: discord.Interaction) -> None:
        name, place, kinds, file = (each.component for each in (self.name, self.place, self.kinds, self.file))
        content = (await file.values[0].read()).decode()
        words = f"{name.value} {place.values[0].mention} {'+'.join(kinds.values)} {file.values[0].filename}={content}"
        await interaction.response.send_message(words, ephemeral=True)


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


class German(app_commands.Translator):
    """A few words of German."""

    async def translate(
        self, string: app_commands.locale_str, locale: discord.Locale, _: app_commands.TranslationContextTypes
    ) -> str | None:
        words = {
            "watch": "beobachten",
            "add": "hinzufügen",
            "product": "produkt",
            "tier": "takt",
            "Hot": "Heiß",
            "Watch a product": "Beobachtet ein Produkt",
            "Why this alert?": "Warum dieser Alarm?",
        }
        return words.get(string.message) if locale is discord.Locale.german else None


async def products(_: discord.Interaction, typed: str) -> list[app_commands.Choice[str]]:
    found = [name for name in PRODUCTS if typed.lower() in name.lower()]
    return [app_commands.Choice(name=name, value=PRODUCTS[name]) for name in found]


def small_bot(bot: TinyBot) -> None:
    """/scan, /watch add (managers), /nasty, /silent and a message menu."""

    bot.translator = German()

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

    @bot.tree.command(description="Asks for a list and a place")
    async def form(interaction: discord.Interaction) -> None:
        await interaction.response.send_modal(Form())

    @bot.tree.command(description="Draws a picture of what is attached")
    async def chart(interaction: discord.Interaction, file: discord.Attachment | None = None) -> None:
        picture = discord.File(BytesIO(PNG), filename="chart.png", description="Prices over time: falling")
        text = f"{file.filename}: {len(await file.read())} bytes" if file else f"in {interaction.locale.value}"
        embed = discord.Embed(title="Chart", description=text).set_image(url="attachment://chart.png")
        await interaction.response.send_message(embed=embed, file=picture)

    @bot.tree.command(description="Never answers")
    async def silent(_: discord.Interaction) -> None: ...

    @bot.tree.context_menu(name="Why this alert?")
    async def why(interaction: discord.Interaction, message: discord.Message) -> None:
        await interaction.response.send_message(f"because: {message.content}", ephemeral=True)

    bot.tree.add_command(watch)
