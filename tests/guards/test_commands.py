"""The slash commands as Discord is given them."""

from __future__ import annotations

import importlib
import inspect
import re
from collections.abc import Iterator
from typing import Any

import discord
import pytest
from discord.ext import commands

from tests.guards.project import sources, text_of

pytestmark = pytest.mark.guard

Payload = dict[str, Any]
_SUB_COMMAND, _GROUP = 1, 2
_NAME = re.compile(r"[-_'\w]{1,32}")
_MANAGE_SERVER = str(discord.Permissions(manage_guild=True).value)


def cogs() -> list[type[commands.Cog]]:
    """Every cog in bot/cogs."""
    files = [file for file in sources() if file.startswith("bot/cogs/")]
    modules = [importlib.import_module(file.removesuffix(".py").replace("/", ".")) for file in files]
    found = [each for module in modules for each in vars(module).values() if inspect.isclass(each)]
    return [each for each in found if issubclass(each, commands.Cog) and each.__module__.startswith("bot.cogs.")]


async def payloads() -> list[Payload]:
    """What would be uploaded. A cog only keeps what it is given, so nothing at all will do for its parts."""
    bot = commands.Bot(command_prefix=commands.when_mentioned, help_command=None, intents=discord.Intents.none())
    for cog in cogs():
        parts = [name for name in inspect.signature(cog).parameters if name != "self"]
        await bot.add_cog(cog(**dict.fromkeys(parts)))
    return [command.to_dict(bot.tree) for command in bot.tree.get_commands()]


def menus() -> list[str]:
    """The names of what cogs add to the menu of a message."""
    made = [
        cog(**dict.fromkeys(name for name in inspect.signature(cog).parameters if name != "self")) for cog in cogs()
    ]
    return [menu.name for cog in made for menu in getattr(cog, "menus", ())]


def leaves(found: list[Payload], path: str = "") -> Iterator[tuple[str, Payload]]:
    """What a person can send, with its whole name: `alerts subscribe`."""
    for each in found:
        name = f"{path} {each['name']}".strip()
        inner = [o for o in each.get("options", []) if o["type"] in (_SUB_COMMAND, _GROUP)]
        if inner:
            yield from leaves(inner, name)
        elif each.get("type", 1) in (_SUB_COMMAND, _GROUP):
            yield name, each


def everything(found: list[Payload], path: str = "") -> Iterator[tuple[str, Payload]]:
    """Every command, group and option, with its whole name."""
    for each in found:
        name = f"{path} {each['name']}".strip()
        yield name, each
        yield from everything(each.get("options", []), name)


def size(payload: Payload) -> int:
    """As Discord counts a command: its names, descriptions and choice values, all the way down."""
    choices = sum(len(c["name"]) + len(str(c["value"])) for c in payload.get("choices", []))
    own = len(payload["name"]) + len(payload.get("description", "")) + choices
    return own + sum(size(option) for option in payload.get("options", []))


def test_every_cog_is_plugged_in() -> None:
    app = text_of("bot/root/discord.py")

    assert cogs()
    assert [cog.__name__ for cog in cogs() if f"{cog.__name__}(" not in app] == []


async def test_the_commands_of_the_specification_are_there() -> None:
    there = {name for name, _ in leaves(await payloads())}

    assert there >= {
        *("scan", "history", "stats", "why", "watch add", "watch remove", "watch list"),
        *("alerts subscribe", "alerts unsubscribe", "alerts list", "alerts edit", "alerts test"),
        *("alerts quiet-hours", "alerts digest", "alerts snooze"),
    }


async def test_every_command_group_and_option_is_described() -> None:
    def is_described(each: Payload) -> bool:
        return 1 <= len(each.get("description", "")) <= 100 and each["description"].strip(" …") != ""

    assert [name for name, each in everything(await payloads()) if not is_described(each)] == []


async def test_every_name_is_one_that_discord_takes() -> None:
    def is_fine(name: str) -> bool:
        return bool(_NAME.fullmatch(name)) and name == name.lower()

    assert [name for name, each in everything(await payloads()) if not is_fine(each["name"])] == []


async def test_no_two_commands_or_options_share_a_name() -> None:
    names = [name for name, _ in everything(await payloads())]

    assert len(names) == len(set(names))


async def test_everything_is_within_discords_limits() -> None:
    found = await payloads()

    assert len(found) <= 100
    assert [each["name"] for each in found if size(each) > 8000] == []
    assert [name for name, each in everything(found) if len(each.get("options", [])) > 25] == []
    choices = [(name, choice) for name, each in everything(found) for choice in each.get("choices", [])]
    assert [name for name, each in everything(found) if len(each.get("choices", [])) > 25] == []
    assert [name for name, c in choices if not 1 <= len(c["name"]) <= 100 or len(str(c["value"])) > 100] == []


def test_menus_are_few_and_named_within_discords_limits() -> None:
    assert "Why this alert?" in menus()
    assert len(menus()) <= 15
    assert [name for name in menus() if not 1 <= len(name) <= 32] == []


async def test_required_options_come_first() -> None:
    for name, each in everything(await payloads()):
        needed = [option.get("required", False) for option in each.get("options", [])]

        assert needed == sorted(needed, reverse=True), name


async def test_an_option_has_choices_or_autocomplete_but_not_both() -> None:
    both = [name for name, each in everything(await payloads()) if each.get("choices") and each.get("autocomplete")]

    assert both == []


async def test_every_product_option_completes_itself() -> None:
    lacking = [
        name
        for name, each in everything(await payloads())
        if each["name"] in ("product", "alert") and not each.get("autocomplete")
    ]

    assert lacking == []


@pytest.mark.parametrize("name", ["watch", "alerts"])
async def test_managing_is_for_managers_of_a_server(name: str) -> None:
    group = next(each for each in await payloads() if each["name"] == name)

    assert group["default_member_permissions"] in (_MANAGE_SERVER, int(_MANAGE_SERVER))
    assert group.get("dm_permission") is False or group.get("contexts") == [0]
