"""`/openapi.json`, and `/api-docs`: the same to read and to try out, without anything from another host."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib.resources import files
from typing import Any

import orjson
from aiohttp import web

from bot.web.compress import not_modified

# Swagger UI sets styles and shows small pictures of its own; nothing else is let in or out.
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self';"
    " base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_TYPES = {"js": "text/javascript", "css": "text/css", "html": "text/html"}


def doc_pages(document: Mapping[str, Any]) -> Sequence[web.RouteDef]:
    """The routes. The document is the same for everybody, so it is made once."""
    body = orjson.dumps(document)

    async def openapi(request: web.Request) -> web.Response:
        return not_modified(request, web.Response(body=body, content_type="application/json"))

    own, shipped = files("bot.web") / "static", files("swagger_ui") / "static"
    return [
        web.get("/openapi.json", openapi),
        web.get("/api-docs", _file((own / "api-docs.html").read_bytes(), "html")),
        web.get("/api-docs/start.js", _file((own / "api-docs.js").read_bytes(), "js")),
        web.get("/api-docs/swagger-ui.css", _file((shipped / "swagger-ui.css").read_bytes(), "css")),
        web.get("/api-docs/swagger-ui-bundle.js", _file((shipped / "swagger-ui-bundle.js").read_bytes(), "js")),
    ]


def _file(body: bytes, kind: str) -> Any:
    async def serve(request: web.Request) -> web.Response:
        response = web.Response(body=body, content_type=_TYPES[kind], charset="utf-8")
        response.headers["Content-Security-Policy"] = _POLICY
        return not_modified(request, response)

    return serve
