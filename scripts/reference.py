"""Bring the tables of docs/configuration.md up to what the settings say: `python -m scripts.reference [--check]`.

A key's meaning is the docstring under its field, its type and default are those of the field; a `title` names a type
where the annotation does not say enough. A new section needs a heading there, `### name`, and gets its table below it.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from pathlib import Path
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from annotated_types import Ge, Le
from pydantic import AfterValidator, BaseModel, BeforeValidator, SecretStr
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from alerts.settings import units
from alerts.settings.model import Settings

PAGE = Path(__file__).parents[1] / "docs" / "configuration.md"
HEAD = "| key | type | default | means |\n|---|---|---|---|\n"
_WORDS = {  # by the function that reads the value
    "duration": "duration", "at_least_a_second": "duration from 1s", "size": "size", "pace": "pace",
    "percent": "percent",
    "_web_address": "address", "_store_address": "address", "_authority": "host:port", "_network": "network",
    "_selector": "CSS selector", "_json_path": "path", "_region": "country or region code",
}  # fmt: skip
_PLAIN = {bool: "true or false", SecretStr: "secret", int: "number", str: "text", Path: "path", Decimal: "number"}


@dataclass(frozen=True, slots=True)
class Key:
    """One row: the key as people write it, and what is said of it."""

    path: str
    type: str
    default: str
    means: str

    @property
    def row(self) -> str:
        cells = (f"`{self.path}`", self.type, self.default, self.means)
        return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def all_keys(section: type[BaseModel] = Settings, path: str = "", made: BaseModel | None = None) -> Iterator[Key]:
    """Every key, as `fetch.pace`, `vendors.<name>.pace`, `products[].sku`; `made` holds a section's own defaults."""
    for name, field in section.model_fields.items():
        inner = _section(field.annotation)
        default = getattr(made, name) if made is not None else field.get_default(call_default_factory=False)
        means = " ".join((field.description or "").split())
        if inner is None:
            yield Key(f"{path}{name}", _type(field), _default(field, default), means)
            continue
        mark = "[]" if "tuple" in str(field.annotation) else ".<name>" if "dict" in str(field.annotation) else ""
        if path and mark == "[]":
            yield Key(f"{path}{name}", "list", _default(field, default), means)
        yield from all_keys(inner, f"{path}{name}{mark}.", default if isinstance(default, BaseModel) else None)


def brought_up(text: str) -> str:
    """The page with its tables as the settings say."""
    tables: dict[str, list[str]] = {}
    for key in all_keys():
        tables.setdefault(re.split(r"[.\[]", key.path)[0], []).append(key.row)
    for name, rows in tables.items():
        start = text.find(f"\n### {name}\n")
        if start < 0:
            raise SystemExit(
                f"docs/configuration.md: there is no heading for {name}; write `### {name}` and a sentence"
            )
        end = next((found.start() for found in re.finditer(r"\n### ", text) if found.start() > start), len(text))
        part, table = text[start:end], HEAD + "\n".join(rows) + "\n"
        if found := re.search(r"\| key \| type \|.*\n(\|.*\n)*", part):
            part = part[: found.start()] + table + part[found.end() :]
        else:
            part = f"{part.rstrip()}\n\n{table}"
        text = text[:start] + part + text[end:]
    return text


def _section(annotation: Any) -> type[BaseModel] | None:
    for each in (annotation, *get_args(annotation)):
        if isinstance(each, type) and issubclass(each, BaseModel):
            return each
    return None


def _type(field: FieldInfo) -> str:
    if field.title:
        return field.title
    span = {type(each): each for each in field.metadata if isinstance(each, Ge | Le)}
    word = _named(field.annotation, field.metadata)
    if word == "number" and Le in span:
        return f"number {getattr(span[Ge], 'ge', 0):,}–{getattr(span[Le], 'le', 0):,}"
    if Ge in span and word in ("number", "duration"):
        return f"{word} from {units.written(getattr(span[Ge], 'ge', 0))}"
    return word


def _named(annotation: Any, metadata: list[Any]) -> str:
    if get_origin(annotation) is Annotated:
        return _named(get_args(annotation)[0], list(get_args(annotation)[1:]))
    for each in metadata:
        if isinstance(each, AfterValidator | BeforeValidator) and each.func.__name__ in _WORDS:
            return _WORDS[each.func.__name__]
    if get_origin(annotation) in (Union, UnionType):
        return _named(next(each for each in get_args(annotation) if each is not type(None)), [])
    if get_origin(annotation) is tuple:
        one = _named(get_args(annotation)[0], [])
        return f"list of {one}" if ":" in one else f"list of {one}s"
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        return ", ".join(f"`{each.value}`" for each in annotation)
    return _PLAIN.get(annotation, "text")


def _default(field: FieldInfo, default: Any) -> str:
    if default is PydanticUndefined:
        return "needed"
    if default is None or default == ():
        return "none" if default is None else "empty"
    for each in field.metadata:
        if isinstance(each, BeforeValidator) and each.func in (units.size, units.pace, units.percent):
            return f"`{units.written(default, each.func)}`"
    return f"`{units.written(default)}`"


def main() -> int:
    """Write the page; with `--check` only say whether that is needed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; 1 when the page is behind")
    is_check = parser.parse_args().check
    text = PAGE.read_text(encoding="utf-8")
    wanted = brought_up(text)
    if is_check:
        return int(wanted != text)
    PAGE.write_text(wanted, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
