"""Everything that bot/ui can build, made of the least, the most and the worst there is: Discord takes all of it.

Nothing is listed here: functions that return embeds, views, forms or choices are found by what they return, texts by
their name, controls, views and forms by their class. What they ask for is made by its type (tests/hostile.py). A new
one whose arguments cannot be made fails, and says so: give the type a row in `tests.hostile.HOW`.
"""

from __future__ import annotations

import importlib
import inspect
import json
import pkgutil
import typing
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import fields, is_dataclass
from types import ModuleType
from typing import Any, get_type_hints

import discord
import pytest
from discord import app_commands
from discord.http import handle_message_parameters
from hypothesis import given
from hypothesis import strategies as st

import bot.cogs
import bot.ui
from bot.playground.discord.checks_components import walk
from bot.ui.language import LANGUAGES, speaking
from tests.hostile import CannotMake, Maker, Size, checked_only, traces
from tests.payloads import message_refusals, modal_refusals, refusals

SHOWN = (discord.Embed, discord.File, discord.ui.View, discord.ui.LayoutView, discord.ui.Item, discord.ui.Modal,
         discord.SelectOption, app_commands.Choice)  # fmt: skip
KEPT = (discord.ui.View, discord.ui.LayoutView, discord.ui.Modal, discord.ui.Item)
BASES = "bot.ui.controls"
SPOKEN = sorted(set(LANGUAGES.values()))
# Not for Discord, or a part of something else that is walked. Each with its reason.
NOT_SHOWN = {
    "bot.ui.plain.plain_text": "for e-mail and chats",
    "bot.ui.plain.plain_title": "for e-mail and chats",
    "bot.ui.wish.rules_text": "a part of a description, which is longer: card_embed and panel_embed",
    "bot.ui.scans.Signpost": "discord.py's own button; controls_for makes it",
    "bot.cogs.alerts_forms._RulesForm": "has no field of its own: what is made of it is walked",
    "bot.ui.watching.plan_text": "a file",
}


def modules(*packages: ModuleType) -> Iterator[ModuleType]:
    for package in packages:
        for each in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            yield importlib.import_module(each.name)


def returned(function: Callable[..., Any]) -> Any:
    try:
        return get_type_hints(function, localns=checked_only(function)).get("return")
    except NameError as exc:  # pragma: no cover - a name that exists for type checkers only
        raise AssertionError(f"{function.__qualname__}: {exc}") from None


def parts_of(hint: Any) -> Iterator[Any]:
    """A type, and all within it."""
    yield typing.get_origin(hint) or hint
    for inner in typing.get_args(hint):
        yield from parts_of(inner)
    if isinstance(hint, type) and is_dataclass(hint):
        for each in get_type_hints(hint).values():
            yield from parts_of(each)


def is_shown(hint: Any) -> bool:
    return any(isinstance(each, type) and issubclass(each, SHOWN) for each in parts_of(hint))


def functions() -> dict[str, Callable[..., Any]]:
    """What builds a part of a message, by its name."""
    found = {}
    for module in modules(bot.ui):
        for name, each in vars(module).items():
            if not inspect.isfunction(each) or each.__module__ != module.__name__ or name.startswith("_"):
                continue
            hint = returned(each)
            if is_shown(hint) or (hint is str and name.endswith(("_text", "_line", "_title"))):
                found[f"{module.__name__}.{name}"] = each
    return {name: each for name, each in found.items() if name not in NOT_SHOWN}


def classes() -> dict[str, type]:
    """Controls, views and forms that are ours, by their name."""
    found = {
        f"{module.__name__}.{each.__name__}": each
        for module in modules(bot.ui, bot.cogs)
        for each in vars(module).values()
        if inspect.isclass(each) and issubclass(each, KEPT) and each.__module__ == module.__name__ != BASES
    }
    return {name: each for name, each in found.items() if name not in NOT_SHOWN}


FUNCTIONS, CLASSES = functions(), classes()


@contextmanager
def named(what: str, maker: Maker) -> Iterator[None]:
    try:
        yield
    except CannotMake as exc:
        pytest.fail(f"{what}: nothing makes {exc}; give it a row in tests.hostile.HOW", pytrace=False)
    except Exception as exc:
        exc.add_note(f"while building {what} of {maker.size}")
        raise


async def pieces(built: Any) -> list[Any]:
    """What can be shown in whatever a function gave back."""
    if inspect.isawaitable(built):
        built = await built
    if built is None:
        return []
    if isinstance(built, (*SHOWN, str)):
        return [built]
    if is_dataclass(built):
        built = [getattr(built, each.name) for each in fields(built)]
    if isinstance(built, dict):
        built = list(built.values())
    if isinstance(built, list | tuple | set | frozenset):
        return [piece for each in built for piece in await pieces(each)]
    return []


