"""Secrets taken out of whatever is about to be written down: by their form, by the name they stand under, and by heart.

This is the last net and no licence: nothing of ours logs a secret on purpose. It is there for what libraries print,
for tracebacks, and for mistakes.
"""

from __future__ import annotations

import json
import re
import traceback
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import quote, unquote

from structlog.typing import EventDict, WrappedLogger

from alerts.addresses import SERVICES

GONE = "…"
# A shorter secret would take ordinary words with it.
SHORTEST = 6
_DEEPEST = 12  # of things in things; what lies deeper is written out and looked through as text
_PLAIN = (int, float, Decimal, date, timedelta, type(None))  # bool and datetime are among them

_NAMED = r"(?:authorization|cookie|passw(?:or)?d|secret|token|api[-_]?key)"
_NAMES = ("authorization", "cookie", "passw", "secret", "token", "api")
_REST = r"[^\s\"'<>]"  # of an address in a text


def _form(pattern: str, *marks: str) -> list[tuple[str, re.Pattern[str]]]:
    found = re.compile(pattern, re.IGNORECASE)
    return [(mark, found) for mark in marks]


# What a text must hold, in small letters, to be worth the search, and the search. Around the secret stays what the
# groups hold. Every repetition has a bound or ends at another kind of character: a long line costs its length.
_FORMS = (
    # A channel's webhook at Discord, and the answers to an interaction.
    *_form(r"(/(?:webhooks|interactions)/\d{1,20}/)[^/\s?#\"'<>)\\]{6,}()", "/webhooks/", "/interactions/"),
    *_form(r"(hs_live_[a-z2-7]{8}_)\w+()", "hs_live_"),
    *_form(r"(whsec_)[\w+/=-]+()", "whsec_"),
    *_form(r"()(?<![\w-])aW50ZXJhY3Rpb2[\w=-]{20,}()", "aw50zxj"),  # "interaction:…" in base64, an interaction's token
    *_form(r"()(?<![\w-])sk-[\w-]{16,}()", "sk-"),  # what agents' keys look like, TinyFish's among them
    # In a store's address a password may hold anything, also a slash.
    *_form(rf"(?<![\w+.-])((?:redis|valkey|amqp)s?(?:\+\w{{1,10}})?://){_REST}{{0,512}}(@)", "://"),
    *_form(r"(?<![\w+.-])([a-z][a-z0-9+.-]{0,30}://)[^\s/?#@\"'<>]{1,512}(@)", "://"),
    *_form(rf"(?<![\w+.-])((?:{'|'.join(sorted(SERVICES, key=len, reverse=True))})://){_REST}+()", "://"),
    *_form(r"((?<!\w)(?:bearer|basic) )[\w.~+/=-]{12,}()", "bearer ", "basic "),
    *_form(r"(cookie[\"']?(?:: ?|, )(?:b?[\"'])?)[^\r\n\"']+()", "cookie"),
    *_form(
        r"((?:authorization|x-api-key)[\"']?(?:: ?|, )(?:b?[\"'])?)(?:(?:bot|bearer|basic) )?[^\s\"',;}\])]+()",
        "authorization",
        "x-api-key",
    ),
    *_form(rf"({_NAMED}[\w-]{{0,12}}(?:=\\?[\"']?|\\?[\"']: ?b?\\?[\"']))[^\s\"'&,;}}\])\\]+()", *_NAMES),
)
_AROUND = rf"\1{GONE}\2"
_BOT_TOKEN = re.compile(r"(?<![\w-])[\w-]{23,30}\.[\w-]{6,7}\.[\w-]{27,}")
_ENDS_OF_ONE = re.compile(r"\.[\w-]{6,7}\.[\w-]{27}")  # found faster than a whole one
_SECRET_NAME = re.compile(rf"(?:^|[\W_]){_NAMED}$", re.IGNORECASE)


class Redaction:
    """What is known to be secret in this process, and how to write without it. Nothing here raises."""

    def __init__(self) -> None:
        self._known: set[str] = set()
        self._by_heart: re.Pattern[str] | None = None

    def know(self, secrets: Iterable[str]) -> None:
        """Never write these either, whatever they look like, nor in the forms that an address or JSON gives them."""
        for secret in secrets:
            forms = {
                secret,
                quote(secret, safe="", errors="replace"),
                quote(secret, errors="replace"),
                unquote(secret),
                json.dumps(secret)[1:-1],
            }
            self._known |= {form for form in forms if len(form) >= SHORTEST}
        longest_first = sorted(self._known, key=len, reverse=True)
        self._by_heart = re.compile("|".join(map(re.escape, longest_first))) if longest_first else None

    def text(self, text: str) -> str:
        """The same without secrets."""
        if self._by_heart:
            text = self._by_heart.sub(GONE, text)
        if len(text) < SHORTEST:
            return text
        small = text.lower()
        for mark, form in _FORMS:
            if mark in small:
                text = form.sub(_AROUND, text)
        return _BOT_TOKEN.sub(GONE, text) if _ENDS_OF_ONE.search(text) else text

    def value(self, value: object, depth: int = 0) -> Any:
        """The same of anything; what is neither text nor a number nor made of these becomes the text it shows."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, _PLAIN):
            return value
        if depth < _DEEPEST:
            if isinstance(value, Mapping):
                return {self._key(key): self._under(key, each, depth + 1) for key, each in value.items()}
            if isinstance(value, list | tuple | set | frozenset):
                return [self.value(each, depth + 1) for each in value]
        return self.text(_shown(value))

    def error(self, exc: BaseException) -> str:
        """An error with its traceback."""
        return self.text("".join(traceback.format_exception(exc)))

    def __call__(self, _: WrappedLogger, __: str, event: EventDict) -> EventDict:
        """For structlog: the last processor before an event is written out."""
        try:
            return {str(self._key(key)): self._under(key, value, 1) for key, value in event.items()}
        except Exception as exc:  # noqa: BLE001 - a log line is not worth a process, and half a line may hold a secret
            return {"event": "log line withheld", "reason": type(exc).__name__, "level": event.get("level", "error")}

    def _key(self, key: object) -> object:
        return self.text(key) if isinstance(key, str) else self.value(key, _DEEPEST)

    def _under(self, key: object, value: object, depth: int) -> Any:
        is_secret = isinstance(key, str) and isinstance(value, str | bytes) and value and _SECRET_NAME.search(key)
        return GONE if is_secret else self.value(value, depth)


def _shown(value: object) -> str:
    if isinstance(value, bytes | bytearray):
        return value.decode("utf-8", "backslashreplace")
    try:
        return repr(value)
    except Exception as exc:  # noqa: BLE001 - somebody else's __repr__
        return f"<{type(value).__name__} whose repr failed: {type(exc).__name__}>"


REDACTION = Redaction()
"""This process's own."""
