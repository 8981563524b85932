"""Which of several offers is meant: the one the listing names, or what all of them agree on. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import TypeVar
from urllib.parse import parse_qsl, urlsplit

from alerts.domain.errors import ReadError
from alerts.domain.model import Availability, FailureReason
from alerts.domain.said import say

T = TypeVar("T")
_VARIANT_PARAMETERS = ("variant", "variation_id", "variant_id", "sku", "skuid", "variantid")


def variant_in_url(url: str) -> str | None:
    """The variant that an address itself names, as in ?variant=123."""
    named = {key.lower(): value for key, value in parse_qsl(urlsplit(url).query)}
    return next((named[key] for key in _VARIANT_PARAMETERS if named.get(key)), None)


def the_named(offers: Sequence[tuple[T, Iterable[str]]], wanted: str) -> list[T]:
    """The offers that go by the wanted words: exactly so, or else with all of them. Raise mismatch when none does.

    "8GB" and "8 GB" are one word here, and 8GB is not found in 128GB.
    """
    target = _squeezed(wanted)
    exact = [offer for offer, words in offers if any(_squeezed(word) == target for word in words)]
    if exact:
        return exact
    tokens = _tokens(wanted)
    holding = [offer for offer, words in offers if tokens and tokens <= _tokens(" ".join(words))]
    if not holding:
        raise ReadError(FailureReason.MISMATCH, say("no variant here is called {name}", name=repr(wanted)))
    return holding


def common_availability(said: Sequence[Availability]) -> Availability:
    """What can be said of all: their one word, in stock when none is more than limited, else unknown."""
    kinds = set(said)
    if len(kinds) == 1:
        return kinds.pop()
    if kinds and all(kind.is_in_stock for kind in kinds):
        return Availability.IN_STOCK
    if kinds and kinds <= {Availability.OUT_OF_STOCK, Availability.DISCONTINUED}:
        return Availability.OUT_OF_STOCK
    return Availability.UNKNOWN


def _squeezed(text: str) -> str:
    return re.sub(r"[\W_]+", "", text).casefold()


def _tokens(text: str) -> set[str]:
    joined = re.sub(r"(?<=\d)\s+(?=(?:[kmgt]i?b|[mkc]?m|[mk]?g|m?l|w|v|hz|in)\b)", "", text.casefold())
    return set(re.findall(r"[\w.]+", joined))
