"""A watchlist as YAML. Everything in it is text: no types, no tags, no references, nothing that grows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import yaml

from alerts.domain.errors import BadInput
from alerts.domain.said import say
from alerts.watchlists.rows import Raw

_DEEPEST = 4
_NULLS = frozenset({"", "~", "null", "Null", "NULL"})
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def read_document(text: str) -> Iterator[Raw]:
    """The entries under `watches:`, or of a bare list. BadInput names the line that is not as it should be."""
    try:
        found = _Builder(text).document()
    except yaml.MarkedYAMLError as exc:
        line = exc.problem_mark.line + 1 if exc.problem_mark else 1
        problem = say("line {line} is not YAML: {problem}; mend that line.", line=line, problem=str(exc.problem))
        raise BadInput(problem) from None
    except (yaml.YAMLError, RecursionError, ValueError) as exc:
        problem = say("The file is not YAML ({error}); export a list to see how it looks.", error=type(exc).__name__)
        raise BadInput(problem) from None
    if isinstance(found, dict):
        found = found.get("watches")
    if not isinstance(found, list):
        raise BadInput(say("The file holds no list; write `watches:` and its entries below, each with `- `."))
    for number, (entry, line) in enumerate(found, 1):
        where = say("entry {number} (line {line})", number=number, line=line)
        if isinstance(entry, str):
            yield Raw(where, {"url" if "://" in entry else "product": entry})
        elif isinstance(entry, dict) and all(isinstance(value, str) for value in entry.values()):
            yield Raw(where, {name.strip().casefold(): value for name, value in entry.items()})
        else:
            text = say("{where} is no entry; write for instance `- url: https://shop.example/thing`.", where=where)
            raise BadInput(text)


def write_document(rows: Sequence[Mapping[str, str]]) -> str:
    """YAML that `read_document` reads back."""
    watches = [{name: value for name, value in row.items() if value} for row in rows]
    return yaml.safe_dump({"watches": watches}, sort_keys=False, allow_unicode=True, width=1000)


class _Builder:
    """Events to dictionaries, lists and texts. A list holds each item with its line."""

    def __init__(self, text: str) -> None:
        self._events = yaml.parse(text, Loader=_Loader)

    def document(self) -> Any:
        for event in self._events:
            if isinstance(event, yaml.StreamStartEvent | yaml.DocumentStartEvent):
                continue
            return None if isinstance(event, yaml.StreamEndEvent) else self._value(event, 0)
        return None

    def _value(self, event: Any, depth: int) -> Any:
        line = event.start_mark.line + 1
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise BadInput(
                say("line {line} refers to another part of the file (& or *); write it out instead.", line=line)
            )
        if getattr(event, "tag", None):
            raise BadInput(
                say("line {line} has a type of its own (!); take it out, everything here is text.", line=line)
            )
        if depth > _DEEPEST:
            raise BadInput(say("line {line} is nested too deep; an entry holds texts only.", line=line))
        if isinstance(event, yaml.ScalarEvent):
            return "" if not event.style and event.value in _NULLS else event.value
        if isinstance(event, yaml.SequenceStartEvent):
            return [
                (self._value(item, depth + 1), item.start_mark.line + 1) for item in self._until(yaml.SequenceEndEvent)
            ]
        return self._mapping(depth)

    def _mapping(self, depth: int) -> dict[str, Any]:
        made: dict[str, Any] = {}
        for key in self._until(yaml.MappingEndEvent):
            line = key.start_mark.line + 1
            name = self._value(key, depth + 1)
            if not isinstance(name, str):
                raise BadInput(say("line {line} has a key that is no text; write for instance `url:`.", line=line))
            if name in made:
                raise BadInput(
                    say("line {line} writes {name} twice; keep one of them.", line=line, name=repr(name[:40]))
                )
            made[name] = self._value(next(self._events), depth + 1)
        return made

    def _until(self, end: type[Any]) -> Iterator[Any]:
        for event in self._events:
            if isinstance(event, end):
                return
            yield event