def message_of(pieces: list[Any]) -> dict[str, Any]:
    """One message with all of it, as discord.py sends it."""
    views = [each for each in pieces if isinstance(each, discord.ui.View | discord.ui.LayoutView)]
    loose = [each for each in pieces if isinstance(each, discord.ui.Item)]
    if loose and not views:
        views = [discord.ui.View(timeout=None)]
        for each in loose:
            views[0].add_item(each)
    embeds = [each for each in pieces if isinstance(each, discord.Embed)]
    files = [each for each in pieces if isinstance(each, discord.File)]
    texts = [each for each in pieces if isinstance(each, str)]
    is_v2 = bool(views) and isinstance(views[0], discord.ui.LayoutView)
    content = None if is_v2 else "\n".join(texts) or ("x" if views and not embeds else None)
    more: dict[str, Any] = {"view": views[0]} if views else {}
    flags = discord.MessageFlags._from_value(1 << 15) if is_v2 else discord.utils.MISSING
    with handle_message_parameters(content, embeds=embeds, files=files, flags=flags, **more) as made:
        payload = made.payload or json.loads((made.multipart or [{"value": "{}"}])[0]["value"])
    return typing.cast("dict[str, Any]", payload)


def found_wrong(pieces: list[Any], name: str) -> list[str]:
    apart = (discord.ui.Modal, app_commands.Choice, discord.SelectOption)
    modals = [each for each in pieces if isinstance(each, discord.ui.Modal)]
    choices = [each for each in pieces if isinstance(each, app_commands.Choice)]
    options = [each for each in pieces if isinstance(each, discord.SelectOption)]
    rest = [each for each in pieces if not isinstance(each, apart)]
    wrong = [each for modal in modals for each in modal_refusals(modal.to_dict())]
    if choices:
        data = {"choices": [each.to_dict() for each in choices]}
        wrong += refusals("POST", "/interactions/1/token/callback", {"type": 8, "data": data})
    if options:
        menu = discord.ui.View(timeout=None).add_item(discord.ui.Select(options=options, custom_id="x"))
        wrong += message_refusals(message_of([menu]))
    if rest:
        message = message_of(rest)
        wrong += message_refusals(message, has_files=any(isinstance(each, discord.File) for each in rest))
        # Nothing in a post's title is read as markdown or as a mention.
        texts = () if name.endswith("_title") else read_texts(message)
        wrong += [f"{each} in {text[:120]!r}" for text in texts for each in traces(text)]
    if name.endswith("_title"):
        wrong += [f"a title of {len(each)}" for each in rest if isinstance(each, str) and not 1 <= len(each) <= 100]
    return wrong


def read_texts(message: dict[str, Any]) -> Iterator[str]:
    """Every text that Discord reads markdown or mentions in."""
    yield message.get("content") or ""
    for embed in message.get("embeds") or ():
        yield from (embed.get("title") or "", embed.get("description") or "")
        for field in embed.get("fields") or ():
            yield from (field["name"], field["value"])
    for each in walk(message.get("components")):
        yield each.get("content") or ""


async def check_function(name: str, maker: Maker) -> None:
    with named(name, maker), speaking(maker.random.choice(SPOKEN)):
        found = await pieces(FUNCTIONS[name](**maker.arguments(FUNCTIONS[name])))
        assert found_wrong(found, name) == []


async def check_class(name: str, maker: Maker) -> None:
    kind = CLASSES[name]
    with named(name, maker), speaking(maker.random.choice(SPOKEN)):
        made = kind(**maker.arguments(kind, skip=1))
        assert found_wrong([made], name) == []
    if isinstance(made, discord.ui.DynamicItem):
        assert made.template.fullmatch(made.custom_id), f"{made.custom_id} does not fit its own template"
        assert made.custom_id.startswith("hs:")


@pytest.mark.parametrize("size", [Size.LEAST, Size.MOST])
@pytest.mark.parametrize("name", FUNCTIONS)
async def test_what_is_built_is_taken(name: str, size: Size) -> None:
    for seed in range(3):
        await check_function(name, Maker(seed, size))


@pytest.mark.parametrize("size", [Size.LEAST, Size.MOST])
@pytest.mark.parametrize("name", CLASSES)
async def test_every_control_view_and_form_is_taken(name: str, size: Size) -> None:
    for seed in range(3):
        await check_class(name, Maker(seed, size))


@pytest.mark.parametrize("name", FUNCTIONS)
@given(seed=st.integers(0, 2**32))
async def test_what_is_built_of_anything_is_taken(name: str, seed: int) -> None:
    await check_function(name, Maker(seed, Size.ANY))


@pytest.mark.parametrize("name", CLASSES)
@given(seed=st.integers(0, 2**32))
async def test_controls_views_and_forms_of_anything_are_taken(name: str, seed: int) -> None:
    await check_class(name, Maker(seed, Size.ANY))


def test_no_reason_is_left_over() -> None:
    there = {f"{module.__name__}.{name}" for module in modules(bot.ui, bot.cogs) for name in vars(module)}

    assert set(NOT_SHOWN) <= there


def test_the_worst_that_a_shop_can_write_is_noticed() -> None:
    assert len(traces(Maker(0, Size.MOST).text())) == 6
