"""Tell a guild's admins, once, that a target of theirs takes no messages, and once that it does again."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Protocol

import structlog

from alerts.domain.standing import Notice, Standing, batch_id
from alerts.domain.wishes import TargetKind
from alerts.ports import Clock
from alerts.seat import Seat
from alerts.store.ports import Outbox, Standings

MOST_AT_ONCE = 6  # in one message, within Discord's 2,000 characters
_EVERY = 2.0
_NOWHERE, _NOWHERE_AT_MOST = 60.0, 600.0  # seconds until a guild without a place to write in is tried again
_ROLE = "notices"
# Whom to tell of these is the person's own business, and nobody else's.
_PRIVATE = frozenset({TargetKind.DM})
log = structlog.get_logger()


class Admins(Protocol):
    """The way to those who can mend a target."""

    def missing(self, standing: Standing) -> Sequence[str]:
        """The permissions that the bot lacks there, in Discord's words; none when that cannot be seen."""

    async def tell(self, guild: int, batch: str, notices: Sequence[Notice]) -> bool:
        """Tell them all in one message, elsewhere than in the targets that fail; False when there is nowhere now.

        The same batch again finds the message that stands.
        """


class NoticeStore(Outbox, Standings, Protocol):
    """The parts of memory that telling admins needs."""


class Notices:
    """Compare how the targets stand with what was told of them, and tell the difference.

    It needs nobody to call it at the right moment: what a crash left untold is found at the next look.
    """

    def __init__(
        self,
        *,
        store: NoticeStore,
        admins: Admins,
        clock: Clock,
        name: str,
        part: str = "",
        is_mine: Callable[[int], bool] = lambda _: True,
    ) -> None:
        """`name` tells this process from the others: one of them tells.

        Where each of them knows a part of the guilds only, `part` names it and `is_mine` says which: one of each part.
        """
        self._store, self._admins, self._clock, self._is_mine = store, admins, clock, is_mine
        self._seat, self._number = Seat(store, f"{_ROLE}:{part}" if part else _ROLE, name, clock=clock), 0
        self._next_look = 0.0
        self._waiting: dict[str, tuple[float, float]] = {}  # batch → not before, and how long it waited last

    async def __call__(self) -> bool:
        """Look every few seconds; whether anything was told."""
        await self._seat.hold()
        now = self._clock.monotonic()
        if now < self._next_look:
            return False
        self._next_look = now + _EVERY
        return await self.look()

    async def leave(self) -> None:
        """Let the next process tell at once."""
        await self._seat.leave()

    async def look(self) -> bool:
        """Tell all that is to be told now, if it is ours to tell; whether anything was."""
        self._number = await self._seat.hold()
        if not self._number:
            return False
        ill = {key: each for key, each in (await self._store.standings()).items() if self._is_to_be_told(each)}
        kept = {key: each for key, each in (await self._store.notices()).items() if self._is_mine(each.standing.guild)}
        begun = [each for key, each in kept.items() if not each.is_told and _is_true_still(each, ill.get(key))]
        batches = _by_batch(begun)
        for batch in self._new(ill, kept):
            if not await self._seat.still(self._number):
                return False  # we slept, and somebody else tells by now
            # Before anything is sent, so that the same ones share a message, and its nonce, after a crash, too.
            await self._store.put_notices(batch)
            batches.append(batch)
        for key, each in kept.items():
            if not each.is_told and not each.is_over and key not in ill:
                await self._store.clear_notice(each.standing.target)  # over before anybody was told
        names = {batch[0].batch for batch in batches}
        self._waiting = {name: waits for name, waits in self._waiting.items() if name in names}
        return any([await self._tell(batch) for batch in batches])

    def _new(self, ill: Mapping[str, Standing], kept: Mapping[str, Notice]) -> Iterator[list[Notice]]:
        """The notices that nobody has begun to tell, in messages of a few."""
        began = [each for key, each in ill.items() if not _tells_of(kept.get(key), each)]
        ended = [each for key, each in kept.items() if each.is_told and not each.is_over and key not in ill]
        for chunk in _chunks(began):
            batch = batch_id(chunk, is_over=False)
            yield [Notice(standing=each, batch=batch, missing=tuple(self._admins.missing(each))) for each in chunk]
        for chunk in _chunks([each.standing for each in ended]):
            batch = batch_id(chunk, is_over=True)
            yield [Notice(standing=each, batch=batch, is_over=True) for each in chunk]

    async def _tell(self, notices: Sequence[Notice]) -> bool:
        guild, batch = notices[0].standing.guild, notices[0].batch
        facts = {"guild": guild, "targets": [str(each.standing.target) for each in notices]}
        not_before, pause = self._waiting.get(batch, (0.0, 0.0))
        if self._clock.monotonic() < not_before:
            return False
        if not await self._seat.still(self._number):
            return False
        if not await self._admins.tell(guild, batch, notices):
            if not pause:
                log.warning("nowhere to tell the admins", **facts)
            pause = min(2 * pause or _NOWHERE, _NOWHERE_AT_MOST)
            self._waiting[batch] = (self._clock.monotonic() + pause, pause)
            return False
        log.info("admins told", is_over=notices[0].is_over, **facts)
        await self._store.put_notices(
            [each.model_copy(update={"is_told": True}) for each in notices if not each.is_over]
        )
        for each in notices:
            if each.is_over:
                await self._store.clear_notice(each.standing.target)
        return True

    def _is_to_be_told(self, standing: Standing) -> bool:
        return not standing.is_fine and standing.target.type not in _PRIVATE and self._is_mine(standing.guild)


def _tells_of(notice: Notice | None, standing: Standing) -> bool:
    return notice is not None and not notice.is_over and notice.standing.outage == standing.outage


def _is_true_still(notice: Notice, standing: Standing | None) -> bool:
    """Whether what was begun is still to be told."""
    return standing is None if notice.is_over else standing is not None and _tells_of(notice, standing)


def _by_batch(notices: Sequence[Notice]) -> list[list[Notice]]:
    ordered = sorted(notices, key=lambda each: (each.batch, str(each.standing.target)))
    return [list(group) for _, group in groupby(ordered, key=lambda each: each.batch)]


def _chunks(standings: Sequence[Standing]) -> Iterator[list[Standing]]:
    """Those of one guild together, a few at a time."""
    ordered = sorted(standings, key=lambda each: (each.guild, str(each.target)))
    for _, group in groupby(ordered, key=lambda each: each.guild):
        mine = list(group)
        for start in range(0, len(mine), MOST_AT_ONCE):
            yield mine[start : start + MOST_AT_ONCE]
