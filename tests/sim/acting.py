"""Does whatever a person could do, without knowing the command: arguments by type and by name, presses by template."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice, product
from typing import Any

import discord
from simcord import ChannelHandle, InteractionResult, MemberActor, SetupError, UserHandle
from simcord.actors import _dispatch_actor_interaction
from simcord.backend import serializers
from simcord.interactions import command_leaves

from tests.sim.world import World

MESSAGE_MENU, COMMAND, COMPONENT, MODAL_SUBMIT = 3, 2, 3, 5
STRING, INTEGER, BOOLEAN, USER, CHANNEL, ROLE, MENTIONABLE, NUMBER, FILE = range(3, 12)
NOBODYS = "zzzzzzzzzzzzzzzzzzzzzzzz"
# What fits an option or a part of a custom_id of this name, whichever command it belongs to.
BY_NAME: dict[str, Any] = {
    "product": "pi5", "products": "pi5", "sku": "pi5", "vendor": "Acme", "shop": "Acme", "days": 7, "page": 0,
    "url": "https://acme.test/pi5", "link": "https://acme.test/pi5", "window": "7d", "below": "£50", "price": "£50",
}  # fmt: skip


@dataclass(frozen=True)
class Leaf:
    """A command that somebody can send, as Discord has it."""

    name: str
    options: tuple[dict[str, Any], ...]
    root: dict[str, Any]

    @property
    def suggested(self) -> list[str]:
        """The options that complete themselves."""
        return [each["name"] for each in self.options if each.get("autocomplete")]


@dataclass(frozen=True)
class Place:
    """Somebody, somewhere."""

    world: World
    actor: MemberActor | UserHandle
    channel: ChannelHandle

    async def slash(self, leaf: Leaf, **options: Any) -> InteractionResult | None:
        """What the command answers; None when Discord would not show it to them."""
        try:
            if isinstance(self.actor, UserHandle):
                found: InteractionResult = await self.actor.slash(leaf.name, **options)
                return found
            return await self.actor.slash(self.channel, leaf.name, **options)
        except SetupError as exc:
            if "is not visible to this user here" in str(exc):
                return None
            raise

    async def suggestions(self, leaf: Leaf, option: str, typed: str = "") -> list[Any]:
        """The values that the option suggests; nothing either where the command is not shown."""
        try:
            if isinstance(self.actor, UserHandle):
                found = await self.actor.autocomplete(leaf.name, option, typed)
            else:
                found = await self.actor.autocomplete(self.channel, leaf.name, option, typed)
        except SetupError as exc:
            if "is not visible to this user here" in str(exc):
                return []
            raise
        return [(each["name"], each["value"]) for each in found]

    async def arguments(self, leaf: Leaf, *, whole: bool = False) -> dict[str, Any]:
        """What the command asks for; with `whole` what it can be given, too."""
        wanted = [each for each in leaf.options if each.get("required") or whole]
        return {each["name"]: await self._argument(leaf, each) for each in wanted}

    async def _argument(self, leaf: Leaf, option: dict[str, Any]) -> Any:
        name, kind = option["name"], option["type"]
        if option.get("choices"):
            return option["choices"][0]["value"]
        if name in BY_NAME and isinstance(BY_NAME[name], str) is (kind == STRING):
            return BY_NAME[name]
        if option.get("autocomplete"):
            found = await self.suggestions(leaf, name)
            return found[0][1] if found else NOBODYS
        guild = self.world.guild
        made: dict[int, Any] = {
            STRING: "x" * (option.get("min_length") or 1),
            INTEGER: option.get("min_value") or 1,
            NUMBER: float(option.get("min_value") or 1),
            BOOLEAN: True,
            USER: self.world.member,
            MENTIONABLE: self.world.member,
            CHANNEL: self.channel,
            ROLE: next(role for name, role in guild.roles.items() if name != "@everyone"),
            FILE: ("list.csv", b"sku\npi5\n"),
        }
        return made[kind]

    async def press(self, control: type[discord.ui.DynamicItem[Any]], custom_id: str) -> InteractionResult:
        """Press a control that stands under a message of the bot in this channel."""
        backend = self.world.env.backend
        kind, component = _component(control, custom_id)
        rows = [{"type": 1, "components": [component]}]
        stored = backend.create_message(self.channel.id, backend.bot_user.id, "news", components=rows)
        data = {"custom_id": custom_id, "component_type": kind, **self._chosen(kind)}
        extra = {"message": dict(serializers.message_payload(backend, stored))}
        return await _dispatch_actor_interaction(
            self.actor, COMPONENT, self.channel, data, extra=extra, source_message_id=stored.id
        )

    def _chosen(self, kind: int) -> dict[str, Any]:
        if kind == 2:
            return {}
        guild, backend = self.world.guild, self.world.env.backend
        role = next(role for name, role in guild.roles.items() if name != "@everyone")
        user = dict(serializers.user_payload(backend.get_user(self.actor.id)))
        if kind == 3:
            return {"values": ["x"]}  # of a choice between texts Discord resolves nothing
        found = {
            5: (str(self.actor.id), {"users": {str(self.actor.id): user}}),
            6: (str(role.id), {"roles": {str(role.id): dict(serializers.role_payload(role._role))}}),
            8: (str(self.channel.id), {"channels": {str(self.channel.id): self._channel_payload()}}),
        }  # fmt: skip
        value, resolved = found.get(kind, ("x", {}))
        return {"values": [value], "resolved": resolved}

    def _channel_payload(self) -> dict[str, Any]:
        backend = self.world.env.backend
        payload = dict(serializers.channel_payload(backend, backend.get_channel(self.channel.id)))
        return {**payload, "permissions": str(discord.Permissions.all().value)}

    async def menu(self, name: str, message: int, payload: dict[str, Any]) -> InteractionResult:
        """Choose a command from a message's menu."""
        root = self.world.env.backend.commands[None][name, MESSAGE_MENU]
        data = {"id": root["id"], "name": name, "type": MESSAGE_MENU, "target_id": str(message),
                "resolved": {"messages": {str(message): payload}}}  # fmt: skip
        return await _dispatch_actor_interaction(self.actor, COMMAND, self.channel, data)

    async def submit(self, modal: dict[str, Any]) -> InteractionResult:
        """Fill in a modal with what fits, whoever it was shown to."""
        data = {"custom_id": modal["custom_id"], "components": [_filled(each) for each in modal["components"]]}
        return await _dispatch_actor_interaction(self.actor, MODAL_SUBMIT, self.channel, data)


