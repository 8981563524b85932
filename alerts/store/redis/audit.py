"""Who changed what: one stream per guild, bounded in length and age, and per member the guilds they left a trace in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta

from alerts.domain.audit import AUDIT_DAYS, AUDIT_LENGTH, AuditEntry
from alerts.store import keys
from alerts.store.ports import AuditRow
from alerts.store.redis.link import Link

_KEPT = timedelta(days=AUDIT_DAYS)


class RedisAudit:
    """See ports.AuditTrail."""

    def __init__(self, link: Link) -> None:
        self._link = link

    async def note_audit(self, entry: AuditEntry) -> None:
        name = keys.audit(entry.guild)
        async with self._link.trouble():
            if entry.by:
                # Before the entry: one that could not be found again could not be disowned.
                await self._link.redis.sadd(keys.traces(entry.by), str(entry.guild))
            ticket = await self._link.redis.xadd(name, _fields(entry), maxlen=AUDIT_LENGTH, approximate=True)
            # The server's own time, which is in the ticket, decides what is too old.
            oldest = int(ticket.partition("-")[0]) - int(_KEPT.total_seconds() * 1000)
            pipe = self._link.redis.pipeline(transaction=False)
            pipe.xtrim(name, minid=str(oldest), approximate=False)
            pipe.expire(name, _KEPT)
            await pipe.execute()

    async def audit(self, guild: int, *, before: str = "", limit: int) -> Sequence[AuditRow]:
        async with self._link.trouble():
            end = f"({before}" if before else "+"
            page = await self._link.redis.xrevrange(keys.audit(guild), max=end, count=limit)
        return [AuditRow(ticket, _entry(guild, fields)) for ticket, fields in page if self._link.reads(fields.get("v"))]

    async def disown_audit(self, guild: int, user: int, alias: str) -> None:
        await self._link.run("disown", [keys.audit(guild)], [str(user), alias])


def _fields(entry: AuditEntry) -> dict[str, str]:
    """As fields and not as JSON: a script has to find a member in them, and its numbers are too small for ids."""
    facts = {"by": "" if entry.by is None else str(entry.by), "alias": entry.alias, "what": entry.what,
             "about": entry.about, "detail": entry.detail}  # fmt: skip
    return {"v": "1", "at": entry.at.isoformat(), **facts}


def _entry(guild: int, fields: Mapping[str, str]) -> AuditEntry:
    facts = {name: fields.get(name, "") for name in ("at", "alias", "what", "about", "detail")}
    return AuditEntry.model_validate({**facts, "guild": guild, "by": fields.get("by") or None})
