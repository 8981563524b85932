"""Who changed what, in a dictionary, and in which guilds each member left a trace."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from alerts.domain.audit import AUDIT_DAYS, AUDIT_LENGTH, AuditEntry
from alerts.store.ports import AuditRow

_KEPT = timedelta(days=AUDIT_DAYS)


@dataclass
class MemoryAudit:
    """See ports.AuditTrail. Without a server's time, what is noted tells how late it is."""

    _audit: dict[int, list[AuditRow]] = field(default_factory=lambda: defaultdict(list), init=False)
    _traces: dict[int, set[int]] = field(default_factory=lambda: defaultdict(set), init=False)
    _noted: int = field(default=0, init=False)

    async def note_audit(self, entry: AuditEntry) -> None:
        self._noted += 1
        if entry.by:
            self._traces[entry.by].add(entry.guild)
        kept = [row for row in self._audit[entry.guild] if entry.at - row.entry.at < _KEPT]
        self._audit[entry.guild] = [*kept, AuditRow(f"{self._noted:020}", entry)][-AUDIT_LENGTH:]

    async def audit(self, guild: int, *, before: str = "", limit: int) -> Sequence[AuditRow]:
        rows = [row for row in self._audit.get(guild, []) if not before or row.ticket < before]
        return rows[::-1][:limit]

    async def disown_audit(self, guild: int, user: int, alias: str) -> None:
        rows = self._audit.get(guild, [])
        rows[:] = [AuditRow(row.ticket, _disowned(row.entry, user, alias)) for row in rows]


def _disowned(entry: AuditEntry, user: int, alias: str) -> AuditEntry:
    texts = {name: re.sub(rf"(?<!\d){user}(?!\d)", alias, getattr(entry, name)) for name in ("what", "about", "detail")}
    owner = {"by": None, "alias": alias} if entry.by == user else {}
    return entry.model_copy(update={**texts, **owner})
