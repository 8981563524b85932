"""Errors to the operator's own Sentry: without secrets, without local variables, without anybody's id."""

from __future__ import annotations

import re
import sys
import time
from collections.abc import Collection, Mapping
from typing import Any

import sentry_sdk
from sentry_sdk.utils import BadDsn, event_from_exception

from alerts.domain.errors import BadInput
from bot.redact import GONE, REDACTION, Redaction

_ONE_A = 60.0  # seconds between two of the same; an outage says the same again and again
_MOST_KINDS = 500  # told apart
_LEVELS = {"error": "error", "exception": "error", "critical": "fatal"}
_ID = re.compile(r"(?<!\d)\d{15,20}(?!\d)")  # of a person, channel or server at Discord
_NOT_TOLD = frozenset({"event", "level", "logger", "timestamp", "exc_info", "exception"})
_ABOUT_THE_MACHINE = ("server_name", "modules", "user", "request", "breadcrumbs")


class Errors:
    """A client of its own, which hooks into nothing: it is told of what is logged as an error, and no more."""

    def __init__(
        self,
        dsn: str,
        *,
        release: str,
        roles: Collection[str],
        redaction: Redaction = REDACTION,
        transport: Any = None,
    ) -> None:
        """BadInput for a DSN that is none, which does not repeat it. `transport`: another way than over the network."""
        self._redaction, self._tags, self._told = redaction, {"roles": ",".join(sorted(roles))}, dict[str, float]()
        try:
            self._client = sentry_sdk.Client(
                dsn=dsn,
                release=f"hardware-sentry@{release}",
                before_send=self._clean,
                transport=transport,
                default_integrations=False,
                auto_enabling_integrations=False,
                include_local_variables=False,
                include_source_context=False,
                max_breadcrumbs=0,
                auto_session_tracking=False,
                send_client_reports=False,
            )
        except BadDsn:
            raise BadInput("SENTRY_DSN is no DSN: copy it from Sentry, project settings, Client Keys.") from None

    def __call__(self, event: Mapping[str, Any]) -> None:
        """An event of the log; one below an error is none of ours. Never raises, and waits for nobody."""
        level = _LEVELS.get(str(event.get("level")))
        error = _error(event.get("exc_info"))
        if level is None or not self._is_new(f"{event.get('event')}|{type(error).__name__}"):
            return
        told: Any = {}
        hint: dict[str, Any] = {}
        if error:
            told, hint = event_from_exception(
                (type(error), error, error.__traceback__),
                client_options=self._client.options,
                mechanism={"type": "logging", "handled": True},
            )
        facts = {name: value for name, value in event.items() if name not in _NOT_TOLD}
        told |= {"level": level, "message": str(event.get("event")), "logger": str(event.get("logger"))}
        told |= {"tags": self._tags, "extra": facts}
        self._client.capture_event(told, hint)

    def close(self, seconds: float) -> None:
        """Send what waits, for so long at most."""
        self._client.close(timeout=seconds)

    def _clean(self, event: Any, _: Any) -> Any:
        for name in _ABOUT_THE_MACHINE:
            event.pop(name, None)
        for each in (event.get("exception") or {}).get("values") or ():
            for frame in (each.get("stacktrace") or {}).get("frames") or ():
                frame.pop("abs_path", None)  # which holds the name of whoever runs it
                frame.pop("vars", None)
        return _without_ids(self._redaction.value(event))

    def _is_new(self, kind: str) -> bool:
        now = time.monotonic()
        if now < self._told.get(kind, 0.0):
            return False
        if len(self._told) >= _MOST_KINDS:
            self._told.clear()
        self._told[kind] = now + _ONE_A
        return True


def _error(found: object) -> BaseException | None:
    if isinstance(found, BaseException):
        return found
    if isinstance(found, tuple):
        return found[1] if isinstance(found[1], BaseException) else None
    return sys.exc_info()[1] if found else None


def _without_ids(value: Any) -> Any:
    match value:
        case str():
            return _ID.sub(GONE, value)
        case bool():
            return value
        case int():
            return GONE if _ID.fullmatch(str(value)) else value
        case dict():
            return {key: _without_ids(each) for key, each in value.items()}
        case list() | tuple():
            return [_without_ids(each) for each in value]
    return value
