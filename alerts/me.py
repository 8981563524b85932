"""Everything that is kept of a person: to be handed to them, or forgotten."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import timedelta
from secrets import token_hex
from typing import Any, Protocol

import structlog

from alerts.domain.trail import TRAIL_LENGTH
from alerts.domain.wishes import Target, TargetKind, persons_in, space_of
from alerts.export_facts import as_facts, as_stage, as_text
from alerts.ports import Clock
from alerts.store.ports import (
    AuditRow,
    AuditTrail,
    GuildChoices,
    Holds,
    Outbox,
    Persons,
    Standings,
    Timetable,
    Trails,
    Wishes,
)
from alerts.store.promises.webhooks import WebhookRecords

# What is on its way while somebody is forgotten has arrived or been given up by then.
SECOND_LOOK = timedelta(minutes=2)
_EVERY = 5.0
_PAGE = 200
_SESSION = "session:"  # as alerts/sessions.py names what it keeps
log = structlog.get_logger()


class MeStore(
    Persons, Wishes, AuditTrail, GuildChoices, Holds, Outbox, Standings, Timetable, Trails, WebhookRecords, Protocol
):
    """The parts of memory in which something of a person may be."""


class Me:
    """One person's data. Nothing is found here by another one's id."""

    def __init__(self, *, store: MeStore, clock: Clock) -> None:
        self._store, self._clock = store, clock
        self._next_look = 0.0

    async def export(self, user: int) -> dict[str, Any]:
        """All of it, ready for JSON. Ids are text: they are too long for other programs' numbers."""
        store, space = self._store, space_of(user)
        wishes, standing = await store.subscriptions(space), await store.standing(_target(user))
        memories = [await store.memory(space, each.id) for each in wishes]
        guilds = sorted(await store.traces(user))
        left_open, notices = await store.left_open(user), (await store.notices()).values()
        return {
            "made_at": self._clock.now().isoformat(),
            "user": str(user),
            "settings": (await store.guild_settings(space)).model_dump(mode="json", exclude_defaults=True),
            "own_alerts": [
                {**as_facts(wish), "remembered": as_facts(memory)}
                for wish, memory in zip(wishes, memories, strict=True)
            ],
            "watched_for_you": [as_facts(each) for each in await store.watches(space)],
            "waiting": [as_facts(each) for each in await store.held_for(user)],
            "direct_messages": as_facts(standing) if standing else None,
            "told_of_it": [as_facts(each) for each in notices if each.standing.target == _target(user)],
            "signed_in": [_sign_in(body) for _, name, body in left_open if name.startswith(_SESSION)],
            "waiting_for_your_press": [
                {"server": str(guild), "what": name.partition(":")[0], **as_text(json.loads(body))}
                for guild, name, body in left_open
                if not name.startswith(_SESSION)
            ],
            "messages": [
                {**as_facts(each), "state": await store.delivery_state(each.id)}
                for each in await store.written_to(user)
            ],
            "log_of_14_days": [as_stage(each) for each in await store.trail(space, limit=2 * TRAIL_LENGTH)],
            "servers": [await self._in_guild(user, guild) for guild in guilds],
        }  # fmt: skip

    async def _in_guild(self, user: int, guild: int) -> dict[str, Any]:
        watches, wishes = await self._store.watches(guild), await self._store.subscriptions(guild)
        hooks = await self._store.webhooks(guild)
        return {
            "server": str(guild),
            "watches_you_added": [as_facts(each) for each in watches if each.added_by == user],
            "alerts_you_added_or_get": [as_facts(each) for each in wishes if user in persons_in(each)],
            "webhooks_you_added": [as_facts(each) for each in hooks if each.added_by == user],
            "changes_you_made": [as_facts(row.entry) for row in await self._audit(guild) if row.entry.by == user],
        }  # fmt: skip

    async def _audit(self, guild: int) -> Sequence[AuditRow]:
        rows: list[AuditRow] = []
        while page := await self._store.audit(guild, before=rows[-1].ticket if rows else "", limit=_PAGE):
            rows += page
        return rows

    async def forget(self, user: int) -> None:
        """Forget them now, and once more after two minutes, whatever happens meanwhile.

        What they made for a guild stays there, made by nobody; in its audit trail an alias stands for them.
        """
        # Before anything is removed: a crash in between is finished by the second look.
        await self._store.put_erasure(user, self._clock.now() + SECOND_LOOK)
        await self._forget(user)

    async def sweep(self) -> bool:
        """Take the second look at whoever it is time for, every few seconds; whether there was anybody."""
        now = self._clock.monotonic()
        if now < self._next_look:
            return False
        self._next_look = now + _EVERY
        due = await self._store.erasures(self._clock.now(), limit=_PAGE)
        for user in due:
            await self._forget(user)
            await self._store.erasure_done(user)
        if due:
            log.info("forgotten for good", people=len(due))
        return bool(due)

    async def _forget(self, user: int) -> None:
        for guild in await self._store.traces(user):
            await self._store.disown(guild, user)
            await self._store.disown_audit(guild, user, f"gone-{token_hex(4)}")
        watched = await self._store.watches(space_of(user))
        await self._store.forget(user)
        for each in watched:
            if not await self._store.watchers(each.sku):
                await self._store.unschedule(each.sku)


def _target(user: int) -> Target:
    return Target(type=TargetKind.DM, id=user)


def _sign_in(body: str) -> dict[str, Any]:
    """What a session says of somebody, without what proves it."""
    facts: dict[str, Any] = as_text(json.loads(body))
    return {name: facts[name] for name in ("who", "guilds", "began")}
