"""Templates to answers, and problems to pages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from aiohttp import web
from jinja2 import Environment, PackageLoader, StrictUndefined

from bot.web.front import request_id
from bot.web.problems import KINDS, Code, Problem


@dataclass(frozen=True, slots=True)
class NavigationLink:
    """A link that every page of a guild has."""

    path: str
    title: str

    def of(self, guild: int) -> NavigationLink:
        """The same, of one guild."""
        return NavigationLink(self.path.replace("{guild}", str(guild), 1), self.title)


NAVIGATION: Final = web.RequestKey("navigation", Sequence[NavigationLink])

# Where a problem's words are for programs, what a person can do here.
_CURES = {
    Code.FORBIDDEN: "",
    Code.NOT_FOUND: "Check the address, or go back to the start.",
    Code.METHOD_NOT_ALLOWED: "Go back to the start.",
    Code.UNKNOWN_PRODUCT: "Check the address, or look the product up on the overview.",
    Code.RATE_LIMITED: "Wait a little, then try again.",
    Code.FRESH_LIMITED: "Wait a little, then try again.",
    Code.UNSUPPORTED_MEDIA_TYPE: "Go back and send the form again.",
    Code.INTERNAL: "Try again later. If it stays, tell the operator the number below.",
}


@lru_cache(maxsize=1)
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("bot.web.dashboard"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


def write(template: str, *, status: int = 200, **facts: object) -> web.Response:
    """The page. Everything that a template is given is escaped."""
    text = _environment().get_template(template).render(facts)
    return web.Response(text=text, status=status, content_type="text/html", charset="utf-8")


def error_page(problem: Problem) -> web.Response:
    """The same problem that a program would be told, for a person."""
    kind = KINDS[problem.code]
    response = write(
        "error.html",
        status=kind.status,
        visit=None,
        navigation=(),
        title=kind.title,
        detail=problem.detail,
        cure=_CURES.get(problem.code, kind.action),
        signs_in=problem.code is Code.FORBIDDEN,
        request_id=request_id.get(),
    )
    response.headers.update(problem.headers)
    if problem.retry_after is not None:
        response.headers["Retry-After"] = str(max(1, int(-(-problem.retry_after // 1))))
    return response
