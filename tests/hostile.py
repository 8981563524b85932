"""Makes whatever a function asks for, by its type: the least, the most and the worst that there can be.

`Maker(seed, Size.MOST)` gives the longest names, fifty vendors, ten parts. Every text holds what a shop could write
to mention, link, hide or break the layout; `traces` finds what of that has come through.
"""

from __future__ import annotations

import ast
import importlib
import inspect
import re
import sys
import types
import typing
from collections import abc
from collections.abc import Callable, Iterator
from dataclasses import fields, is_dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum, StrEnum
from itertools import count
from random import Random
from typing import Any, get_args, get_origin, get_type_hints

import discord
from pydantic import AwareDatetime, BaseModel, TypeAdapter, ValidationError

from alerts.domain.api_keys import ApiKey, Plan, Scope, WholeKey, written
from alerts.domain.deliveries import Delivery
from alerts.domain.episodes import Episode, opened
from alerts.domain.letters import Letter, Part
from alerts.domain.model import Point, Snapshot, Tier
from alerts.domain.money import Money
from alerts.domain.quiet import Digest, QuietHours
from alerts.domain.quota import Use
from alerts.domain.stats import Timeline, timeline
from alerts.domain.text import plain
from alerts.domain.wishes import Subscription
from alerts.scan import Answer
from bot.cogs.alerts_desk import Desk
from bot.ui.chart import MOST_ROWS
from bot.ui.embeds import VendorField, vendor_fields
from bot.ui.help import Topic, topics

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
_ZALGO = "Z\u0351\u036b\u0343\u036a\u0302\u036b\u033d\u034f\u0334\u0319\u0324A\u0334\u0335\u031c\u0330L\u0320G\u0321O"
_WORST = (
    "@everyone @here <@666> <@&667> <#668> </evil:669> <:x:670> <t:1:R> [win](https://evil.test/x) https://evil.test/y "
    "discord.gg/evil **b** __u__ ~~s~~ ||spoil|| `code` ```py\nx``` # head\n> quote\n- list \\ ) ] } { "
    f"\u202e\u2066rtl\u2069 \u200b\u00ad {_ZALGO} 👩\u200d👩\u200d👧\u200d👦 𝕏𝕐 🏴\U000e0067 日本 \x00\x1b[31m "
)
# What none of it may look like any more where Discord reads markdown.
_TRACES = {
    "a mention of everybody": re.compile(r"@(everyone|here)"),
    "a mention": re.compile(r"<(@[!&]?|#)66\d>"),
    "a command, an emoji or a time of the shop's": re.compile(r"</evil|<:x:|<t:1:R>"),
    "a link of the shop's": re.compile(r"https://evil|(?<!\\)\]\((?!https://shop\.test/)|discord\.gg/evil"),
    "a hidden character": re.compile("[\u202a-\u202e\u2066-\u2069\u200b\x00\x1b]"),
    "a block of code": re.compile("```py"),
}


class Size(StrEnum):
    """How much of everything."""

    LEAST = "least"
    MOST = "most"
    ANY = "any"


class CannotMake(Exception):
    """A type that needs a row in `HOW`."""


def traces(text: str) -> list[str]:
    """What of the worst has come through."""
    return [name for name, pattern in _TRACES.items() if pattern.search(text)]


