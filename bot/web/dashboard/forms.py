"""Forms: what was typed, what is wrong with it beside its field, and where to go when all is well."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from aiohttp import web

from alerts.domain.errors import BadInput
from alerts.domain.text import plain
from bot.web.dashboard import words
from bot.web.dashboard.visits import Visit, render

_LONGEST = 4096

# What is said above a page after a form was done, by the word in its address: nobody else's text gets there.
DONE = {
    "added": "Added.",
    "known": "It was here already; nothing changed.",
    "changed": "Changed.",
    "same": "It was so already; nothing changed.",
    "removed": "Removed.",
    "paused": "Paused.",
    "resumed": "It goes on.",
    "cancelled": "Cancelled; nothing was changed.",
    "revoked": "That key opens nothing any more.",
    "enabled": "It is active again.",
    "tested": "A test event is on its way; the log shows what becomes of it.",
    "redriven": "What was given up is sent again; the log shows what becomes of it.",
    "nothing": "There was nothing to send again.",
}


@dataclass(frozen=True, slots=True)
class Form:
    """What somebody sent. `faults` are sentences by field; "" is for all of it together."""

    values: Mapping[str, str] = field(default_factory=dict)
    lists: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    faults: Mapping[str, str] = field(default_factory=dict)

    def get(self, name: str, default: str = "") -> str:
        """One field's text; what it is now when nothing was sent."""
        return self.values.get(name, default)

    def all(self, name: str) -> tuple[str, ...]:
        """Every value of a field that may have several."""
        return self.lists.get(name, ())

    def fault(self, name: str) -> str:
        """What is wrong with a field; nothing when it is fine."""
        return self.faults.get(name, "")

    def wrong(self, exc: BadInput, fields: Collection[str], *, other: str = "") -> Form:
        """The same with what was refused, beside the field that its text names, or beside `other`."""
        named, _, rest = str(exc).partition(": ")
        place, problem = (named, rest[:1].upper() + rest[1:]) if named in fields and rest else (other, str(exc))
        return Form(self.values, self.lists, {**self.faults, place: plain(problem, 500)})


async def read(visit: Visit) -> Form:
    """The form that was sent; files and the token are no part of it."""
    sent = await visit.request.post()
    values: dict[str, str] = {}
    lists: dict[str, tuple[str, ...]] = {}
    for name in sent:
        several = tuple(each[:_LONGEST] for each in sent.getall(name) if isinstance(each, str))
        if several and name != "csrf":
            values[name], lists[name] = several[-1].strip(), several
    return Form(values, lists)


def show(visit: Visit, template: str, *, now: datetime, status: int = 200, form: Form | None = None,
         **facts: Any) -> web.Response:  # fmt: skip
    """A page with what every page of ours needs: the words, the time, the form, and what was just done."""
    said = DONE.get(visit.request.query.get("done", ""), "")
    shown = form or Form()
    code = 422 if shown.faults and status == 200 else status
    root = f"/g/{visit.guild}"
    return render(visit, template, status=code, w=words, now=now, form=shown, said=said, root=root, **facts)


def go(visit: Visit, path: str, done: str = "") -> web.StreamResponse:
    """On to another page of the guild, as a GET, so that a reload does nothing twice."""
    mark = f"?done={done}" if done else ""
    return web.Response(status=303, headers={"Location": f"/g/{visit.guild}/{path}{mark}"})
