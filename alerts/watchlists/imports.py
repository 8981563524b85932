"""Import and export a guild's watches: a dry run that waits for an answer, then all of it, read one after another."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from secrets import token_urlsafe

from pydantic import ValidationError

from alerts.additions import WAITS, expired
from alerts.catalogue import Catalogue
from alerts.domain.canonical import host_of, name_from
from alerts.domain.errors import BadInput
from alerts.domain.model import Fact
from alerts.domain.said import say
from alerts.ports import Clock
from alerts.products import Products
from alerts.store.ports import Pendings
from alerts.watches import Wanted, Watches
from alerts.watchlists.files import read_file
from alerts.watchlists.plan import Plan, Wish, plan
from alerts.watchlists.rows import Fault, Row


class WaitingRows(Fact):
    """A list that waits for an answer."""

    by: int
    rows: tuple[Row, ...]
    faults: tuple[Fault, ...] = ()


@dataclass(frozen=True, slots=True)
class DryRun:
    """What an import would do, and the id to do it by; no id when there is nothing to do."""

    id: str
    plan: Plan


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did."""

    added: int
    changed: int
    plan: Plan


class Imports:
    """Read a file, ask, and watch what it lists; always within one guild."""

    def __init__(
        self,
        *,
        catalogue: Catalogue,
        watches: Watches,
        store: Pendings,
        clock: Clock,
        pace: timedelta | None = None,
    ) -> None:
        """`pace` is how often one host may be asked: the first looks at its pages are so far apart, and more."""
        self._catalogue, self._watches, self._store, self._clock = catalogue, watches, store, clock
        self.configure(pace=pace)

    def configure(self, *, pace: timedelta | None) -> None:
        """For imports from now on."""
        # A look may need its robots.txt, the page and the shop system's data.
        self._step = 3 * (pace or timedelta(milliseconds=20))

    async def dry_run(self, guild: int, name: str, body: bytes, *, by: int) -> DryRun:
        """What the file would change, row by row; BadInput when it is no watchlist."""
        read = await asyncio.to_thread(read_file, name, body)
        made = await self._plan(guild, read.rows, read.faults)
        if not made.has_work:
            return DryRun("", made)
        waiting_id = token_urlsafe(12)
        waiting = WaitingRows(by=by, rows=read.rows, faults=tuple(read.faults))
        await self._store.put_pending(guild, _name(waiting_id), waiting.model_dump_json(), ttl=WAITS, person=by)
        return DryRun(waiting_id, made)

    async def run(self, guild: int, waiting_id: str, *, by: int, take_theirs: bool) -> Imported:
        """Do it, once. What differs stays as it is here, or becomes as the file says. NotFound when it has expired.

        Compared anew: somebody may have changed something since the dry run.
        """
        waiting = await self._take(guild, waiting_id, by)
        made = await self._plan(guild, waiting.rows, waiting.faults)
        added = await self._watches.add_all(guild, [each async for each in self._wanted(made.adds)], by=by)
        changed = 0
        faults = list(made.faults)
        for each in made.conflicts if take_theirs else ():
            assert each.wish.product
            try:
                fields = {field: theirs for field, (_, theirs) in each.differences.items()}
                await self._watches.change(guild, each.wish.product.sku, **fields)
                changed += 1
            except BadInput as exc:
                faults.append(Fault(each.wish.row.where, ", ".join(each.differences), str(exc)))
        return Imported(added, changed, Plan(made.adds, made.conflicts, made.unchanged, made.merged, tuple(faults)))

    async def drop(self, guild: int, waiting_id: str, *, by: int) -> None:
        """Forget it; NotFound when it has expired."""
        await self._take(guild, waiting_id, by)

    async def export(self, guild: int) -> list[Mapping[str, str]]:
        """Every watch as the words of a row; whatever is the product's own is left out."""
        rows = list[Mapping[str, str]]()
        for watch, product in await self._watches.list(guild):
            tier, paused = watch.tier.value if watch.tier else "", "true" if watch.paused else ""
            if product and self._catalogue.is_added(watch.sku):
                url = product.listings[0].url
                rows.append({"url": url, "name": product.name, "tier": tier, "paused": paused})
            else:
                rows.append({"product": watch.sku, "name": watch.name or "", "tier": tier, "paused": paused})
        return rows

    async def _plan(self, guild: int, rows: Sequence[Row], faults: Sequence[Fault]) -> Plan:
        products = await self._catalogue.of(guild)
        wishes, wrong = list[Wish](), list(faults)
        for row in rows:
            found = self._wish(row, products)
            if isinstance(found, Wish):
                wishes.append(found)
            else:
                wrong.append(found)
        watched = {watch.sku: watch for watch, _ in await self._watches.list(guild)}
        use, quota = await self._watches.use(guild)
        return plan(wishes, watched, room=quota.room(use), faults=wrong)

    def _wish(self, row: Row, products: Products) -> Wish | Fault:
        if row.url:
            known = self._catalogue.noticed(row.url)
            named = (products.get(known.sku) or known).name if known else name_from(row.url)
            label = row.name or named
            return Wish(row, label, known, is_added=known is None or self._catalogue.is_added(known.sku))
        meant = products.exactly(row.product or "")
        if len(meant) != 1:
            near = ", ".join(f"{each.name} ({each.sku})" for each in meant or products.near(row.product or ""))
            return Fault(row.where, "product", _unclear(near, is_one_of_several=bool(meant)))
        found = meant[0]
        product = self._catalogue.get(found.sku) or found
        return Wish(row, row.name or found.name, product, is_added=self._catalogue.is_added(found.sku))

    async def _wanted(self, adds: Sequence[Wish]) -> AsyncIterator[Wanted]:
        """Each with its turn: pages of one host one after another, those of different hosts at once."""
        turns: Counter[str] = Counter()
        for wish in adds:
            product = wish.product
            if product is None:
                proposed = self._catalogue.proposed(wish.row.url or "", at=self._clock.now())
                product = await self._catalogue.add(proposed)
            hosts = {host_of(listing.url) for listing in product.listings}
            turn = max((turns[host] for host in hosts), default=0)
            turns.update(hosts)
            yield Wanted(product, wish.row.name, wish.row.tier, paused=bool(wish.row.paused), after=turn * self._step)

    async def _take(self, guild: int, waiting_id: str, by: int) -> WaitingRows:
        body = await self._store.pending(guild, _name(waiting_id))
        try:
            waiting = WaitingRows.model_validate_json(body) if body else None
        except ValidationError:  # of another version
            waiting = None
        if waiting is None or waiting.by != by or await self._store.take_pending(guild, _name(waiting_id)) is None:
            raise expired()
        return waiting


def _unclear(near: str, *, is_one_of_several: bool) -> str:
    if is_one_of_several:
        return say("is several that I know; did you mean {near}?", near=near)
    if near:
        return say("is nothing I know; did you mean {near}?", near=near)
    return say("is nothing I know; write a product's sku, or its address under url")


def _name(waiting_id: str) -> str:
    return f"import:{waiting_id}"
