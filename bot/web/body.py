"""A request's body and query as facts, or the problem with them. Nothing is parsed that is too large or not JSON."""

from __future__ import annotations

import json
from typing import Any, TypeVar

from aiohttp import web
from pydantic import BaseModel, ValidationError

from bot.web.problems import Code, Problem

MOST_BYTES = 1024**2
_DEEPEST = 20
_Model = TypeVar("_Model", bound=BaseModel)


async def read_body(request: web.Request, model: type[_Model]) -> _Model:
    """The body as `model`; a Problem names the field, or what is wrong with the whole."""
    text = await _text(request)
    _check_json(text)
    try:
        return model.model_validate_json(text, strict=True)
    except ValidationError as exc:
        raise _invalid(exc) from None


def read_query(request: web.Request, model: type[_Model]) -> _Model:
    """The query as `model`. A name twice or one that is not known is a mistake of the asker's, so it is said."""
    query = request.query
    twice = next((name for name in query if len(query.getall(name)) > 1), None)
    if twice is not None:
        raise Problem(Code.INVALID_FIELD, f"{twice}: is there twice; give it once.", field=twice)
    try:
        return model.model_validate_strings(dict(query))
    except ValidationError as exc:
        raise _invalid(exc) from None


async def _text(request: web.Request) -> str:
    if request.content_type != "application/json":
        raise Problem(Code.UNSUPPORTED_MEDIA_TYPE, f"Content-Type is {request.content_type!r}; send application/json.")
    if (request.charset or "utf-8").lower() not in ("utf-8", "utf8", "us-ascii"):
        raise Problem(Code.UNSUPPORTED_MEDIA_TYPE, "The charset is not UTF-8; send UTF-8.")
    if request.headers.get("Content-Encoding", "identity").lower() != "identity":
        # A small compressed body can be a huge one: nobody needs to send one here.
        raise Problem(Code.UNSUPPORTED_MEDIA_TYPE, "The body is compressed; send it as it is.")
    if (request.content_length or 0) > MOST_BYTES:
        raise Problem(Code.TOO_LARGE)
    try:
        return (await request.read()).decode("utf-8")
    except web.HTTPRequestEntityTooLarge:
        raise Problem(Code.TOO_LARGE) from None
    except UnicodeDecodeError as exc:
        raise Problem(Code.MALFORMED_JSON, f"The body is not UTF-8 (byte {exc.start}).") from None


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        seen: set[str] = set()
        twice = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
        raise Problem(Code.MALFORMED_JSON, f"The key {twice[:60]!r} is there twice; keep one of them.")
    return found


def _no_number(name: str) -> float:
    raise Problem(Code.MALFORMED_JSON, f"{name} is not JSON; send a number or null.")


_STRICT = json.JSONDecoder(object_pairs_hook=_once, parse_constant=_no_number)


def _check_json(text: str) -> None:
    """What a JSON parser may pass over in silence: a key twice, NaN, depth without end."""
    try:
        value = _STRICT.decode(text)
    except json.JSONDecodeError as exc:
        place = f"line {exc.lineno}, column {exc.colno}"
        raise Problem(Code.MALFORMED_JSON, f"The body is not JSON ({place}).") from None
    except RecursionError:
        raise Problem(Code.MALFORMED_JSON, "The body is nested too deep.") from None
    except ValueError:
        raise Problem(Code.MALFORMED_JSON, "The body holds a number that is too long.") from None
    if not isinstance(value, dict):
        raise Problem(Code.INVALID_FIELD, "The body is not an object; send {…}.")
    if _is_deep(value):
        raise Problem(Code.MALFORMED_JSON, f"The body is nested deeper than {_DEEPEST} levels.")


def _is_deep(value: object) -> bool:
    level: list[object] = [value]
    for _ in range(_DEEPEST):
        level = [
            each
            for node in level
            if isinstance(node, dict | list)
            for each in (node.values() if isinstance(node, dict) else node)
        ]
        if not level:
            return False
    return True


def _invalid(exc: ValidationError) -> Problem:
    error = exc.errors(include_url=False, include_input=False)[0]
    field = ".".join(str(part) for part in error["loc"])
    says = error["msg"].removeprefix("Value error, ")
    return Problem(Code.INVALID_FIELD, f"{field}: {says}" if field else says, field=field or None)
