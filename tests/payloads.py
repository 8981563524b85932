"""Whether Discord would take a request: its own OpenAPI description, where that is at hand, and what that misses.

The rules beside the description are those of our playground (bot/playground/discord/checks*.py), and two more: at most
a hundred commands, and no two embeds of one address, of which Discord shows but one.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema_rs

from bot.playground.discord.checks import check_message
from bot.playground.discord.checks_commands import check_commands
from bot.playground.discord.checks_components import check_modal, walk
from bot.playground.discord.errors import ApiError

SPEC = Path(__file__).parents[2] / "shared" / "discord-openapi.json"
WHY_NOT = f"no OpenAPI description of Discord at {SPEC}"
_MOST_COMMANDS = {1: 100, 2: 15, 3: 15}
_MESSAGE = re.compile(
    r"POST /channels/\w+/messages|PATCH /channels/\w+/messages/\w+"
    r"|POST /webhooks/\w+/[\w.-]+|PATCH /webhooks/\w+/[\w.-]+/messages/[\w@]+"
)
_CHOICES, _MODAL, _WITH_MESSAGE = 8, 9, (4, 7)


def refusals(method: str, path: str, body: Any, *, has_files: bool = False) -> list[str]:
    """What Discord would say against a request; nothing when it takes it."""
    return [*_against_the_description(method, path, body), *_against_our_rules(method, path, body, has_files=has_files)]


def message_refusals(body: dict[str, Any], *, has_files: bool = False) -> list[str]:
    """The same of a message to a channel."""
    return refusals("POST", "/channels/1/messages", body, has_files=has_files)


def modal_refusals(modal: dict[str, Any]) -> list[str]:
    """The same of a modal."""
    return refusals("POST", "/interactions/1/token/callback", {"type": _MODAL, "data": modal})


def commands_refusals(commands: Sequence[dict[str, Any]]) -> list[str]:
    """The same of all commands, as they are uploaded."""
    return refusals("PUT", "/applications/1/commands", list(commands))


# The description


def _against_the_description(method: str, path: str, body: Any) -> Iterator[str]:
    validator = _validator(method, _template(method, path)) if SPEC.exists() else None
    for error in validator.iter_errors(body) if validator else ():
        yield from _explained(error)


@cache
def _description() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(SPEC.read_text())
    found["components"]["schemas"]["SnowflakeType"]["type"] = ["string", "integer"]  # discord.py sends numbers
    return found


def _template(method: str, path: str) -> str:
    """The described path that fits, the one with the fewest variables first; nothing when there is none."""
    parts = path.split("?", maxsplit=1)[0].split("/")
    fitting = [
        each
        for each, operations in _description()["paths"].items()
        if method.lower() in operations
        and len(each.split("/")) == len(parts)
        and all(wanted == part or wanted[:1] == "{" for wanted, part in zip(each.split("/"), parts, strict=True))
    ]
    return min(fitting, key=lambda each: each.count("{"), default="")


@cache
def _validator(method: str, template: str) -> jsonschema_rs.Validator | None:
    operation = _description()["paths"].get(template, {}).get(method.lower(), {})
    schema = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")
    if schema is None:
        return None
    whole = {
        **schema,
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "components": _description()["components"],
    }
    return jsonschema_rs.validator_for(whole, validate_formats=True)


def _explained(error: jsonschema_rs.ValidationError) -> Iterator[str]:
    """Of a union the branch that was meant: the one whose `type` fits, else the one with the least to say."""
    here, branches = list(error.instance_path), getattr(error.kind, "context", None)
    if not branches:
        yield f"{'/'.join(map(str, here))}: {error.message[:200]} [{error.kind.name}]"
        return
    meant = [branch for branch in branches if not any(_is_of_another_kind(inner, here) for inner in branch)]
    for inner in min(meant or branches, key=len):
        yield from _explained(inner)


def _is_of_another_kind(error: jsonschema_rs.ValidationError, here: list[str | int]) -> bool:
    at = list(error.instance_path)
    return at == [*here, "type"] or (at == here and error.kind.name == "type")


# What it misses


def _against_our_rules(method: str, path: str, body: Any, *, has_files: bool) -> Iterator[str]:
    try:
        if _MESSAGE.fullmatch(f"{method} {path}"):
            check_message(body, has_files=has_files, may_be_empty=method == "PATCH")
            yield from _embeds_of_one_address(body)
        elif path.endswith("/threads") and isinstance(body.get("message"), dict):
            check_message(body["message"], has_files=has_files)
        elif path.endswith("/callback"):
            yield from _against_a_callback(body, has_files=has_files)
        elif method == "PUT" and path.endswith("/commands"):
            check_commands(body)
            yield from _too_many(body)
    except ApiError as refusal:
        yield f"{refusal.message}: {json.dumps(refusal.errors or {})}"


def _against_a_callback(body: dict[str, Any], *, has_files: bool) -> Iterator[str]:
    kind, data = body["type"], body.get("data") or {}
    if kind in _WITH_MESSAGE:
        check_message(data, has_files=has_files, may_be_empty=kind != _WITH_MESSAGE[0])
        yield from _embeds_of_one_address(data)
    elif kind == _MODAL:
        check_modal(data)
        if not any("custom_id" in each for each in walk(data.get("components"))):
            yield "a modal with nothing to fill in"
    elif kind == _CHOICES and len(data.get("choices") or ()) > 25:
        yield f"{len(data['choices'])} choices, 25 at most"


def _embeds_of_one_address(body: dict[str, Any]) -> Iterator[str]:
    urls = Counter(embed.get("url") for embed in body.get("embeds") or () if embed.get("url"))
    yield from (f"{count} embeds of {url}: Discord shows one of them" for url, count in urls.items() if count > 1)


def _too_many(commands: Sequence[dict[str, Any]]) -> Iterator[str]:
    counted = Counter(each.get("type", 1) for each in commands)
    yield from (f"{n} commands of type {kind}" for kind, n in counted.items() if n > _MOST_COMMANDS.get(kind, 100))
