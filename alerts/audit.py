"""Who changed what in a guild: noted after each change, read by its managers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from alerts.domain.audit import AUDIT_DAYS, AuditEntry
from alerts.ports import Clock
from alerts.store.ports import AuditRow, AuditTrail

_KEPT = timedelta(days=AUDIT_DAYS)
_PAGE = 200


@dataclass(frozen=True, slots=True)
class AuditPage:
    """Entries, the newest first. `older` is where the next page begins: "" when there is none."""

    rows: Sequence[AuditRow]
    older: str = ""


class Audit:
    """Note changes and read them again, always within one guild."""

    def __init__(self, *, store: AuditTrail, clock: Clock) -> None:
        self._store, self._clock = store, clock

    async def note(self, guild: int, by: int, what: str, about: str = "", detail: str = "") -> None:
        """Note that this member changed something. The texts name no other member."""
        entry = AuditEntry(at=self._clock.now(), guild=guild, by=by, what=what, about=about, detail=detail)
        await self._store.note_audit(entry)

    async def entries(
        self, guild: int, limit: int, before: str = "", *, by: int | None = None, word: str = ""
    ) -> AuditPage:
        """A page of what was changed in the last 90 days before the ticket `before`, by one member or with a word."""
        oldest, found, end = self._clock.now() - _KEPT, list[AuditRow](), before
        while len(found) <= limit:
            page = await self._store.audit(guild, before=end, limit=_PAGE)
            young = [row for row in page if row.entry.at > oldest]
            found += [row for row in young if by in (None, row.entry.by) and row.entry.says(word)]
            if len(page) < _PAGE or len(young) < len(page):
                break
            end = page[-1].ticket
        rows = found[:limit]
        return AuditPage(rows, rows[-1].ticket if rows and len(found) > limit else "")
