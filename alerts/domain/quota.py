"""How much one guild may have scanned, so that no guild uses up what is there for all."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from alerts.domain.errors import BadInput
from alerts.domain.model import Product, Tier
from alerts.domain.said import say
from alerts.domain.wishes import Watch


class Use(NamedTuple):
    """What a guild uses: watches, those of them that were added by address, and those it made hot itself."""

    watches: int = 0
    urls: int = 0
    hot: int = 0


@dataclass(frozen=True, slots=True)
class Quota:
    """The most of each; None for no limit."""

    watches: int | None = None
    urls: int | None = None
    hot: int | None = None

    def check(self, use: Use, *, before: Use = Use()) -> None:  # noqa: B008 - a fact, it cannot be changed
        """BadInput names the number that is passed. What is not more than before is never refused."""
        limits = (self.watches, self.urls, self.hot)
        for wanted, had, limit, words in zip(use, before, limits, _WORDS, strict=True):
            if limit is not None and wanted > max(limit, had):
                raise BadInput(words(limit))

    def room(self, use: Use) -> Use:
        """How many more of each; a large number where there is no limit."""
        limits = (self.watches, self.urls, self.hot)
        left = (_PLENTY if limit is None else max(0, limit - now) for now, limit in zip(use, limits, strict=True))
        return Use(*left)


_PLENTY = 1_000_000
NO_QUOTA = Quota()
_WORDS: tuple[Callable[[int], str], ...] = (
    lambda limit: say(
        "A server may watch {limit} products here, and this would be more: /watch remove makes room.", limit=limit
    ),
    lambda limit: say(
        "A server may watch {limit} products by address here, and this would be more: /watch remove makes room.",
        limit=limit,
    ),
    lambda limit: say(
        "A server may have {limit} products on the hot tier here, and this would be more: set another one to warm"
        " first.",
        limit=limit,
    ),
)


def used(watches: Sequence[Watch], is_added: Callable[[str], bool], product_of: Callable[[str], Product | None]) -> Use:
    """What these watches come to. A product that the operator made hot costs nobody's quota of hot ones."""
    hot = 0
    for watch in watches:
        product = product_of(watch.sku)
        is_own_choice = product is None or product.tier is not Tier.HOT
        hot += watch.tier is Tier.HOT and not watch.paused and is_own_choice
    return Use(len(watches), sum(is_added(watch.sku) for watch in watches), hot)
