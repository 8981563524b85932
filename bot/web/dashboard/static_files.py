"""The files that pages load, all from here."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.resources import files
from pathlib import PurePath

from aiohttp import web

from bot.web.compress import not_modified
from bot.web.dashboard.visits import Dashboard
from bot.web.problems import Code, Problem

_KINDS = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}


def add_static(dashboard: Dashboard, more: Mapping[str, bytes] | None = None) -> None:
    """`/static/{name}`: our own files and `more`, which packages ship. They are read once, now."""
    own = {each.name: each.read_bytes() for each in (files("bot.web.dashboard") / "static").iterdir()}
    known = {name: body for name, body in {**own, **(more or {})}.items() if PurePath(name).suffix in _KINDS}

    async def serve(request: web.Request) -> web.StreamResponse:
        name = request.match_info["name"]
        if name not in known:
            raise Problem(Code.NOT_FOUND)
        response = web.Response(body=known[name], content_type=_KINDS[PurePath(name).suffix], charset="utf-8")
        return not_modified(request, response)

    dashboard.open("GET", "/static/{name}", serve)
