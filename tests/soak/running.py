"""One trouble after the other, with changes in the shops during and after each."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from tests.soak.rig import Json, Rig
from tests.soak.told import Verdict, growth, judged, latest
from tests.soak.troubles import Trouble

_LOOKED = 0.25
_PATIENCE = 5.0  # seconds; what takes longer is waited for at the end, beside the other troubles


@dataclass(slots=True)
class Round:
    """One trouble, what was changed in it, and when all of that was told."""

    trouble: Trouble
    ended: float = 0.0
    changes: list[Json] = field(default_factory=list)
    recovered: float | None = None  # seconds from its end until the last was told

    def row(self) -> str:
        told = "not told" if self.recovered is None else f"{max(0.0, self.recovered):5.1f} s"
        told = "   silent" if self.trouble.is_silent and not self.changes else told
        return f"  {self.trouble.name:<38} {self.trouble.lasts:4.1f} s  {len(self.changes)} changes  {told}"


class Soak:
    """Strikes, changes and waits. Changes are of products that it has not struck, so that each price is a new one."""

    def __init__(self, rig: Rig, choose: random.Random, *, tell: Callable[[str], object] = lambda _: None) -> None:
        """`tell` hears of every round as soon as it is over."""
        self._rig, self._choose, self._tell = rig, choose, tell
        self.rounds = list[Round]()
        self._is_in = {number: number % 2 == 0 for number in range(rig.plan.products)}
        self._used = list[int]()

    async def run(self, troubles: Iterable[Trouble]) -> None:
        """All of them; what a shop's storm holds up is waited for at the end, as it rests for a while."""
        for trouble in troubles:
            await self._round(trouble)
        for each in self.rounds:
            await self._until_told(each, each.trouble.within)

    async def _round(self, trouble: Trouble) -> None:
        now = Round(trouble)
        self.rounds.append(now)
        await trouble.begin(self._rig)
        if not trouble.is_silent:
            await self._change(now)
        await self._pass(trouble.lasts)
        await trouble.end(self._rig)
        now.ended = time.time()
        if not trouble.is_silent:
            await self._change(now)
        if trouble.vendor is None:
            await self._until_told(now, min(_PATIENCE, trouble.within))
        self._tell(now.row())

    async def _change(self, now: Round) -> None:
        """A product comes back in stock, or gets a tenth cheaper."""
        number = self._next(now.trouble.vendor)
        kind = "drop" if self._is_in[number] else "restock"
        self._is_in[number] = True
        await self._rig.shop("change", number=number, kind=kind)
        now.changes.append((await self._rig.changes())[-1])

    def _next(self, vendor: int | None) -> int:
        """One that has rested longest."""
        struck = {each.trouble.vendor for each in self.rounds} - {None}
        mine = [
            number
            for number in self._is_in
            if (self._rig.plan.vendor_of(number) == vendor if vendor is not None else
                self._rig.plan.vendor_of(number) not in struck)
        ]  # fmt: skip
        fresh = [number for number in mine if number not in self._used]
        number = self._choose.choice(fresh) if fresh else min(mine, key=self._last_use)
        self._used.append(number)
        return number

    def _last_use(self, number: int) -> int:
        return len(self._used) - self._used[::-1].index(number)

    async def _until_told(self, now: Round, within: float) -> None:
        deadline = time.monotonic() + within
        while True:
            told = latest(now.changes, self._rig.heard, await self._rig.told())
            if told is not None:
                now.recovered = told - now.ended
                return
            if time.monotonic() > deadline:
                return
            await self._pass(_LOOKED)

    async def _pass(self, seconds: float) -> None:
        """Let time pass, and look at the program's memory meanwhile."""
        until = time.monotonic() + seconds
        while True:
            if self._rig.program.is_running:
                self._rig.weigh()
            left = until - time.monotonic()
            if left <= 0:
                return
            await asyncio.sleep(min(left, 0.5))

    @property
    def believed(self) -> int:
        """How many messages a shop may bring about that shows everything as the opposite."""
        return sum(each.trouble.may_be_believed for each in self.rounds)

    async def verdict(self) -> Verdict:
        """Of everything so far."""
        return judged(await self._rig.changes(), self._rig.heard, await self._rig.told())

    async def table(self) -> str:
        """What a person reads at the end."""
        verdict, (grown, slope) = await self.verdict(), growth(self._rig.sizes)
        rss = self._rig.sizes[-1][1] if self._rig.sizes else 0.0
        owed = f"{verdict.owed} owed: {verdict.lost} lost, {verdict.doubled} doubled"
        return "\n".join([
            "trouble                                  lasted  changes    told after its end",
            *(each.row() for each in self.rounds),
            f"{owed}, {verdict.uncalled} uncalled for (at most {self.believed})",
            f"memory {rss:.0f} MB, {grown:+.1f} MB from the middle to the last third ({slope:+.1f} MB an hour)",
        ])  # fmt: skip
