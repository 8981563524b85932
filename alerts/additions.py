"""Add a product by its address: read the page once, ask whether that is meant, keep it.

Between the reading and the answer the proposal waits in memory for a quarter of an hour, under an id that only its
asker in their guild can use, so that the buttons work after a restart and say so when they have expired.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from secrets import token_urlsafe

from pydantic import ValidationError

from alerts.catalogue import Catalogue
from alerts.domain.canonical import canonical
from alerts.domain.catalogue import LONGEST_NAME, UrlProduct
from alerts.domain.errors import BadInput, NotFound
from alerts.domain.model import Fact, Failure, FailureReason, Offer, Product, Sku, Tier
from alerts.domain.said import say, tidied
from alerts.domain.text import plain
from alerts.ports import Clock, Look
from alerts.scan import Scan
from alerts.store.ports import Pendings
from alerts.watches import Watches

WAITS = timedelta(minutes=15)
# The shop is there and does not let us read just now: whoever knows the page may want it all the same.
_MAY_PASS = frozenset({FailureReason.BLOCKED, FailureReason.TIMEOUT})
_WHY = {
    FailureReason.NOT_FOUND: say("the shop says that there is no such page"),
    FailureReason.UNREADABLE: say("it shows neither a price nor a stock that I could read"),
    FailureReason.UNREACHABLE: say("the shop could not be reached"),
    FailureReason.TOO_LARGE: say("the page is too large"),
    FailureReason.MISMATCH: say("the page is about something else"),
}


class Proposal(Fact):
    """What waits for a Keep: a product that is known, or one that would be added."""

    by: int
    sku: Sku | None = None
    added: UrlProduct | None = None
    name: str | None = None
    tier: Tier | None = None


@dataclass(frozen=True, slots=True)
class Preview:
    """What the page says, and the id to keep it by; no id for what this guild watches already."""

    id: str
    product: Product
    offer: Offer | None = None
    failure: Failure | None = None


class Additions:
    """Propose, keep and drop, always within one guild."""

    def __init__(
        self,
        *,
        catalogue: Catalogue,
        watches: Watches,
        scan: Scan,
        looks: Mapping[str, Look],
        store: Pendings,
        clock: Clock,
    ) -> None:
        self._catalogue, self._watches, self._scan, self._looks = catalogue, watches, scan, looks
        self._store, self._clock = store, clock

    async def propose(
        self, guild: int, url: str, *, by: int, name: str | None = None, tier: Tier | None = None
    ) -> Preview:
        """Read it and say what is there; BadInput for what is no product page, or when the quota is used up."""
        address, name = canonical(url), plain(name or "", LONGEST_NAME) or None
        known = await self._catalogue.at(address)
        if known and any(watch.sku == known.sku for watch, _ in await self._watches.list(guild)):
            return Preview("", (await self._catalogue.of(guild)).get(known.sku) or known)
        is_new_here = known is None or self._catalogue.is_added(known.sku)
        await self._watches.check_room(guild, urls=int(is_new_here))
        if known:
            proposal = Proposal(by=by, sku=known.sku, name=name, tier=tier)
            return await self._ask(guild, proposal, known, *await self._known(known))
        unread = self._catalogue.proposed(address, at=self._clock.now())
        listing = unread.product().listings[0]
        # Nobody has ever looked at it, so there is no news that this look could eat; what is kept comes with the first
        # scan, through the door.
        reading = await self._looks[listing.vendor](listing)
        if reading.failure and reading.failure.reason not in _MAY_PASS:
            raise BadInput(_refusal(reading.failure))
        said = reading.offer.name if reading.offer else None
        added = self._catalogue.proposed(address, name=said, at=self._clock.now())
        proposal = Proposal(by=by, added=added, name=name, tier=tier)
        return await self._ask(guild, proposal, added.product(), reading.offer, reading.failure)

    async def keep(self, guild: int, proposal_id: str, *, by: int) -> tuple[Product, bool]:
        """Watch what was proposed: the product, and whether it is new here. NotFound when the proposal has expired."""
        proposal = await self._mine(guild, proposal_id, by)
        product = await self._catalogue.load(proposal.sku) if proposal.sku else None
        if product is None and proposal.added is None:
            raise expired()
        await self._watches.check_room(guild, urls=int(proposal.added is not None))
        # Only now: a press that is refused for want of room may be repeated, and of two presses one keeps it.
        if await self._store.take_pending(guild, _name(proposal_id)) is None:
            raise expired()
        if product is None:
            assert proposal.added
            product = await self._catalogue.add(proposal.added)
        is_new = await self._watches.add(guild, product, by=by, name=proposal.name, tier=proposal.tier)
        return (await self._catalogue.of(guild)).get(product.sku) or product, is_new

    async def drop(self, guild: int, proposal_id: str, *, by: int) -> None:
        """Forget it; NotFound when it has expired."""
        await self._mine(guild, proposal_id, by)
        await self._store.take_pending(guild, _name(proposal_id))

    async def _known(self, product: Product) -> tuple[Offer | None, Failure | None]:
        """Through the door, as whoever watches it elsewhere may be told of what this look finds."""
        snapshot = (await self._scan(product, max_age=timedelta(minutes=5))).snapshot
        known = snapshot.best or next(iter(snapshot.listings), None)
        return (known.offer, known.failure) if known else (None, None)

    async def _ask(
        self, guild: int, proposal: Proposal, product: Product, offer: Offer | None, failure: Failure | None
    ) -> Preview:
        proposal_id = token_urlsafe(12)
        await self._store.put_pending(
            guild, _name(proposal_id), proposal.model_dump_json(), ttl=WAITS, person=proposal.by
        )
        shown = product.model_copy(update={"name": proposal.name or product.name})
        return Preview(proposal_id, shown, offer, failure)

    async def _mine(self, guild: int, proposal_id: str, by: int) -> Proposal:
        body = await self._store.pending(guild, _name(proposal_id))
        try:
            proposal = Proposal.model_validate_json(body) if body else None
        except ValidationError:  # of another version
            proposal = None
        if proposal is None or proposal.by != by:
            raise expired()
        return proposal


def expired() -> NotFound:
    """The same for what is over, another's or another guild's."""
    return NotFound(say("This has expired: use the command again."))


def _name(proposal_id: str) -> str:
    return f"add:{proposal_id}"


def _refusal(failure: Failure) -> str:
    why = _WHY.get(failure.reason, say("it could not be read"))
    if not failure.detail:
        return say("I cannot watch that page: {why}. Paste the address of one product's own page.", why=why)
    return say(
        "I cannot watch that page: {why} ({detail}). Paste the address of one product's own page.",
        why=why,
        detail=tidied(failure.detail, 200),
    )
