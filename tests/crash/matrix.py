"""Play every act with a blow at one point after the other, on several stages at once, and count."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from tests.crash.acts import ACTS, Act
from tests.crash.points import anywhere, every, instants, spread
from tests.crash.stage import Outcome, Point, Stage, Variant

EVERYTHING = os.environ.get("CRASH") == "all"


@dataclass(slots=True)
class Tally:
    """What a matrix found."""

    variant: Variant
    points: int = 0
    seconds: float = 0.0
    outcomes: list[Outcome] = field(default_factory=list)

    @property
    def lost(self) -> int:
        return sum(each.faults.lost for each in self.outcomes)

    @property
    def duplicated(self) -> int:
        return sum(each.faults.duplicated for each in self.outcomes)

    @property
    def disordered(self) -> int:
        return sum(each.faults.disordered for each in self.outcomes)

    @property
    def struck(self) -> int:
        return sum(each.was_struck for each in self.outcomes)

    def faulty(self) -> list[str]:
        """The worst in words, for whoever has to mend it."""
        found = [each for each in self.outcomes if each.faults]
        return [f"{each.act.name}, {each.point}: {each.faults.detail}" for each in found[:5]]

    def __str__(self) -> str:
        return (
            f"{self.variant.name}: {self.points} points, {len(self.outcomes)} runs ({self.struck} struck), "
            f"lost {self.lost}, duplicated {self.duplicated}, wrong order {self.disordered}, {self.seconds:.0f} s"
        )


async def play(stages: Sequence[Stage], variant: Variant, *, at_most: int | None = None) -> Tally:
    """All acts; of each at most so many points, evenly spread, unless CRASH=all asks for all."""
    began = time.monotonic()
    tally = Tally(variant)
    todo: list[tuple[Act, Point]] = []
    for act in ACTS.values():
        quiet = await stages[0].play(act, variant=variant)
        assert not quiet.faults, f"{act.name}, with nobody struck: {quiet.faults.detail}"
        tally.points += len(quiet.passed)
        todo += [(act, point) for point in _chosen(quiet.passed, variant, at_most)]
    left = iter(todo)
    await asyncio.gather(*(_work(stage, left, tally) for stage in stages))
    tally.seconds = time.monotonic() - began
    return tally


def _chosen(passed: Sequence[str], variant: Variant, at_most: int | None) -> Iterable[Point]:
    if variant.workers > 1:
        return anywhere(passed, len(passed) if EVERYTHING or not at_most else at_most)
    if EVERYTHING:
        return every(passed)
    points = list(instants(passed))
    return spread(points, at_most) if at_most else points


async def _work(stage: Stage, left: Iterable[tuple[Act, Point]], tally: Tally) -> None:
    for act, point in left:
        tally.outcomes.append(await stage.play(act, point, tally.variant))