class Maker:
    """The same seed makes the same things."""

    def __init__(self, seed: int, size: Size) -> None:
        self.random, self.size, self._serial = Random(seed), size, count()

    def make(self, wanted: Any, name: str = "", metadata: tuple[Any, ...] = ()) -> Any:
        """A value of this type; `name` is that of the argument or the field it is for."""
        if wanted in HOW:
            return HOW[wanted](self)
        origin, inside = get_origin(wanted), get_args(wanted)
        if origin is typing.Annotated:
            return self.make(inside[0], name, (*metadata, *inside[1:]))
        if origin in (typing.Union, types.UnionType):
            return self._one_of(inside, name, metadata)
        if origin is typing.Literal:
            return self.random.choice(inside)
        if origin is tuple and inside[-1:] != (Ellipsis,):
            return tuple(self.make(each, name) for each in inside)
        if origin in (tuple, list, set, frozenset, abc.Sequence, abc.Iterable, abc.Collection):
            return self._several(origin, inside[0], name, metadata)
        if origin in (dict, abc.Mapping):
            return {self.make(inside[0], name): self.make(inside[1], name) for _ in range(self._how_many(name))}
        if origin is abc.Callable:
            # A name of something, if it is asked for one.
            return (lambda *_, **__: self.text(100)) if inside[-1] is str else (lambda *_, **__: None)
        if isinstance(wanted, type):
            return self._plain(wanted, name, metadata)
        raise CannotMake(f"{wanted} (for {name!r})")

    def arguments(self, function: Callable[..., Any], *, skip: int = 0) -> dict[str, Any]:
        """Everything that a function or a class asks for. A control's are what its custom_id can hold."""
        called = function.__init__ if isinstance(function, type) else function
        hints = get_type_hints(called, localns=checked_only(called), include_extras=True)
        code = called.__code__
        names = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount][skip:]
        template = getattr(function, "__discord_ui_compiled_template__", None)
        held = dict(_GROUP.findall(template.pattern)) if template else {}
        return {name: self._held(held[name], name) if name in held else self.make(hints[name], name) for name in names}

    def _held(self, pattern: str, name: str) -> str:
        """The shortest, the longest or some text that fits a group of a control's template."""
        if re.fullmatch(r"[\w|-]+", pattern):
            return self.random.choice(pattern.split("|"))
        longest = 10 if pattern.endswith("+") else 64
        words = [_WORDS[name]] if name in _WORDS else []
        fitting = [
            each
            for each in (*words, *(sign * length for length in range(longest + 1) for sign in "9a"))
            if re.fullmatch(pattern, each)
        ]
        if not fitting:
            raise CannotMake(f"a text like {pattern} (for {name!r})")
        if words and fitting[0] == words[0]:
            return words[0]
        return {Size.LEAST: fitting[0], Size.MOST: fitting[-1]}.get(self.size) or self.random.choice(fitting)

    def text(self, limit: int | None = None) -> str:
        """Something that a shop, a person or an operator could have written."""
        longest = limit or 1200
        if self.size is Size.LEAST:
            return "x"
        if self.size is Size.MOST:
            return f"{next(self._serial)} {_WORST * (longest // len(_WORST) + 1)}"[:longest]
        start = self.random.randrange(len(_WORST))
        return (_WORST[start:] + _WORST)[: self.random.randint(1, min(longest, 400))]

    def moment(self) -> datetime:
        return NOW - timedelta(seconds=self.random.randint(0, 200 * 86400))

    def url(self) -> str:
        """An operator's address: long, with what could end a link early, and not always another one."""
        if self.size is Size.LEAST or not self.random.randrange(4):
            return "https://shop.test/p"
        length = 1900 if self.size is Size.MOST and self.random.randrange(2) else 100
        return f"https://shop.test/{next(self._serial)}/(a)_[b]?x=*~`&" + "y" * length

    def _how_many(self, name: str, most: int | None = None) -> int:
        least, most = _LEAST.get(name, 0), min(_MOST.get(name, 50), most or 1000)
        few = max(least, min(most, self.random.choice([1, 3, 3, 8])))
        return {Size.LEAST: least, Size.MOST: most}.get(self.size, self.random.randint(least, few))

    def _several(self, origin: Any, inside: Any, name: str, metadata: tuple[Any, ...]) -> Any:
        most = min((each.max_length for each in metadata if getattr(each, "max_length", None)), default=None)
        made = [self.make(inside, name) for _ in range(self._how_many(name, most))]
        return origin(made) if origin in (tuple, set, frozenset) else made

    def _one_of(self, inside: tuple[Any, ...], name: str, metadata: tuple[Any, ...]) -> Any:
        some = [each for each in inside if each is not type(None)]
        may_lack = len(some) < len(inside) and name not in _ALWAYS
        if may_lack and (self.size is Size.LEAST or not self.random.randrange(4)):
            return None
        return self.make(self.random.choice(some), name, metadata)

    def _plain(self, wanted: type, name: str, metadata: tuple[Any, ...]) -> Any:
        if issubclass(wanted, Enum | discord.Enum):
            return self.random.choice(list(wanted))
        if issubclass(wanted, BaseModel):
            return self._model(wanted)
        if is_dataclass(wanted):
            hints = get_type_hints(wanted, include_extras=True)
            return wanted(**{each.name: self.make(hints[each.name], each.name) for each in fields(wanted)})
        for candidate in self._candidates(wanted, name):
            if not metadata or _is_valid(wanted, metadata, candidate):
                return candidate
        raise CannotMake(f"{wanted.__name__} {metadata or ''} (for {name!r})")

    def _model(self, wanted: type[BaseModel]) -> BaseModel:
        for _ in range(20):
            made = {
                name: self.make(field.annotation, name, tuple(field.metadata))
                for name, field in wanted.model_fields.items()
            }
            try:
                return wanted(**made)
            except ValidationError as exc:
                problem = exc
        raise CannotMake(f"{wanted.__name__}: {problem}")

    def _candidates(self, wanted: type, name: str) -> Iterator[Any]:
        """From the worst to what fits almost everywhere."""
        if wanted is int:
            low, high = _RANGE.get(name, (0, 10**18))
            yield {Size.LEAST: low, Size.MOST: high}.get(self.size, self.random.randint(low, high))
            yield from (self.random.randint(1, 25), 1)
        elif wanted is float:
            yield self.random.random()
        elif wanted is str:
            yield from self._texts(name)
        elif wanted is Decimal:
            yield from (Decimal("999999999999.99"), Decimal(50), Decimal(1))
        elif issubclass(wanted, timedelta):
            yield timedelta(seconds=self.random.choice([0, 1, 59, 3600, 86400 * 400]))
            yield timedelta(hours=1)

    def _texts(self, name: str) -> Iterator[str]:
        serial = next(self._serial)
        if name.endswith("url"):
            yield self.url()
        elif name in _WORDS:
            yield _WORDS[name]
        elif name in ("id", "sku"):
            # One of its own for everything: a select takes no value twice.
            mark = "".join(chr(ord("a") + int(digit)) for digit in str(serial))
            yield mark if self.size is Size.LEAST else mark.rjust(24 if name == "id" else 64, "k")
        for limit in (_LONGEST.get(name), 100, 96, 64):
            yield self.text(limit)
        long = self.size is Size.MOST
        yield from (f"{serial}-{'k' * 90 if long else 'k'}", f"{serial}{'k' * 50 if long else 'k'}", "GBP", "12:00")
        yield "Europe/London"


