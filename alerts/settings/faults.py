"""A fault in the configuration as one sentence: the place, what is wrong, the cure."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Sequence
from typing import Any, get_args

import yaml
from pydantic import BaseModel
from pydantic_core import ErrorDetails

from alerts.domain.errors import BadInput
from alerts.settings.model import Settings

_WORDS = {
    "enum": "is not one of its values; choose {expected}",
    "missing": "is missing; write it",
    "string_pattern_mismatch": "may hold small letters, digits, dots, dashes and underscores, and starts with a letter"
    " or digit, 64 at most",
    "too_short": "is empty; write at least one",
    "tuple_type": "is not a list; write its items with dashes, or in [brackets]",
    "dict_type": "is not a section; write keys and values below it",
    "model_type": "is not a section; write keys and values below it",
}


class ConfigError(BadInput):
    """The configuration cannot be used as it is."""


def sentence(error: ErrorDetails, *, where: Callable[[list[int | str]], str]) -> str:
    """Pydantic's finding in our words; `where` tells the file and line, or the variable, of a path."""
    path = list(error["loc"])
    name = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path).lstrip(".")
    if error["type"] == "extra_forbidden":
        return f"{where(path)}{name}: there is no such setting; {_near_key(path)}"
    detail = _WORDS.get(error["type"], "").format(**error.get("ctx", {})) or _tidy(error["msg"])
    return f"{where(path)}{name + ': ' if name else ''}{detail}."


def hint(wrong: str, known: Sequence[str]) -> str:
    """The nearest of the known words, or all of them."""
    near = difflib.get_close_matches(wrong, known, 1, 0.6)
    return f"did you mean {near[0]}?" if near else f"choose among {', '.join(known)}."


def line_of(node: yaml.Node | None, path: list[int | str]) -> int | None:
    """The line of the deepest part of `path` that is written in the file."""
    line = None
    for part in path:
        if isinstance(node, yaml.MappingNode):
            found = next(((key, value) for key, value in node.value if key.value == str(part)), None)
            if found is None:
                return line
            line, node = found[0].start_mark.line + 1, found[1]
        elif isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
            node = node.value[part]
            line = node.start_mark.line + 1
    return line


def _tidy(message: str) -> str:
    text = re.sub(r"^(Value error, |Input )", "", message).rstrip(".")
    return f"{text}; mend the value" if text.startswith("should") else text


def _near_key(path: list[int | str]) -> str:
    model: Any = Settings
    for part in path[:-1]:
        if isinstance(part, str) and part in getattr(model, "model_fields", {}):
            model = _section(model.model_fields[part].annotation)
    return hint(str(path[-1]), list(model.model_fields))


def _section(annotation: Any) -> Any:
    """The section inside a list, a dictionary or an optional of sections."""
    found = (
        each for each in (annotation, *get_args(annotation)) if isinstance(each, type) and issubclass(each, BaseModel)
    )
    return next(found, annotation)
