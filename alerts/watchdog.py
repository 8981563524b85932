"""Tell the operator, in a channel of theirs, when something is wrong with the bot itself, and when it is over."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from datetime import timedelta
from hashlib import blake2b
from typing import Protocol

import structlog
from pydantic import TypeAdapter, ValidationError

from alerts.domain.model import Tier
from alerts.domain.troubles import Finding, Trouble, after
from alerts.findings import Findings, FindingsStore
from alerts.ports import Clock
from alerts.seat import Seat
from alerts.store.ports import Outbox

EVERY = 15.0  # seconds between two looks
_BETWEEN = timedelta(minutes=1)  # two messages at least
_ROLE = "watchdog"
_NOTE = "watchdog"
_MOST = 200  # troubles at once: vendors of the configuration
_TROUBLES = TypeAdapter(list[Trouble])
log = structlog.get_logger()


class Tell(Protocol):
    """The way to the operator."""

    async def __call__(self, text: str, *, nonce: str, answers: int | None = None) -> int | None:
        """Say it once, as an answer to an earlier message if one is named; its id, or None when it cannot be said now.

        The same nonce again, soon after, finds the message that stands.
        """


class WatchdogStore(FindingsStore, Outbox, Protocol):
    """The parts of memory that are watched."""


class Watchdog:
    """Looks, and compares with what was told. What is going on is kept in memory, so a restart tells nothing twice.

    One process at a time, under a lease; one message a minute at most, the oldest trouble first.
    """

    def __init__(
        self,
        *,
        store: WatchdogStore,
        tell: Tell,
        clock: Clock,
        name: str,
        vendors: Sequence[str],
        every: Mapping[Tier, timedelta],
        silence: timedelta = timedelta(minutes=10),
    ) -> None:
        """`vendors`: those that are watched; `every`: how often products of a tier are due.

        `silence`: so long after the quickest tier's next look should have come, nobody looks any more.
        """
        self._store, self._tell, self._clock = store, tell, clock
        self._seat, self._number = Seat(store, _ROLE, name, clock=clock), 0
        names = _watched(vendors)
        self._findings = Findings(store=store, vendors=names, every=every, silence=silence, since=clock.now())
        self._next, self._next_word = float("-inf"), float("-inf")

    def configure(self, *, vendors: Sequence[str], every: Mapping[Tier, timedelta], silence: timedelta) -> None:
        """For looks from now on."""
        self._findings.configure(vendors=_watched(vendors), every=every, silence=silence)

    async def turn(self) -> bool:
        """Look when it is time and this process has the seat."""
        await self._seat.hold()
        now = self._clock.monotonic()
        if now < self._next:
            return False
        self._next = now + EVERY
        await self.look()
        return False

    async def leave(self) -> None:
        """Let the next process watch at once."""
        await self._seat.leave()

    async def look(self) -> None:
        """Find out what is wrong, keep it, and say at most one thing of it, if it is ours to say."""
        self._number = await self._seat.hold()
        if not self._number:
            return
        now = self._clock.now()
        before = _read(await self._store.note(_NOTE))
        found = {each.name: each for each in await self._findings(now)}
        # A vendor that left the configuration is no trouble any more.
        gone = {name: Finding(name=name, is_bad=False) for name in before if name not in found}
        troubles = dict(list(after(before, {**gone, **found}, now).items())[:_MOST])
        if not await self._keep(before, troubles):
            return
        if self._clock.monotonic() >= self._next_word:
            await self._say_one(troubles)

    async def _say_one(self, troubles: dict[str, Trouble]) -> None:
        waiting = [each for each in troubles.values() if not each.message or each.over]
        if not waiting:
            return
        trouble = min(waiting, key=lambda each: (each.over or each.since, each.name))
        if not await self._seat.still(self._number):
            return  # we slept, and somebody else watches by now
        # Kept before, so that whoever takes over after a crash says the same, under the same nonce.
        said = await self._tell(_text(trouble), nonce=_nonce(trouble), answers=trouble.message or None)
        self._next_word = self._clock.monotonic() + _BETWEEN.total_seconds()
        if said is None:
            return
        before = dict(troubles)
        if trouble.over:
            del troubles[trouble.name]
        else:
            troubles[trouble.name] = trouble.model_copy(update={"message": said})
        log.info("operator told", trouble=trouble.name, is_over=trouble.over is not None)
        await self._keep(before, troubles)

    async def _keep(self, before: Mapping[str, Trouble], troubles: Mapping[str, Trouble]) -> bool:
        """False when somebody else watches by now; then nothing was kept."""
        if not await self._seat.still(self._number):
            return False
        if dict(before) != dict(troubles):
            await self._store.set_note(_NOTE, _TROUBLES.dump_json(list(troubles.values())).decode())
        return True


def _watched(vendors: Sequence[str]) -> list[str]:
    return list(dict.fromkeys(vendors))[: _MOST - 10]


def _read(note: str | None) -> dict[str, Trouble]:
    try:
        return {each.name: each for each in _TROUBLES.validate_json(note)} if note else {}
    except ValidationError as exc:  # written by another version: it is told anew
        log.warning("troubles unreadable", reason=str(exc))
        return {}


def _text(trouble: Trouble) -> str:
    if trouble.over is None:
        return f"⚠️ {trouble.text}"
    minutes = max(1, round((trouble.over - trouble.since).total_seconds() / 60))
    return f"✅ Over after {minutes} min. It was: {trouble.text}"


def _nonce(trouble: Trouble) -> str:
    parts = f"{trouble.name}|{trouble.since.isoformat()}|{trouble.over is not None}"
    digest = blake2b(parts.encode("utf-8", "surrogatepass"), digest_size=15).digest()
    return base64.b32encode(digest).decode().lower()