def checked_only(called: Callable[..., Any]) -> dict[str, Any]:
    """The names that a function's module imports for type checkers alone."""
    module = sys.modules[called.__module__]
    found: dict[str, Any] = {}
    for block in ast.parse(inspect.getsource(module)).body:
        if isinstance(block, ast.If) and isinstance(block.test, ast.Name) and block.test.id == "TYPE_CHECKING":
            for each in block.body:
                if isinstance(each, ast.ImportFrom) and each.module and not each.level:
                    there = vars(importlib.import_module(each.module))
                    found |= {name.asname or name.name: there[name.name] for name in each.names}
    return found


_GROUP = re.compile(r"\(\?P<(\w+)>((?:[^()]|\([^()]*\))*)\)")
_ADAPTERS: dict[tuple[Any, ...], TypeAdapter[Any]] = {}


def _is_valid(wanted: type, metadata: tuple[Any, ...], candidate: Any) -> bool:
    key = (wanted, *map(id, metadata))
    if key not in _ADAPTERS:
        _ADAPTERS[key] = TypeAdapter(typing.Annotated[wanted, *metadata])
    try:
        _ADAPTERS[key].validate_python(candidate)
    except ValidationError:
        return False
    return True


def _money(maker: Maker) -> Money:
    amount = {Size.LEAST: "0", Size.MOST: "123456789012.99"}.get(maker.size) or f"{maker.random.randint(1, 10**6)}.99"
    return Money.of(Decimal(amount), maker.random.choice(["GBP", "GBP", "EUR", "JPY", "KWD"]))


