"""The points of an act, from a traced run, and which of them to strike at."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from tests.crash.stage import MADE, Point
from tests.crash.worker import ANYWHERE

# Asking for something changes nothing: after it the world is as it was before it.
_QUESTIONS = frozenset(
    f"redis.{word}"
    for word in ("GET", "HGET", "HGETALL", "ZRANGE", "SMEMBERS", "CONFIG GET", "pipeline(HGET)", "pipeline(HGETALL)")
)


def every(passed: Sequence[str]) -> Iterator[Point]:
    """Every place at every occurrence."""
    counts: Counter[str] = Counter()
    for place in passed:
        counts[place] += 1
        yield Point(place, counts[place])


def instants(passed: Sequence[str]) -> Iterator[Point]:
    """One point of each row of points between which this process has changed nothing in the world.

    What is lost with the process is its memory, so two such points differ in nothing that its successor can find:
    the answer to one command and the point before the next, and the points around a question.
    """
    has_changed = True
    for point in every(passed):
        if has_changed or point.place == MADE:
            yield point
            has_changed = False
        # At the point before it a command is not sent; from there on it may be.
        if point.place != MADE and not point.place.endswith(".done"):
            has_changed = has_changed or point.place not in _QUESTIONS


def anywhere(passed: Sequence[str], count: int) -> Iterator[Point]:
    """So many, evenly spread over all that several workers pass together."""
    for number in range(count):
        yield Point(ANYWHERE, 1 + number * len(passed) // count)


def spread(points: Sequence[Point], count: int) -> list[Point]:
    """So many of them, evenly spread; all, where there are fewer."""
    if len(points) <= count:
        return list(points)
    return [points[number * len(points) // count] for number in range(count)]
