"""What the parts of the engine tell whoever counts. Nobody has to listen, and nothing waits for it."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext

from alerts.domain.model import Change

DOUBTS = ("mass", "canary")  # why a whole shop's turns are doubted
RESTING = "resting"  # the word for a look that was not made, because its vendor is left in peace


_UNSEEN = nullcontext()


class Observer:
    """Told of what has just happened. Its methods return at once and never raise; here each does nothing."""

    def looked(self, vendor: str, word: str, seconds: float) -> None:
        """A look ended: `word` is an availability, a failure's reason, or `RESTING`."""

    def tripped(self, vendor: str) -> None:
        """A vendor's breaker has opened."""

    def blocked(self, layer: str) -> None:
        """An address was refused by a rule of ours: `address`, `redirect` or `socket`."""

    def answered(self, source: str) -> None:
        """Somebody was content with an answer from memory, and got one: `cached`, `fresh` or `stale`."""

    def scanned(self, sku: str, changes: Sequence[Change]) -> None:
        """A scan was kept, with what it changed."""

    def late(self, seconds: float) -> None:
        """A scheduled scan has ended so long after its slot."""

    def ticked(self, tier: str, succeeded: int, failed: int, seconds: float) -> None:
        """A tick handed out so many of a tier's due products, or of `confirmation`; the failed ones are still due."""

    def job_done(self, priority: str, *, failed: bool) -> None:
        """A worker has done a job of this class; a failed one is a defect of ours, and no shop's."""

    def doubted(self, vendor: str, reason: str) -> None:
        """A turn of the stock needs more looks, since much of the shop turns at once or a canary lies: `DOUBTS`."""

    def outpaced(self) -> None:
        """A scan came too late: a newer scanner of the product was there first."""

    def decided(self, kind: str, decision: str) -> None:
        """What became of a difference: `alerted held cooldown suppressed`, or `flap` or `suspicious` before that."""

    def delivered(self, lane: str, result: str, seconds: float | None = None) -> None:
        """A delivery was `sent edited postponed buried expired`; `seconds` from the change to the message."""

    def ambiguous(self) -> None:
        """A message is repeated whose first answer was lost too long ago for its nonce."""

    def stored(self, op: str, seconds: float, *, failed: bool) -> None:
        """The store answered a command or script, or failed to."""

    def asked_discord(self, route: str, status: int, *, remaining: float | None = None, limited: float = 0.0) -> None:
        """Discord answered. `remaining`: requests left in the route's bucket; `limited`: seconds for everybody."""

    def served(self, route: str, method: str, status: int, seconds: float) -> None:
        """A request to our own web face was answered."""

    def span(self, name: str, **facts: str) -> AbstractContextManager[None]:
        """Around work that somebody may want to see the time of; `facts` hold no secret and nobody's id."""
        return _UNSEEN

    def active(self, guild: int | None, user: int) -> None:
        """Somebody used the bot. Whoever listens keeps neither id."""


SILENT = Observer()


class Everybody(Observer):
    """Several who listen, in their order; the first one that traces does."""

    def __init__(self, *observers: Observer) -> None:
        self._observers = observers
        self._tracing = next((each for each in observers if type(each).span is not Observer.span), SILENT)

    def looked(self, vendor: str, word: str, seconds: float) -> None:
        for each in self._observers:
            each.looked(vendor, word, seconds)

    def tripped(self, vendor: str) -> None:
        for each in self._observers:
            each.tripped(vendor)

    def blocked(self, layer: str) -> None:
        for each in self._observers:
            each.blocked(layer)

    def answered(self, source: str) -> None:
        for each in self._observers:
            each.answered(source)

    def scanned(self, sku: str, changes: Sequence[Change]) -> None:
        for each in self._observers:
            each.scanned(sku, changes)

    def late(self, seconds: float) -> None:
        for each in self._observers:
            each.late(seconds)

    def ticked(self, tier: str, succeeded: int, failed: int, seconds: float) -> None:
        for each in self._observers:
            each.ticked(tier, succeeded, failed, seconds)

    def job_done(self, priority: str, *, failed: bool) -> None:
        for each in self._observers:
            each.job_done(priority, failed=failed)

    def doubted(self, vendor: str, reason: str) -> None:
        for each in self._observers:
            each.doubted(vendor, reason)

    def outpaced(self) -> None:
        for each in self._observers:
            each.outpaced()

    def decided(self, kind: str, decision: str) -> None:
        for each in self._observers:
            each.decided(kind, decision)

    def delivered(self, lane: str, result: str, seconds: float | None = None) -> None:
        for each in self._observers:
            each.delivered(lane, result, seconds)

    def ambiguous(self) -> None:
        for each in self._observers:
            each.ambiguous()

    def stored(self, op: str, seconds: float, *, failed: bool) -> None:
        for each in self._observers:
            each.stored(op, seconds, failed=failed)

    def asked_discord(self, route: str, status: int, *, remaining: float | None = None, limited: float = 0.0) -> None:
        for each in self._observers:
            each.asked_discord(route, status, remaining=remaining, limited=limited)

    def served(self, route: str, method: str, status: int, seconds: float) -> None:
        for each in self._observers:
            each.served(route, method, status, seconds)

    def span(self, name: str, **facts: str) -> AbstractContextManager[None]:
        return self._tracing.span(name, **facts)

    def active(self, guild: int | None, user: int) -> None:
        for each in self._observers:
            each.active(guild, user)
