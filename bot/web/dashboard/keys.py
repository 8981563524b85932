"""The guild's API keys. A whole key is on one page only, the one that answers the form that made it."""

from __future__ import annotations

import re
from datetime import timedelta

from aiohttp import web

from alerts.domain.api_keys import LONGEST_NAME, OVERLAP, ApiKey, Scope, WholeKey
from alerts.domain.errors import BadInput, NotFound
from bot.web.dashboard.forms import Form, go, read, show
from bot.web.dashboard.parts import Parts
from bot.web.dashboard.visits import Dashboard, Visit

ACCESS: dict[str, tuple[str, tuple[Scope, ...]]] = {
    "read": ("Read what is known", (Scope.READ,)),
    "scan": ("Read, and have shops scanned", (Scope.READ, Scope.SCAN)),
    "manage": ("Read, scan, and change watches and alerts", (Scope.READ, Scope.SCAN, Scope.MANAGE)),
}
_LONGEST_DAYS = 3650
_FIELDS = ("name", "access", "days")


class KeysPage:
    """As /settings keys."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    def register(self, dashboard: Dashboard) -> None:
        """Its paths."""
        dashboard.page("/g/{guild}/keys", self.keys, title="API keys")
        dashboard.act("/g/{guild}/keys", self.create)
        dashboard.act("/g/{guild}/keys/{key}/rotate", self.rotate)
        dashboard.act("/g/{guild}/keys/{key}/revoke", self.revoke)

    async def keys(self, visit: Visit) -> web.Response:
        """The page."""
        return await self._page(visit)

    async def create(self, visit: Visit) -> web.StreamResponse:
        """A new key, shown once."""
        form = await read(visit)
        try:
            key, text = await self._parts.api_keys.create(
                visit.guild, form.get("name"), scopes=_scopes(form.get("access")), expires_in=_days(form.get("days"))
            )
        except BadInput as exc:
            return await self._page(visit, form.wrong(exc, _FIELDS, other="name"))
        scopes = ", ".join(scope.value for scope in key.scopes)
        await self._parts.note(visit, "API key created", f"{key.name} ({key.id})", scopes)
        return self._once(visit, key, text)

    async def rotate(self, visit: Visit) -> web.StreamResponse:
        """A successor, shown once."""
        form, key_id = await read(visit), visit.request.match_info["key"]
        try:
            key, text = await self._parts.api_keys.rotate(visit.guild, key_id)
        except NotFound:
            raise
        except BadInput as exc:
            return await self._page(visit, form.wrong(exc, (), other=f"row {key_id}"))
        await self._parts.note(visit, "API key replaced", f"{key.name} ({key.id})")
        return self._once(visit, key, text, replaced=OVERLAP)

    async def revoke(self, visit: Visit) -> web.StreamResponse:
        """End it at once."""
        gone = await self._parts.api_keys.revoke(visit.guild, visit.request.match_info["key"])
        await self._parts.note(visit, "API key revoked", f"{gone.name} ({gone.id})")
        return go(visit, "keys", "revoked")

    async def _page(self, visit: Visit, form: Form | None = None) -> web.Response:
        keys, now = await self._parts.api_keys.list(visit.guild), self._parts.clock.now()
        return show(visit, "keys.html", now=now, form=form, keys=keys, access=ACCESS, longest_name=LONGEST_NAME)

    def _once(self, visit: Visit, key: ApiKey, text: WholeKey, *, replaced: timedelta | None = None) -> web.Response:
        return show(visit, "key_once.html", now=self._parts.clock.now(), key=key, text=text, replaced=replaced)


def _scopes(access: str) -> tuple[Scope, ...]:
    if access not in ACCESS:
        raise BadInput("access: choose what the key may do.")
    return ACCESS[access][1]


def _days(text: str) -> timedelta | None:
    if not text:
        return None
    if not re.fullmatch(r"[0-9]{1,4}", text) or not 1 <= int(text) <= _LONGEST_DAYS:
        raise BadInput(f"days: write a whole number from 1 to {_LONGEST_DAYS}, or leave it empty.")
    return timedelta(days=int(text))
