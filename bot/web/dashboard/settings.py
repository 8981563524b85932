"""What the guild has chosen for itself."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from alerts.domain.errors import BadInput
from alerts.domain.guild import GuildSettings, Language
from bot.web.dashboard.forms import Form, go, read, show
from bot.web.dashboard.parts import Parts
from bot.web.dashboard.visits import Dashboard, Visit

LANGUAGES = {
    Language.ENGLISH: "English",
    Language.GERMAN: "Deutsch",
    Language.FRENCH: "Français",
    Language.SPANISH: "Español",
    Language.JAPANESE: "日本語",
    Language.PORTUGUESE: "Português (Brasil)",
}
# Who manages, and where trouble is told, are chosen in Discord: only there it is known which roles and channels exist.
FIELDS = ("language", "timezone", "currency", "ephemeral_replies", "floor_amount", "floor_percent")


class SettingsPage:
    """As /settings, but for the role and the channel."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    def register(self, dashboard: Dashboard) -> None:
        """Its paths."""
        dashboard.page("/g/{guild}/settings", self.settings, title="Settings")
        dashboard.act("/g/{guild}/settings", self.change)

    async def settings(self, visit: Visit) -> web.Response:
        """The page."""
        return await self._page(visit)

    async def change(self, visit: Visit) -> web.StreamResponse:
        """Keep what was chosen, all or none of it."""
        form = await read(visit)
        before = await self._parts.guilds.settings(visit.guild)
        given: dict[str, Any] = {name: form.get(name) for name in FIELDS if name in form.values}
        if "currency" in given:
            given["currency"] = given["currency"].upper() or None
        try:
            after = await self._parts.guilds.change(visit.guild, **given)
        except BadInput as exc:
            return await self._page(visit, form.wrong(exc, FIELDS))
        changed = [name for name in FIELDS if getattr(before, name) != getattr(after, name)]
        for name in changed:
            detail = f"{_text(getattr(before, name))} → {_text(getattr(after, name))}"
            await self._parts.note(visit, "setting changed", name, detail)
        return go(visit, "settings", "changed" if changed else "same")

    async def _page(self, visit: Visit, form: Form | None = None) -> web.Response:
        kept: GuildSettings = await self._parts.guilds.settings(visit.guild)
        return show(visit, "settings.html", now=self._parts.clock.now(), form=form, kept=kept, languages=LANGUAGES)


def _text(value: object) -> str:
    return "default" if value is None else str(value)
