"""Errors to words, found by the closest ancestor, so that a new error never goes unanswered."""

from __future__ import annotations

from collections.abc import Callable

from alerts.domain.errors import BadInput, SentryError, StoreError, UnknownProduct
from alerts.domain.text import harmless


def reply_to(error: BaseException, request_id: str) -> str:
    """What the asker reads: what happened and what to do. No detail of ours leaks."""
    for ancestor in type(error).__mro__:
        if ancestor in _WORDS:
            return _WORDS[ancestor](error)
    return f"Something went wrong on our side, perhaps halfway. Tell the operator: request `{request_id}`."


def _unknown(error: BaseException) -> str:
    assert isinstance(error, UnknownProduct)
    near = f" Did you mean {_either(error.near)}?" if error.near else " Pick one from the list that opens as you type."
    return f"I know no product called “{harmless(error.query, 80)}”.{near}"


def _either(names: tuple[str, ...]) -> str:
    return " or ".join(f"**{harmless(name, 100)}**" for name in names)


def _away(_: BaseException) -> str:
    return "My memory is away for the moment, so I would only be guessing. Try again in a minute."


def _failed(_: BaseException) -> str:
    return "That did not work. Try again in a minute."


_WORDS: dict[type[BaseException], Callable[[BaseException], str]] = {
    UnknownProduct: _unknown,
    BadInput: str,
    StoreError: _away,
    SentryError: _failed,
}
