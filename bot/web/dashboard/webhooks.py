"""The guild's webhooks: programs that are told of changes. A secret is on one page only."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from alerts.domain.errors import BadInput, NotFound
from alerts.domain.model import ChangeKind
from alerts.domain.webhooks import MOST_WEBHOOKS
from bot.web.dashboard.alerts import KINDS
from bot.web.dashboard.forms import Form, go, read, show
from bot.web.dashboard.parts import Parts
from bot.web.dashboard.visits import Dashboard, Visit

_FIELDS = ("url", "kinds", "skus")


class WebhooksPage:
    """The list, and one of them with its log."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    def register(self, dashboard: Dashboard) -> None:
        """Its paths."""
        one = "/g/{guild}/webhooks/{webhook}"
        dashboard.page("/g/{guild}/webhooks", self.webhooks, title="Webhooks")
        dashboard.act("/g/{guild}/webhooks", self.add)
        dashboard.page(one, self.webhook)
        dashboard.act(f"{one}/enable", self.enable)
        dashboard.act(f"{one}/test", self.test)
        dashboard.act(f"{one}/redrive", self.redrive)
        dashboard.act(f"{one}/secret", self.rotate)
        dashboard.act(f"{one}/remove", self.remove)

    async def webhooks(self, visit: Visit) -> web.Response:
        """The page."""
        return await self._list(visit)

    async def webhook(self, visit: Visit) -> web.Response:
        """One of them with its log."""
        return await self._one(visit)

    async def add(self, visit: Visit) -> web.StreamResponse:
        """Keep an address and challenge it; its secret is shown once."""
        form = await read(visit)
        try:
            if not form.get("url"):
                raise BadInput("url: write the address of your program, such as https://example.com/hook.")
            added = await self._parts.webhooks.add(
                visit.guild, form.get("url"), by=visit.user, kinds=_kinds(form), skus=form.all("skus")
            )
        except BadInput as exc:
            return await self._list(visit, form.wrong(exc, _FIELDS, other="url"))
        await self._parts.note(visit, "webhook added", f"{added.webhook.shown} ({added.webhook.id})")
        facts: dict[str, Any] = {
            "webhook": added.webhook,
            "secret": added.secret,
            "problem": added.problem,
            "is_new": True,
        }
        return show(visit, "webhook_once.html", now=self._parts.clock.now(), **facts)

    async def enable(self, visit: Visit) -> web.StreamResponse:
        """Challenge it anew."""
        try:
            webhook = await self._parts.webhooks.enable(visit.guild, self._id(visit))
        except NotFound:
            raise
        except BadInput as exc:
            return await self._one(visit, (await read(visit)).wrong(exc, ()))
        await self._parts.note(visit, "webhook enabled", f"{webhook.shown} ({webhook.id})")
        return go(visit, f"webhooks/{webhook.id}", "enabled")

    async def test(self, visit: Visit) -> web.StreamResponse:
        """Queue a test event."""
        try:
            await self._parts.webhooks.test(visit.guild, self._id(visit))
        except NotFound:
            raise
        except BadInput as exc:
            return await self._one(visit, (await read(visit)).wrong(exc, ()))
        return go(visit, f"webhooks/{self._id(visit)}", "tested")

    async def redrive(self, visit: Visit) -> web.StreamResponse:
        """Send what was given up once more, all of it or one."""
        form = await read(visit)
        try:
            count = await self._parts.webhooks.redrive(visit.guild, self._id(visit), form.get("delivery") or None)
        except NotFound:
            raise
        except BadInput as exc:
            return await self._one(visit, form.wrong(exc, ()))
        if count:
            await self._parts.note(visit, "webhook's messages sent again", self._id(visit), str(count))
        return go(visit, f"webhooks/{self._id(visit)}", "redriven" if count else "nothing")

    async def rotate(self, visit: Visit) -> web.StreamResponse:
        """A new secret, shown once."""
        try:
            secret = await self._parts.webhooks.rotate_secret(visit.guild, self._id(visit))
        except NotFound:
            raise
        except BadInput as exc:
            return await self._one(visit, (await read(visit)).wrong(exc, ()))
        webhook = await self._parts.webhooks.get(visit.guild, self._id(visit))
        await self._parts.note(visit, "webhook's secret replaced", f"{webhook.shown} ({webhook.id})")
        facts: dict[str, Any] = {"webhook": webhook, "secret": secret, "problem": None, "is_new": False}
        return show(visit, "webhook_once.html", now=self._parts.clock.now(), **facts)

    async def remove(self, visit: Visit) -> web.StreamResponse:
        """Forget it with its messages, its log and its secret."""
        webhook = await self._parts.webhooks.get(visit.guild, self._id(visit))
        await self._parts.webhooks.remove(visit.guild, webhook.id)
        await self._parts.note(visit, "webhook removed", f"{webhook.shown} ({webhook.id})")
        return go(visit, "webhooks", "removed")

    def _id(self, visit: Visit) -> str:
        return visit.request.match_info["webhook"]

    async def _list(self, visit: Visit, form: Form | None = None) -> web.Response:
        found, now = await self._parts.webhooks.list(visit.guild), self._parts.clock.now()
        skus = [watch.sku for watch, _ in await self._parts.watches.list(visit.guild)]
        names = await self._parts.names(visit, skus)
        facts: dict[str, Any] = {"webhooks": found, "kinds": KINDS, "names": names, "most": MOST_WEBHOOKS}
        return show(visit, "webhooks.html", now=now, form=form, **facts)

    async def _one(self, visit: Visit, form: Form | None = None) -> web.Response:
        webhook = await self._parts.webhooks.get(visit.guild, self._id(visit))
        log = await self._parts.webhooks.log(visit.guild, webhook.id)
        given_up = await self._parts.webhooks.given_up(visit.guild, webhook.id)
        names = await self._parts.names(visit, webhook.skus)
        facts: dict[str, Any] = {"webhook": webhook, "log": log, "given_up": given_up, "names": names}
        return show(visit, "webhook.html", now=self._parts.clock.now(), form=form, **facts)


def _kinds(form: Form) -> tuple[ChangeKind, ...]:
    chosen = form.all("kinds")
    if unknown := [each for each in chosen if each not in set(KINDS)]:
        raise BadInput(f"kinds: {unknown[0][:40]!r} is not one of those in the list.")
    return tuple(ChangeKind(each) for each in chosen)