def _timeline(maker: Maker) -> Timeline:
    return timeline([maker.make(abc.Sequence[Point], "points") for _ in range(3)], NOW)


def _part(maker: Maker) -> Part:
    """An alert that stands alone, or a living one that has gone some way."""
    delivery = maker.make(Delivery).model_copy(update={"guild": 1})
    episode = opened(delivery) if maker.random.randrange(2) else None
    if episode and maker.random.randrange(2):
        stands = maker.make(Episode).stands
        ends = [each.gone_at for each in stands if each.gone_at]
        closed_at = max(ends) if stands and len(ends) == len(stands) else None
        update = {"stands": stands or episode.stands, "revision": 1, "closed_at": closed_at}
        episode = episode.model_copy(update=update)
    return Part(delivery, maker.make(Snapshot), episode)


def _letter(maker: Maker) -> Letter:
    count = {Size.LEAST: 1, Size.MOST: 10}.get(maker.size) or maker.random.randint(1, 10)
    return Letter("l" * 24, tuple(_part(maker) for _ in range(count)))


def _subscription(maker: Maker) -> Subscription:
    """Rules that do not contradict each other."""
    for _ in range(20):
        made = {
            name: maker.make(field.annotation, name, tuple(field.metadata))
            for name, field in Subscription.model_fields.items()
        }
        made["category" if made["sku"] else "sku"] = None
        if not made["sku"] and not made["category"]:
            made["sku"] = maker.make(str, "sku")
        made["above"] = made["above"] if not made["below"] else None
        for name in ("vendors", "regions", "conditions", "sellers"):
            made[f"not_{name}"] = tuple(each for each in made[f"not_{name}"] if each not in made[name])
        try:
            return Subscription(**made)
        except ValidationError as exc:
            problem = exc
    raise CannotMake(f"Subscription: {problem}")


def _option(maker: Maker) -> discord.SelectOption:
    value = maker.make(str, "id")
    return discord.SelectOption(label=plain(f"{value} {maker.text(100)}", 100), value=value)


def _select(maker: Maker) -> discord.ui.Select[Any]:
    """One that stands in a control, so the control's template knows its custom_id."""
    options = maker.make(list[discord.SelectOption], "options")
    return discord.ui.Select(custom_id="hs:alerts:choose:kinds:k", options=options)


def _tags(maker: Maker) -> list[discord.ForumTag]:
    made = []
    for number in range({Size.LEAST: 1, Size.MOST: 20}.get(maker.size) or maker.random.randint(1, 20)):
        tag = discord.ForumTag(name=maker.text(20))
        tag.id = 1000 + number
        made.append(tag)
    return made


def _topics(maker: Maker) -> list[Topic]:
    """Ours, with commands that Discord has told the ids of, or not yet."""
    return topics(maker.random.choice([lambda name: f"</{name}:{10**19}>", lambda name: f"`/{name}`"]))


def _api_key(maker: Maker) -> ApiKey:
    return ApiKey(
        id="a" * 8,
        guild=1,
        name=f"x{maker.text(59)}",
        plan=maker.random.choice(list(Plan)),
        scopes=tuple(Scope),
        created_at=maker.moment(),
        expires_at=maker.random.choice([None, maker.moment()]),
        retires_at=maker.random.choice([None, maker.moment()]),
        last_used_at=maker.random.choice([None, maker.moment()]),
        mac="m" * 64,
    )