def leaves(world: World) -> list[Leaf]:
    """Every slash command that was uploaded, the whole tree down."""
    found = []
    for (_, kind), root in world.env.backend.commands.get(None, {}).items():
        if kind == 1:
            for path, leaf in command_leaves(root):
                found.append(Leaf(" ".join(path), tuple(leaf.get("options") or ()), root))
    return found


def menus(world: World) -> list[str]:
    """The names in the menu of a message."""
    return [name for (name, kind) in world.env.backend.commands.get(None, {}) if kind == MESSAGE_MENU]


def controls(world: World) -> dict[str, type[discord.ui.DynamicItem[Any]]]:
    """Every control that lives through restarts, by its template."""
    store = world.bot.client._connection._view_store
    return {pattern.pattern: control for pattern, control in store._dynamic_items.items()}


def custom_ids(template: str, *, ids: Sequence[str] = ()) -> list[str]:
    """Custom ids that fit a template: each verb of it, each of the ids where an id may stand, and one that is nobody's.

    AssertionError when none can be made: then a group's name needs a row in `BY_NAME`.
    """
    bare = _OPTIONAL.sub("", template)
    groups = _GROUP.findall(bare)
    found = []
    for values in islice(product(*(_fitting(name, pattern, ids) for name, pattern in groups)), 24):
        given = iter(values)
        found.append(re.sub(r"\\(.)", r"\1", _GROUP.sub(lambda _, given=given: next(given), bare)))  # type: ignore[misc]
    found = [each for each in found if re.fullmatch(template, each)]
    assert found, f"nothing fits {template}: give its groups a row in BY_NAME"
    return found


_OPTIONAL = re.compile(r"\(\?:(?:[^()]|\([^()]*\))*\)\?")
_GROUP = re.compile(r"\(\?P<(\w+)>((?:[^()]|\([^()]*\))*)\)")


def _fitting(name: str, pattern: str, ids: Sequence[str]) -> list[str]:
    named = [str(BY_NAME[name])] if name in BY_NAME else []
    verbs = pattern.split("|") if re.fullmatch(r"[\w|-]+", pattern) else []
    for candidates in (named, verbs, [*ids, NOBODYS], ["1", "a", "1-0"]):
        if fitting := [each for each in candidates if re.fullmatch(pattern, each)]:
            return fitting
    return [""]


def _component(control: type[discord.ui.DynamicItem[Any]], custom_id: str) -> tuple[int, dict[str, Any]]:
    """What such a control looks like under a message; the class says by its base what kind it is."""
    text = str(getattr(control, "__orig_bases__", ""))
    kind = next((number for word, number in _KINDS.items() if word in text), 2)
    if kind == 2:
        return kind, {"type": 2, "style": 2, "label": "x", "custom_id": custom_id}
    options = {"options": [{"label": "x", "value": "x"}]} if kind == 3 else {}
    return kind, {"type": kind, "custom_id": custom_id, **options}


_KINDS = {"UserSelect": 5, "RoleSelect": 6, "MentionableSelect": 7, "ChannelSelect": 8, "Select": 3}


def _filled(component: dict[str, Any]) -> dict[str, Any]:
    inner = [_filled(each) for each in component.get("components") or ()]
    filled: dict[str, Any] = {"type": component["type"], "id": component.get("id", 0)}
    if component.get("component"):
        filled["component"] = _filled(component["component"])
    if inner:
        filled["components"] = inner
    if "custom_id" in component:
        filled["custom_id"] = component["custom_id"]
        if component["type"] == 4:
            filled["value"] = component.get("value") or "7"
        else:
            options = [each["value"] for each in component.get("options") or ()]
            filled["values"] = options[: component.get("min_values", 1) or 1]
    return filled
