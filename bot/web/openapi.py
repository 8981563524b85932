"""The OpenAPI 3.1 document, made from the table of endpoints and their pydantic models: it cannot say anything else."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import JsonSchemaMode, models_json_schema

from bot.web.endpoints import Cost, Endpoint
from bot.web.problems import KINDS, TYPE, ProblemBody

_REF = "#/components/schemas/{model}"
_HEADERS = {
    "X-Request-ID": {"schema": {"type": "string"}, "description": "Tell it to the operator in case of trouble."},
    "X-Response-Time": {"schema": {"type": "string"}, "description": "Such as 12.3ms."},
}
_PLAIN = {"type": "string", "pattern": "^[!-~]+$", "maxLength": 128}
_RATE = {
    "X-RateLimit-Tier": {"schema": {"type": "string"}},
    "X-RateLimit-Limit": {"schema": {"type": "integer"}},
    "X-RateLimit-Remaining": {"schema": {"type": "integer"}},
    "X-RateLimit-Reset": {"schema": {"type": "integer"}, "description": "Seconds until all of it is there again."},
}


def document(endpoints: Sequence[Endpoint], *, version: str) -> dict[str, Any]:
    """The whole document, as JSON can hold it."""
    schemas, refs = _schemas(endpoints)
    paths: dict[str, Any] = {}
    for each in endpoints:
        paths.setdefault(each.path, {})[each.method.lower()] = _operation(each, refs)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Hardware Sentry",
            "version": version,
            "description": "Stock and prices that never cry wolf. Errors are RFC 9457 problems with a closed list.",
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "paths": paths,
        "tags": [{"name": name} for name in dict.fromkeys(each.tag for each in endpoints)],
        "components": {
            "schemas": schemas,
            "securitySchemes": {
                "key": {"type": "http", "scheme": "bearer", "description": "An API key, hs_live_<8>_<32>."}
            },
        },
    }


_Refs = dict[Any, dict[str, Any]]  # by model and mode


def _schemas(endpoints: Iterable[Endpoint]) -> tuple[dict[str, Any], _Refs]:
    wanted: list[tuple[type[BaseModel], JsonSchemaMode]] = [(ProblemBody, "serialization")]
    for each in endpoints:
        wanted += [(each.body, "validation")] if each.body else []
        wanted += [(each.gives, "serialization")] if each.gives else []
    refs, made = models_json_schema(list(dict.fromkeys(wanted)), ref_template=_REF)
    return made.get("$defs", {}), dict(refs)


def _operation(each: Endpoint, refs: _Refs) -> dict[str, Any]:
    said: dict[str, Any] = {
        "operationId": _operation_id(each),
        "summary": each.summary,
        "tags": [each.tag],
        "parameters": [*_path_parameters(each.path), *_query_parameters(each.query), *_header_parameters(each)],
        "responses": _responses(each, refs),
    }
    if each.body:
        said["requestBody"] = {
            "required": True,
            "content": {"application/json": {"schema": refs[each.body, "validation"]}},
        }
    if each.cost is Cost.REQUEST:
        key = {"key": [each.scope] if each.scope else []}
        # Of the operator's own pages: whoever asks from this machine needs none.
        said["security"] = [{}, key] if each.is_open or each.is_operators else [key]
    return said


def _operation_id(each: Endpoint) -> str:
    words = [word for word in re.split(r"[^A-Za-z0-9]+", each.path.removeprefix("/api/v1")) if word]
    return "_".join([each.method.lower(), *words])


def _path_parameters(path: str) -> list[dict[str, Any]]:
    return [{"name": name, "in": "path", "required": True, "schema": {"type": "string", "minLength": 1}}
            for name in re.findall(r"\{(\w+)", path)]  # fmt: skip


def _header_parameters(each: Endpoint) -> list[dict[str, Any]]:
    return [{"name": name, "in": "header", "required": False, "description": says, "schema": _PLAIN}
            for name, says in each.headers.items()]  # fmt: skip


def _query_parameters(model: type[BaseModel] | None) -> list[dict[str, Any]]:
    if model is None:
        return []
    schema = model.model_json_schema(ref_template=_REF)
    needed = schema.get("required", ())
    return [
        {
            "name": name,
            "in": "query",
            "required": name in needed,
            "description": facts.pop("description", ""),
            "schema": _without_null(facts),
        }
        for name, facts in schema.get("properties", {}).items()
    ]


def _without_null(facts: dict[str, Any]) -> dict[str, Any]:
    """What may be left out of a query is not sent as null."""
    kinds = [kind for kind in facts.get("anyOf", ()) if kind != {"type": "null"}]
    rest = {name: value for name, value in facts.items() if name not in ("anyOf", "default", "title") or
            (name == "default" and value is not None)}  # fmt: skip
    return {**rest, **kinds[0]} if len(kinds) == 1 else {**rest, **({"anyOf": kinds} if kinds else {})}


def _responses(each: Endpoint, refs: _Refs) -> dict[str, Any]:
    headers = {**_HEADERS, **(_RATE if each.cost is Cost.REQUEST else {})}
    good: dict[str, Any] = {"description": each.summary, "headers": headers}
    if each.gives:
        good["content"] = {"application/json": {"schema": refs[each.gives, "serialization"]}}
    found: dict[str, Any] = {str(each.status): good}
    if each.is_ill:
        found["503"] = {**good, "description": f"The same, and something is wrong. {each.summary}: not now."}
    if each.has_etag:
        found["304"] = {"description": "The asker has this very answer already."}
    by_status: dict[int, list[str]] = {}
    for code in sorted(each.codes()):
        by_status.setdefault(KINDS[code].status, []).append(code.value)
    for status, codes in sorted(by_status.items()):
        problem = {TYPE: {"schema": refs[ProblemBody, "serialization"]}}
        same = found.get(str(status), {}).get("content", {})
        found[str(status)] = {
            "description": "Problem: " + ", ".join(codes),
            "headers": headers,
            "content": {**same, **problem},
        }
    return found
