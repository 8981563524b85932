"""Everything that is kept of a guild, to be handed to those who manage it. Secrets are left out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from alerts.addresses import Addresses
from alerts.catalogue import Catalogue
from alerts.domain.errors import BadInput
from alerts.domain.trail import TRAIL_LENGTH
from alerts.domain.wishes import OPERATOR, Subscription, TargetKind
from alerts.export_facts import as_facts, as_stage
from alerts.ports import Clock
from alerts.store.ports import AuditRow, AuditTrail, GuildChoices, Holds, Outbox, Standings, Trails, Wishes
from alerts.store.promises.api_keys import ApiKeyStore
from alerts.store.promises.departures import Departures, Erasing
from alerts.store.promises.webhooks import WebhookMemory

_PAGE = 200
_NOT_OF_A_KEY = frozenset({"mac"})
_WHO = frozenset({"added_by"})  # a person's own, who can have it by /me export
_SECRET = frozenset({TargetKind.WEBHOOK, TargetKind.APPRISE})


class GuildStore(
    Erasing,
    Departures,
    Wishes,
    GuildChoices,
    Holds,
    Outbox,
    Standings,
    Trails,
    AuditTrail,
    ApiKeyStore,
    WebhookMemory,
    Protocol,
):
    """The parts of memory in which something of a guild may be."""


class GuildExport:
    """One guild's data. Nothing is found here by another one's id."""

    def __init__(self, *, store: GuildStore, catalogue: Catalogue, addresses: Addresses, clock: Clock) -> None:
        self._store, self._catalogue, self._addresses, self._clock = store, catalogue, addresses, clock

    async def export(self, guild: int) -> dict[str, Any]:
        """All of it, ready for JSON. BadInput for what is no guild's id."""
        if guild <= OPERATOR:
            raise BadInput(f"{guild} is no server's id: copy it in Discord (Developer Mode, Copy Server ID).")
        store = self._store
        watches, wishes = await store.watches(guild), await store.subscriptions(guild)
        watched = {each.sku for each in watches}
        await self._catalogue.refresh()
        left = await store.departure(guild)
        standings, notices = (await store.standings()).values(), (await store.notices()).values()
        return {
            "made_at": self._clock.now().isoformat(),
            "server": str(guild),
            "kept_until": left.isoformat() if left else None,
            "settings": (await store.guild_settings(guild)).model_dump(mode="json", exclude_defaults=True),
            "watches": [as_facts(each, without=_WHO) for each in watches],
            "products_by_address": [as_facts(each) for each in self._catalogue.added() if each.sku in watched],
            "alerts": [await self._alert(each) for each in wishes],
            "waiting": [as_facts(each) for each in await store.held_by(guild)],
            "messages": [
                {**as_facts(each), "state": await store.delivery_state(each.id)}
                for each in await store.written_for(guild)
            ],
            "trouble": [as_facts(each) for each in standings if each.guild == guild],
            "told_to_admins": [as_facts(each) for each in notices if each.standing.guild == guild],
            "api_keys": [as_facts(each, without=_NOT_OF_A_KEY) for each in await store.api_keys(guild)],
            "webhooks": [await self._webhook(guild, each) for each in await store.webhooks(guild)],
            "log_of_14_days": [as_stage(each) for each in await store.trail(guild, limit=2 * TRAIL_LENGTH)],
            "changes": [as_facts(row.entry) for row in await self._audit(guild)],
        }

    async def _alert(self, wish: Subscription) -> dict[str, Any]:
        found = {**as_facts(wish, without=_WHO), "remembered": as_facts(await self._store.memory(wish.guild, wish.id))}
        if wish.target.type not in _SECRET:
            return found
        return {**found, "address": await self._addresses.shown(wish.guild, wish.target)}

    async def _webhook(self, guild: int, hook: Any) -> dict[str, Any]:
        return {
            **as_facts(hook, without=_WHO),
            "attempts": [as_facts(each) for each in await self._store.hook_log(guild, hook.id)],
            "given_up": [as_facts(each) for each in await self._store.given_up_hooks(guild, hook.id)],
        }

    async def _audit(self, guild: int) -> Sequence[AuditRow]:
        rows: list[AuditRow] = []
        while page := await self._store.audit(guild, before=rows[-1].ticket if rows else "", limit=_PAGE):
            rows += page
        return rows
