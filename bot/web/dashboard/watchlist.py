"""What is watched here: add, pause, look more or less often, remove."""

from __future__ import annotations

from aiohttp import web

from alerts.additions import Preview
from alerts.domain.canonical import is_address
from alerts.domain.catalogue import LONGEST_NAME
from alerts.domain.errors import BadInput, NotFound
from alerts.domain.model import Tier
from alerts.domain.text import plain
from bot.web.dashboard.forms import Form, go, read, show
from bot.web.dashboard.overview import ON_A_PAGE, page_of, watched_rows
from bot.web.dashboard.parts import Parts
from bot.web.dashboard.visits import Dashboard, Visit

_FIELDS = ("product", "name", "tier")


class WatchlistPage:
    """As /watch does, with a page that asks before a new address is kept."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    def register(self, dashboard: Dashboard) -> None:
        """Its paths."""
        dashboard.page("/g/{guild}/watchlist", self.watchlist, title="Watchlist")
        dashboard.act("/g/{guild}/watchlist", self.add)
        dashboard.act("/g/{guild}/proposals/keep", self.keep)
        dashboard.act("/g/{guild}/proposals/drop", self.drop)
        dashboard.act("/g/{guild}/watchlist/{sku}", self.change)
        dashboard.act("/g/{guild}/watchlist/{sku}/remove", self.remove)

    async def watchlist(self, visit: Visit) -> web.Response:
        """The page."""
        return await self._page(visit)

    async def add(self, visit: Visit) -> web.StreamResponse:
        """Watch a product that is known, or read a new address and ask whether it is meant."""
        form = await read(visit)
        try:
            return await self._add(visit, form)
        except BadInput as exc:
            return await self._page(visit, form.wrong(exc, _FIELDS, other="product"))

    async def keep(self, visit: Visit) -> web.StreamResponse:
        """Watch what was proposed."""
        form = await read(visit)
        try:
            product, is_new = await self._parts.additions.keep(visit.guild, form.get("proposal"), by=visit.user)
        except NotFound:
            return await self._page(visit, _expired(form))
        except BadInput as exc:
            return await self._page(visit, form.wrong(exc, (), other="product"))
        if is_new:
            await self._parts.note(visit, "watch added", product.name)
        return go(visit, "watchlist", "added" if is_new else "known")

    async def drop(self, visit: Visit) -> web.StreamResponse:
        """Forget what was proposed."""
        form = await read(visit)
        try:
            await self._parts.additions.drop(visit.guild, form.get("proposal"), by=visit.user)
        except NotFound:
            return await self._page(visit, _expired(form))
        return go(visit, "watchlist", "cancelled")

    async def change(self, visit: Visit) -> web.StreamResponse:
        """Pause it, go on with it, or look more or less often."""
        form, sku = await read(visit), visit.request.match_info["sku"]
        watch, product = await self._parts.watches.watched(visit.guild, sku)
        if watch.sku != sku:
            raise NotFound("That is not watched here.")
        fields: dict[str, object] = {}
        try:
            if form.get("paused"):
                fields["paused"] = form.get("paused") == "yes"
            if form.get("tier"):
                fields["tier"] = _tier(form.get("tier"))
            before, after = await self._parts.watches.change(visit.guild, sku, **fields)
        except NotFound:
            raise
        except BadInput as exc:
            return await self._page(visit, form.wrong(exc, (), other=f"row {sku}"))
        if before.paused != after.paused:
            await self._parts.note(visit, "watch paused" if after.paused else "watch resumed", product.name)
            return go(visit, "watchlist", "paused" if after.paused else "resumed")
        tiers = [each.tier_of(product) for each in (before, after)]
        if tiers[0] is tiers[1]:
            return go(visit, "watchlist", "same")
        await self._parts.note(visit, "watch's tier changed", product.name, " → ".join(tiers))
        return go(visit, "watchlist", "changed")

    async def remove(self, visit: Visit) -> web.StreamResponse:
        """Stop watching; what is known of it stays."""
        form, sku = await read(visit), visit.request.match_info["sku"]
        watch, product = await self._parts.watches.watched(visit.guild, sku)
        if watch.sku != sku:
            raise NotFound("That is not watched here.")
        try:
            await self._parts.watches.remove(visit.guild, product)
        except NotFound:
            raise
        except BadInput:
            said = BadInput("Alerts need it: end them on the page Alerts first.")
            return await self._page(visit, form.wrong(said, (), other=f"row {sku}"))
        await self._parts.note(visit, "watch removed", product.name)
        return go(visit, "watchlist", "removed")

    async def _add(self, visit: Visit, form: Form) -> web.StreamResponse:
        wanted, tier = form.get("product"), _tier(form.get("tier")) if form.get("tier") else None
        if not wanted:
            raise BadInput("product: write a product's name, or the address of its page at a shop.")
        name = plain(form.get("name"), LONGEST_NAME) or None
        if is_address(wanted):
            preview = await self._parts.additions.propose(visit.guild, wanted, by=visit.user, name=name, tier=tier)
            return self._confirm(visit, preview) if preview.id else go(visit, "watchlist", "known")
        found = (await self._parts.products.of(visit.guild)).find(wanted)
        if not await self._parts.watches.add(visit.guild, found, by=visit.user, name=name, tier=tier):
            return go(visit, "watchlist", "known")
        await self._parts.note(visit, "watch added", name or found.name)
        return go(visit, "watchlist", "added")

    def _confirm(self, visit: Visit, preview: Preview) -> web.Response:
        return show(visit, "watch_confirm.html", now=self._parts.clock.now(), preview=preview)

    async def _page(self, visit: Visit, form: Form | None = None) -> web.Response:
        rows = sorted(await watched_rows(self._parts, visit), key=lambda row: (row.watch.paused, row.name.casefold()))
        use, quota = await self._parts.watches.use(visit.guild)
        page, pages = page_of(visit, len(rows))
        watched = {row.watch.sku for row in rows}
        offered = [each for each in await self._parts.products.of(visit.guild) if each.sku not in watched][:500]
        return show(
            visit,
            "watchlist.html",
            now=self._parts.clock.now(),
            form=form,
            rows=rows[page * ON_A_PAGE : (page + 1) * ON_A_PAGE],
            use=use,
            quota=quota,
            page=page,
            pages=pages,
            offered=offered,
            tiers=list(Tier),
        )


def _tier(text: str) -> Tier:
    if text not in set(Tier):
        raise BadInput("tier: is not one of those in the list.")
    return Tier(text)


def _expired(form: Form) -> Form:
    return form.wrong(BadInput("That has expired: enter the address once more."), (), other="product")
