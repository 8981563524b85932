"""From what a person picks or types to what Discord's client sends the bot: names, types, permissions."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from .compose import Files
from .errors import ApiError, Refused
from .permissions import Permission
from .resolve import Resolver
from .shapes import Channel, Json, User
from .world import World

CHAT_INPUT, USER_MENU, MESSAGE_MENU = 1, 2, 3
SUB_COMMAND, SUB_GROUP = 1, 2


@dataclass(frozen=True, slots=True)
class Leaf:
    """A command a person can send: the registered command, the words to it, and its options."""

    command: Json
    words: tuple[str, ...]
    shown: tuple[str, ...]
    """The same words in the language of whoever looks."""
    kinds: tuple[int, ...] = ()
    options: tuple[Json, ...] = field(default=())
    description: str = ""

    @property
    def name(self) -> str:
        """As it is typed, without the slash."""
        return " ".join(self.words)

    def data(self, options: list[Json], resolved: Json) -> Json:
        """The interaction data, with the options below their sub-command."""
        for kind, word in zip(reversed(self.kinds), reversed(self.words[1:]), strict=True):
            options = [{"type": kind, "name": word, "options": options}]
        found: Json = {"id": self.command["id"], "name": self.words[0], "type": self.command["type"]}
        found["options"] = options
        if resolved:
            found["resolved"] = resolved
        if self.command.get("guild_id"):
            found["guild_id"] = self.command["guild_id"]
        return found


def leaves(command: Json, locale: str) -> Iterator[Leaf]:
    """All that a person with this language can send with one registered command."""
    if command["type"] == CHAT_INPUT:
        yield from _below(Leaf(command, (), ()), in_language(command, locale))


def _below(above: Leaf, node: Json) -> Iterator[Leaf]:
    options = node.get("options") or []
    inner = [option for option in options if option["type"] in (SUB_COMMAND, SUB_GROUP)]
    kinds = (*above.kinds, node["type"]) if above.words else ()
    here = Leaf(above.command, (*above.words, node["name"]), (*above.shown, node["shown"]), kinds)
    if not inner:
        yield replace(here, options=tuple(options), description=node.get("description", ""))
    for option in inner:
        yield from _below(here, option)


def in_language(node: Json, locale: str) -> Json:
    """A command or option as a person sees it: its name there as `shown`, description and choices translated."""
    found = {**node, "shown": _translated(node, "name", locale)}
    if node.get("description"):
        found["description"] = _translated(node, "description", locale)
    if node.get("choices"):
        found["choices"] = [{**each, "name": _translated(each, "name", locale)} for each in node["choices"]]
    if node.get("options"):
        found["options"] = [in_language(each, locale) for each in node["options"]]
    return found


def _translated(node: Json, key: str, locale: str) -> str:
    return str((node.get(f"{key}_localizations") or {}).get(locale) or node[key])


class Slash:
    """Finds commands as a person sees them and fills their options."""

    def __init__(self, world: World, files: Files) -> None:
        self._world = world
        self._files = files

    def offered(self, user: User, channel: Channel) -> list[Json]:
        """The commands this person is shown in this channel."""
        commands = self._world.commands.visible_in(channel.guild_id)
        return [command for command in commands if self._may_use(user, channel, command)]

    def find(self, user: User, channel: Channel, name: str) -> Leaf:
        """A command by its words; Refused when it is unknown or hidden from this person."""
        words = tuple(name.removeprefix("/").split())
        for command in self._world.commands.visible_in(channel.guild_id):
            for leaf in leaves(command, user.locale):
                if words in (leaf.words, leaf.shown):
                    if not self._may_use(user, channel, command):
                        raise Refused(f"You do not have permission to use /{leaf.name} here.")
                    return leaf
        raise Refused(f"There is no command /{name.removeprefix('/')} here.")

    def fill(self, user: User, channel: Channel, leaf: Leaf, values: Mapping[str, Any], *, focused: str | None) -> Json:
        """The interaction data for these values; Refused when Discord's client would not send them."""
        known = {option["name"]: option for option in leaf.options}
        for name in values:
            if name not in known:
                raise Refused(f"/{leaf.name} has no option {name}.")
        resolver = Resolver(self._world, self._files, user, channel)
        filled: list[Json] = []
        for option in leaf.options:
            value = values.get(option["name"])
            is_focused = option["name"] == focused
            if value is None or (value == "" and not is_focused):
                if option.get("required") and focused is None:
                    raise Refused(f"{option['name']}: this option is required. Specify a value.")
                continue
            filled.append(_filled(resolver, option, value, is_focused=is_focused))
        return leaf.data(filled, resolver.resolved)

    def menu(self, user: User, channel: Channel, name: str, target: Json, *, kind: int) -> Json:
        """The interaction data of a message or user menu command."""
        for command in self.offered(user, channel):
            if command["type"] == kind and command["name"] == name:
                key = "messages" if kind == MESSAGE_MENU else "users"
                found: Json = {"id": command["id"], "name": name, "type": kind, "target_id": target["id"]}
                found["resolved"] = {key: {target["id"]: target}}
                guild = self._world.guild_of(channel)
                if kind == USER_MENU and guild is not None and target["id"] in guild.members:
                    member = guild.members[target["id"]].json(with_user=False)
                    found["resolved"]["members"] = {target["id"]: {**member, "permissions": "0"}}
                return found
        raise Refused(f'There is no menu command "{name}" here.')

    def parse(self, user: User, channel: Channel, line: str) -> tuple[Leaf, dict[str, Any]]:
        """A typed line: `/scan jetson`, `/watch add product:pi 5 tier:hot`."""
        words = line.strip().removeprefix("/").split()
        for count in range(min(3, len(words)), 0, -1):
            try:
                leaf = self.find(user, channel, " ".join(words[:count]))
            except Refused as refusal:
                if count > 1 and "permission" not in str(refusal):
                    continue
                raise
            rest = line.strip().removeprefix("/")
            for word in words[:count]:
                rest = rest.lstrip().removeprefix(word)
            return leaf, split_options(leaf, rest.strip())
        raise Refused("Type the name of a command after the slash.")

    def _may_use(self, user: User, channel: Channel, command: Json) -> bool:
        needed = command.get("default_member_permissions")
        if channel.guild_id is None:
            return True
        granted = self._world.permissions(user, channel)
        if not granted & Permission.USE_APPLICATION_COMMANDS:
            return False
        if needed is None:
            return True
        # "0" means: nobody but administrators.
        return granted & int(needed) == int(needed) if int(needed) else bool(granted & Permission.ADMINISTRATOR)


