"""What Discord refuses in the commands an application registers."""

import re
from collections.abc import Iterator
from typing import Any

from .problems import Problems, length
from .shapes import Json

NAME = re.compile(r"^[-_'\w]{1,32}$")
SUB_COMMAND, SUB_GROUP, STRING = 1, 2, 3
ANYTHING = frozenset(range(1, 12))
BELOW = {SUB_COMMAND: ANYTHING - {SUB_COMMAND, SUB_GROUP}, SUB_GROUP: frozenset({SUB_COMMAND})}
"""What may stand inside a sub-command and inside a group."""
TAKES_CHOICES = frozenset({3, 4, 10})
COMMAND_SIZE = 8000
LOCALES = frozenset(
    "id da de en-GB en-US es-ES es-419 fr hr it lt hu nl no pl pt-BR ro fi sv-SE vi tr cs el bg ru uk hi th zh-CN ja"
    " zh-TW ko".split()
)


def check_commands(payloads: list[Json]) -> None:
    """Refuse a bulk registration when one command is wrong or two share a name."""
    problems = Problems()
    seen: set[tuple[int, str]] = set()
    for index, payload in enumerate(payloads):
        _check(problems.at(index), payload)
        key = (payload.get("type", 1), str(payload.get("name")))
        if key in seen:
            message = "Application command names must be unique"
            problems.at(index).add("APPLICATION_COMMANDS_DUPLICATE_NAME", message)
        seen.add(key)
    problems.raise_any()


def check_command(payload: Json) -> None:
    """Refuse one wrong command."""
    problems = Problems()
    _check(problems, payload)
    problems.raise_any()


def _check(problems: Problems, command: Json) -> None:
    if command.get("type", 1) == 1:
        _check_name(problems, command, "APPLICATION_COMMAND_INVALID_NAME")
        _check_text(problems, command, "description", most=100)
        _check_options(problems.at("options"), command.get("options"), allowed=ANYTHING)
        if _size(command) > COMMAND_SIZE:
            problems.add("APPLICATION_COMMAND_TOO_LARGE", "Command exceeds maximum size (8000)")
        return
    _check_text(problems, command, "name", most=32)
    if command.get("description"):
        problems.at("description").add("APPLICATION_COMMAND_INVALID_DESCRIPTION", "Context menus have no description")


def _check_name(problems: Problems, node: Json, code: str) -> None:
    _check_text(problems, node, "name", most=32)
    for at, name in _versions(problems, node, "name"):
        if isinstance(name, str) and (not NAME.match(name) or name != name.lower()):
            at.add(code, "Command name is invalid")


def _check_text(problems: Problems, node: Json, key: str, *, most: int) -> None:
    for at, text in _versions(problems, node, key):
        at.text(text, most=most, least=1, required=True)


def _versions(problems: Problems, node: Json, key: str) -> Iterator[tuple[Problems, Any]]:
    """A text and its translations, each where it stands."""
    yield problems.at(key), node.get(key)
    for locale, text in (node.get(f"{key}_localizations") or {}).items():
        at = problems.at(f"{key}_localizations", locale)
        if locale not in LOCALES:
            at.add("BASE_TYPE_CHOICES", f'Value "{locale}" is no language of Discord.')
        yield at, text


def _check_options(problems: Problems, options: Any, *, allowed: frozenset[int]) -> None:
    names: set[str] = set()
    saw_optional = False
    listed = problems.objects(options, most=25)
    for index, option in enumerate(listed):
        at = problems.at(index)
        _check_name(at, option, "APPLICATION_COMMAND_OPTIONS_NAME_INVALID")
        _check_text(at, option, "description", most=100)
        if option.get("name") in names:
            at.at("name").add("APPLICATION_COMMAND_OPTIONS_NAME_ALREADY_EXISTS", "Option name already exists")
        names.add(str(option.get("name")))
        if option.get("required") and saw_optional:
            message = "Required options must be placed before non-required options"
            at.add("APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID", message)
        saw_optional = saw_optional or not option.get("required")
        _check_option(at, option, allowed=allowed)
    kinds = {option.get("type") in (SUB_COMMAND, SUB_GROUP) for option in listed}
    if len(kinds) > 1:
        message = "Sub-command and sub-command group option types are mutually exclusive to all other types"
        problems.add("APPLICATION_COMMAND_OPTIONS_TYPE_INVALID", message)


def _check_option(problems: Problems, option: Json, *, allowed: frozenset[int]) -> None:
    kind = option.get("type")
    if kind not in allowed:
        problems.at("type").add("BASE_TYPE_CHOICES", f'Value "{kind}" is not a type allowed here.')
    if kind in BELOW:
        _check_options(problems.at("options"), option.get("options"), allowed=BELOW[kind])
    choices = problems.at("choices").objects(option.get("choices"), most=25)
    if choices and (option.get("autocomplete") or kind not in TAKES_CHOICES):
        message = "Autocomplete and choices are mutually exclusive, and only text and numbers have choices"
        problems.add("APPLICATION_COMMAND_OPTIONS_CHOICES_INVALID", message)
    check_choices(problems.at("choices"), choices, is_text=kind == STRING)


def check_choices(problems: Problems, choices: list[Json], *, is_text: bool) -> None:
    """Names and text values of 1 to 100 characters; no name twice."""
    seen: set[str] = set()
    for index, choice in enumerate(choices):
        _check_text(problems.at(index), choice, "name", most=100)
        if is_text:
            problems.at(index, "value").text(choice.get("value"), most=100, least=1, required=True)
        elif isinstance(choice.get("value"), str) or choice.get("value") is None:
            problems.at(index, "value").add("NUMBER_TYPE_COERCE", f'Value "{choice.get("value")}" is not a number.')
        if choice.get("name") in seen:
            message = "Option choice name already exists"
            problems.at(index, "name").add("APPLICATION_COMMAND_OPTIONS_CHOICE_NAME_ALREADY_EXISTS", message)
        seen.add(str(choice.get("name")))


def _size(node: Json) -> int:
    """The characters of names, descriptions and values, the longest translation counted for each."""
    total = 0
    for key in ("name", "description"):
        texts = [str(node.get(key) or ""), *map(str, (node.get(f"{key}_localizations") or {}).values())]
        total += max(map(length, texts))
    if isinstance(node.get("value"), str):
        total += length(node["value"])
    return total + sum(_size(below) for key in ("options", "choices") for below in node.get(key) or [])
