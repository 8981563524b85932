"""The figures of a week, from what all processes have counted, and telling the operator of them once a week."""

from __future__ import annotations

import asyncio
import base64
from datetime import UTC, date, datetime, timedelta
from hashlib import blake2b
from typing import Protocol

import structlog
from pydantic import ValidationError

from alerts.analytics import Analytics
from alerts.domain.agenda import NOTE as AGENDA
from alerts.domain.agenda import read_agenda
from alerts.domain.model import Fact
from alerts.domain.report import Report, VendorLine, lines, week_of
from alerts.domain.standing import StandingState
from alerts.domain.wishes import OPERATOR
from alerts.findings import Findings, FindingsStore
from alerts.ports import Clock
from alerts.seat import Seat
from alerts.store.ports import Outbox, Server, Wishes
from alerts.watchdog import Tell

_DAYS = 7
_PAGE = 100  # products asked for at once
_EVERY = 60.0  # seconds between two looks at the calendar
_ROLE = _NOTE = "weekly report"
_STRETCHED = 1.5  # so much longer than wished a shop's products wait
log = structlog.get_logger()


class ReportStore(FindingsStore, Wishes, Server, Protocol):
    """The parts of memory that the figures are taken from."""


class Reports:
    """Adds up a week."""

    def __init__(self, *, store: ReportStore, analytics: Analytics, findings: Findings, clock: Clock) -> None:
        self._store, self._analytics, self._findings, self._clock = store, analytics, findings, clock

    async def __call__(self, *, until: date | None = None, bytes_before: int | None = None) -> Report:
        """The seven days to `until`, which is today if left out."""
        now = self._clock.now()
        last = until or now.astimezone(UTC).date()
        stats = await self._analytics.stats(days=_DAYS, until=last)
        depths, server, guilds = await asyncio.gather(self._store.depths(), self._store.server(), self._watchers())
        alerts = stats.alerts
        assert alerts  # nobody's figures but everybody's were asked for
        return Report(
            since=stats.since,
            until=last,
            guilds=len({guild for each in guilds for guild in each}),
            products=len(guilds),
            watches=sum(map(len, guilds)),
            scans=stats.scans,
            looks=stats.looks,
            failed=stats.failed,
            vendors=tuple(
                VendorLine(
                    vendor=each.vendor,
                    looks=each.looks,
                    failed=each.failed,
                    p95_ms=each.latency.p95 if each.latency else None,
                )
                for each in stats.vendors
            ),
            told=alerts.told,
            edited=alerts.edited,
            held=alerts.held,
            quiet=alerts.suppressed + alerts.cooldown,
            buried=alerts.buried,
            expired=alerts.expired,
            message_p95_s=await self._analytics.message_p95(days=_DAYS, until=last),
            dead=depths.dead,
            store_bytes=server.bytes_used,
            store_keys=server.keys,
            bytes_before=bytes_before,
            hands=tuple(await self._hands(now, depths.dead)),
        )

    async def _watchers(self) -> list[frozenset[int]]:
        """Of each product on the timetable, the servers that watch it."""
        found: list[frozenset[int]] = []
        skus = sorted(await self._store.scheduled())
        for at in range(0, len(skus), _PAGE):
            found += await asyncio.gather(*(self._store.watchers(sku) for sku in skus[at : at + _PAGE]))
        return [frozenset(guild for guild in each if guild > OPERATOR) for each in found]

    async def _hands(self, now: datetime, dead: int) -> list[str]:
        findings, standings, server, agenda = await asyncio.gather(
            self._findings(now), self._store.standings(), self._store.server(), self._store.note(AGENDA)
        )
        found = [each.text for each in findings if each.is_bad]
        if not (server.keeps_log and server.keeps_all and server.writes_arrive):
            found.append("The store may forget alerts: see RedisNotDurable in the runbook.")
        if dead:
            found.append(f"{dead} dead letters: hardware-sentry dlq list says why.")
        if off := sum(each.state is StandingState.DISABLED for each in standings.values()):
            found.append(f"{off} targets of alerts are disabled; the admins of their servers were told.")
        plan = read_agenda(agenda)
        full = [name for name, stretch in plan.stretched() if stretch >= _STRETCHED] if plan else []
        if full:
            found.append(f"More is wanted of these shops than their pace allows: {', '.join(full[:5])}.")
        return found


class _Noted(Fact):
    """The newest report: due on the Monday `week`. `text` until it is told, so that whoever tells it says the same."""

    week: date
    text: str = ""
    is_told: bool = False
    bytes_used: int = 0


class WeeklyStore(ReportStore, Outbox, Protocol):
    """The parts of memory that telling it needs."""


class Weekly:
    """Tells the operator of each week once, on Monday; one process at a time, under a lease.

    What is told is noted before, so that after a crash the same is said again under the same nonce. The week in which
    this begins has no report: nobody knows what was before.
    """

    def __init__(self, *, store: WeeklyStore, reports: Reports, tell: Tell, clock: Clock, name: str) -> None:
        """`name` tells this process from the others."""
        self._store, self._reports, self._tell, self._clock = store, reports, tell, clock
        self._seat, self._next = Seat(store, _ROLE, name, clock=clock), float("-inf")

    async def turn(self) -> bool:
        """Tell it when it is due and this process has the seat."""
        number = await self._seat.hold()
        now = self._clock.monotonic()
        if not number or now < self._next:
            return False
        self._next = now + _EVERY
        noted = await self._newest(number)
        if noted and not noted.is_told and await self._seat.still(number):
            said = await self._tell(noted.text, nonce=_nonce(noted.week))
            if said is not None:
                log.info("weekly report told", week=noted.week.isoformat())
                await self._keep(number, noted.model_copy(update={"text": "", "is_told": True}))
        return False

    async def leave(self) -> None:
        """Let the next process do it at once."""
        await self._seat.leave()

    async def _newest(self, number: int) -> _Noted | None:
        """What is to be told, or was; None when somebody else does it by now."""
        before, week = _read(await self._store.note(_NOTE)), week_of(self._clock.now().astimezone(UTC))
        if before and before.week >= week:
            return before
        if before is None:
            size = (await self._store.server()).bytes_used
            return await self._keep(number, _Noted(week=week, is_told=True, bytes_used=size))
        report = await self._reports(until=week - timedelta(days=1), bytes_before=before.bytes_used)
        text = "\n".join(("📋 **The week**", *lines(report)))
        return await self._keep(number, _Noted(week=week, text=text, bytes_used=report.store_bytes))

    async def _keep(self, number: int, noted: _Noted) -> _Noted | None:
        if not await self._seat.still(number):
            return None
        await self._store.set_note(_NOTE, noted.model_dump_json())
        return noted


def _read(note: str | None) -> _Noted | None:
    try:
        return _Noted.model_validate_json(note) if note else None
    except ValidationError:  # written by another version: it begins anew
        return None


def _nonce(week: date) -> str:
    digest = blake2b(f"weekly|{week.isoformat()}".encode(), digest_size=15).digest()
    return base64.b32encode(digest).decode().lower()