def split_options(leaf: Leaf, rest: str) -> dict[str, Any]:
    """`jetson fresh:true` to the first option and the named ones; a value lasts until the next known name."""
    called = {option[key]: option["name"] for key in ("shown", "name") for option in leaf.options}
    names = list(called)
    marks = list(re.finditer(r"(?:^|\s)(" + "|".join(map(re.escape, names)) + r"):\s*", rest)) if names else []
    values: dict[str, Any] = {}
    ends = [*(mark.start() for mark in marks[1:]), len(rest)]
    for mark, end in zip(marks, ends, strict=True) if marks else ():
        values[called[mark[1]]] = rest[mark.end() : end].strip()
    first = rest[: marks[0].start()].strip() if marks else rest
    if first:
        free = next((option["name"] for option in leaf.options if option["name"] not in values), None)
        if free is None:
            raise Refused(f"/{leaf.name} takes no option here: {first}")
        values[free] = first
    return values


def _filled(resolver: Resolver, option: Json, value: Any, *, is_focused: bool) -> Json:
    found: Json = {"name": option["name"], "type": option["type"]}
    if is_focused:
        return {**found, "value": str(value), "focused": True}
    try:
        return {**found, "value": resolver.value(option, value)}
    except (ValueError, ApiError) as exc:
        raise Refused(f"{option['name']}: {exc}") from exc
