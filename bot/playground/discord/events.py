"""The event log: what the bot was told and what it asked, in the order it happened."""

import re
import time
from collections import deque
from collections.abc import Callable
from typing import Any

from .rest import Recorded
from .shapes import Json

KEPT = 200
LONGEST_DETAIL = 4000
TOKEN = re.compile(r"/(interactions|webhooks)/(\d+)/([\w.-]{20,})")
TO_BOT, FROM_BOT = "to", "from"


class EventLog:
    """The newest entries, and whoever wants to hear of each."""

    def __init__(self) -> None:
        self.entries: deque[Json] = deque(maxlen=KEPT)
        self.on_entry: Callable[[Json], None] | None = None
        self._number = 0

    def told(self, kind: str, data: Json) -> None:
        """An event went to the bot through the gateway."""
        self._add(way=TO_BOT, what=kind, about=_about(data), detail=data)

    def asked(self, request: Recorded) -> None:
        """The bot asked something over REST."""
        path = TOKEN.sub(r"/\1/\2/…", request.path)
        self._add(way=FROM_BOT, what=request.method, about=path, status=request.status, detail=request.payload)

    def _add(self, *, way: str, what: str, about: str, status: int | None = None, detail: Any = None) -> None:
        self._number += 1
        shown = _without_secrets(detail)
        entry: Json = {"id": self._number, "at": time.time(), "way": way, "what": what, "about": about}
        entry |= {"status": status, "detail": shown}
        self.entries.append(entry)
        if self.on_entry is not None:
            self.on_entry(entry)


def _about(data: Json) -> str:
    """Whom or what an event is about, in a word or two."""
    inner = data.get("data") or {}
    if inner.get("name"):
        return f"/{_command(inner)}"
    return str(inner.get("custom_id") or data.get("name") or (data.get("author") or {}).get("username") or "")


def _command(data: Json) -> str:
    below = [option for option in data.get("options") or () if option.get("type") in (1, 2)]
    return f"{data['name']} {_command(below[0])}" if below else str(data["name"])


def _without_secrets(detail: Any) -> Any:
    if isinstance(detail, dict):
        return {key: "…" if key == "token" else _without_secrets(value) for key, value in detail.items()}
    if isinstance(detail, list):
        return [_without_secrets(each) for each in detail[:50]]
    return f"{detail[:LONGEST_DETAIL]}…" if isinstance(detail, str) and len(detail) > LONGEST_DETAIL else detail
