"""The guild's alerts: what they tell, where, how that stands and what it told last."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from alerts.domain.errors import BadInput, NotFound
from alerts.domain.model import ChangeKind, Product
from alerts.domain.standing import Standing
from alerts.domain.trail import Stage
from alerts.domain.typed import typed_price
from alerts.domain.wishes import Subscription, TargetKind
from bot.web.dashboard import words
from bot.web.dashboard.forms import Form, go, read, show
from bot.web.dashboard.parts import Parts
from bot.web.dashboard.visits import Dashboard, Visit

_SECRET = (TargetKind.WEBHOOK, TargetKind.APPRISE)
_FIELDS = ("kinds", "below", "paused")
KINDS = tuple(kind for kind in ChangeKind if not kind.is_note)


@dataclass(frozen=True, slots=True)
class AlertRow:
    """One alert. `standing` is None while its target is fine."""

    wish: Subscription
    name: str
    standing: Standing | None
    last: Stage | None


class AlertsPage:
    """List, edit and end. What members have sent to themselves is theirs, and not here."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    def register(self, dashboard: Dashboard) -> None:
        """Its paths."""
        dashboard.page("/g/{guild}/alerts", self.alerts, title="Alerts")
        dashboard.page("/g/{guild}/alerts/{alert}", self.alert)
        dashboard.act("/g/{guild}/alerts/{alert}", self.change)
        dashboard.act("/g/{guild}/alerts/{alert}/remove", self.remove)

    async def alerts(self, visit: Visit) -> web.Response:
        """The page."""
        wishes = [each for each in await self._parts.subscriptions.list(visit.guild) if is_shown(each)]
        rows = await self._rows(visit, wishes)
        return show(visit, "alerts.html", now=self._parts.clock.now(), rows=rows)

    async def alert(self, visit: Visit) -> web.Response:
        """One alert with its form."""
        return await self._one(visit, await self._asked(visit))

    async def change(self, visit: Visit) -> web.StreamResponse:
        """Other kinds, another price, a pause or its end."""
        wish, form = await self._asked(visit), await read(visit)
        try:
            rules = await self._rules(wish, form)
            made = await self._parts.subscriptions.change(visit.guild, wish.id, **rules)
        except NotFound:
            raise
        except BadInput as exc:
            return await self._one(visit, wish, form.wrong(exc, _FIELDS))
        if made == wish:
            return go(visit, "alerts", "same")
        await self._parts.note(visit, "alert changed", await self._named(visit, wish), _difference(wish, made))
        return go(visit, "alerts", "changed")

    async def remove(self, visit: Visit) -> web.StreamResponse:
        """End it, and forget an address that only it has used."""
        wish = await self._asked(visit)
        await self._parts.subscriptions.remove(visit.guild, wish.id)
        left = await self._parts.subscriptions.list(visit.guild)
        if wish.target.type in _SECRET and not any(str(each.target) == str(wish.target) for each in left):
            await self._parts.addresses.take(visit.guild, wish.target)
        await self._parts.note(visit, "alert ended", await self._named(visit, wish))
        return go(visit, "alerts", "removed")

    async def _asked(self, visit: Visit) -> Subscription:
        found = await self._parts.subscriptions.get(visit.guild, visit.request.match_info["alert"])
        if not is_shown(found):
            raise NotFound("There is no such alert here.")
        return found

    async def _rules(self, wish: Subscription, form: Form) -> dict[str, Any]:
        chosen = form.all("kinds")
        if unknown := [each for each in chosen if each not in set(KINDS)]:
            raise BadInput(f"kinds: {unknown[0][:40]!r} is not one of those in the list.")
        if not chosen:
            raise BadInput("kinds: choose at least one kind of change to be told of.")
        rules: dict[str, Any] = {"kinds": tuple(ChangeKind(each) for each in chosen), "below": None}
        typed = form.get("below")
        if wish.below and typed == str(wish.below):
            rules["below"] = wish.below
        elif typed:
            currency = await self._parts.currencies.of(wish.guild, await self._products(wish))
            try:
                rules["below"] = typed_price(typed, wish.below.currency if wish.below else currency)
            except BadInput as exc:
                raise BadInput(f"below: {exc}") from None
        return {**rules, "paused": form.get("paused") == "yes"}

    async def _products(self, wish: Subscription) -> list[Product]:
        mine = await self._parts.products.of(wish.guild)
        product = mine.get(wish.sku) if wish.sku else None
        return [product] if product else []

    async def _one(self, visit: Visit, wish: Subscription, form: Form | None = None) -> web.Response:
        row = (await self._rows(visit, [wish]))[0]
        facts: dict[str, Any] = {
            "chosen": form.all("kinds") if form else wish.kinds,
            "below": form.get("below") if form else wish.below or "",
            "is_paused": form.get("paused") == "yes" if form else wish.paused,
        }
        now = self._parts.clock.now()
        return show(visit, "alert.html", now=now, form=form, row=row, wish=wish, kinds=KINDS, **facts)

    async def _rows(self, visit: Visit, wishes: list[Subscription]) -> list[AlertRow]:
        standings = await self._parts.store.standings()
        last = await self._parts.why.last_told(visit.guild)
        names = await self._parts.names(visit, [each.sku for each in wishes if each.sku])
        return [
            AlertRow(each, _name(each, names), _standing(standings.get(str(each.target)), visit), last.get(each.id))
            for each in wishes
        ]

    async def _named(self, visit: Visit, wish: Subscription) -> str:
        return _name(wish, await self._parts.names(visit, [wish.sku] if wish.sku else []))


def is_shown(wish: Subscription) -> bool:
    """Whether it is the guild's: a member's direct messages are their own."""
    return wish.target.type is not TargetKind.DM


def _name(wish: Subscription, names: Mapping[str, str]) -> str:
    return names[wish.sku] if wish.sku else f"Everything in {wish.category}"


def _standing(found: Standing | None, visit: Visit) -> Standing | None:
    return found if found and found.guild == visit.guild and not found.is_fine else None


def _difference(before: Subscription, after: Subscription) -> str:
    said = []
    if before.kinds != after.kinds:
        said.append(words.kinds(after.kinds).lower())
    if before.below != after.below:
        said.append(f"below {words.money(before.below)} → {words.money(after.below)}")
    if before.paused != after.paused:
        said.append("paused" if after.paused else "not paused")
    return "; ".join(said)