# Of a type what its fields do not say of each other; of a name what its type does not say.
HOW: dict[Any, Callable[[Maker], Any]] = {
    Money: _money,
    Timeline: _timeline,
    Part: _part,
    Letter: _letter,
    Subscription: _subscription,
    Digest: lambda maker: Digest(**maker.random.choice(_DIGESTS), timezone=maker.random.choice([None, _ZONE])),
    QuietHours: lambda _: QuietHours(start=time(22), end=time(7), timezone=_ZONE),
    abc.Sequence[VendorField]: lambda maker: vendor_fields(maker.make(Answer)),
    discord.SelectOption: _option,
    discord.ui.Select[Any]: _select,
    abc.Sequence[discord.ForumTag]: _tags,
    abc.Sequence[Topic]: _topics,
    list[Topic]: _topics,
    Topic: lambda maker: maker.random.choice(_topics(maker)),
    Desk: lambda _: None,  # forms only keep it for later
    discord.ButtonStyle: lambda maker: maker.random.choice(_STYLES),
    AwareDatetime: Maker.moment,
    datetime: Maker.moment,
    date: lambda maker: maker.moment().date(),
    time: lambda _: time(23, 59),
    bool: lambda maker: bool(maker.random.getrandbits(1)),
    bytes: lambda _: b"\x89PNG",
    Any: lambda _: None,
    # A watch's name, tier or pause, and how many of each a guild has.
    object: lambda maker: maker.random.choice([True, Tier.HOT, maker.text(60)]),
    ApiKey: _api_key,
    WholeKey: lambda _: written("a" * 8, "W" * 32),
    Use: lambda maker: Use(*(maker.random.randint(0, 10**6) for _ in Use._fields)),
}
_ZONE = "America/Argentina/ComodRivadavia"  # the longest name there is
_DIGESTS: list[dict[str, Any]] = [
    {"every": "hourly"}, {"every": "daily", "at": time(18)}, {"every": "weekly", "weekday": "mon", "at": time(9)},
]  # fmt: skip
_STYLES = [discord.ButtonStyle.primary, discord.ButtonStyle.secondary, discord.ButtonStyle.danger]
_RANGE = {
    "days": (1, 3650), "percentile": (0, 100), "weekday": (0, 6), "hour": (0, 23), "reads": (1, 20), "page": (0, 50),
    "code": (0, 160005), "guild": (1, 1), "mention_role": (2, 10**18), "pages": (1, 50), "row": (0, 4),
    "room": (100, 5900), "unnamed": (1, MOST_ROWS),
}  # fmt: skip
_MOST = {
    "notices": 6, "missing": 4, "tags": 5, "options": 25, "also": 30, "evidence": 5, "listings": 50, "flips": 10,
    "points": 25, "aliases": 3, "applied": 5, "latest": 5, "journeys": 10, "stages": 12, "rows": 10, "answers": 5,
    "unnamed": MOST_ROWS, "names": 25, "products": 25, "mine": 25, "entries": 6,
}  # fmt: skip
_LEAST = {"notices": 1, "listings": 1, "kinds": 1, "missing": 0, "stands": 1, "products": 1, "stages": 1,
          "mine": 1, "options": 1}  # fmt: skip
# A control is made without these only to be pressed: nobody sees it so.
_ALWAYS = frozenset({"select", "options", "products", "every"})
_LACK = "I lack **Send Messages in Threads** there: grant it in the channel's settings, under Permissions."
# An id is ours, so it is short and clean; a product's name is checked when the configuration is read.
_WORDS = {"delivery_id": "a" * 24, "request_id": "0a1b2c3d", "timezone": "Europe/London", "zone": "Europe/London",
          "headline": "Back in stock", "missing": "Send Messages in Threads", "older": "1795348800000-12",
          "custom_id": "hs:alerts:choose:first_sight:" + "k" * 40, "label": "l" * 80, "window": "30d",
          "title": "t" * 45, "word": plain(_WORST, 40),
          "note": "Page 10 of 50",
          # Sentences of ours, the names in them made harmless already.
          "trouble": _LACK, "troubles": _LACK, "problems": _LACK}  # fmt: skip
_LONGEST = {"name": 100, "product_name": 100, "category": 100}
