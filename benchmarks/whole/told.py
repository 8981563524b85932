"""What the shop changed against what was told: how late, what never, what twice. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import quantiles
from typing import Any

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Alert:
    """One change for one channel: seconds until it was first told, and in how many messages it was."""

    number: int
    kind: str
    channel: int
    late: float | None
    messages: int


def matched(changes: Sequence[Json], heard: Mapping[int, Sequence[int]], told: Iterable[Json]) -> list[Alert]:
    """Every alert that was owed. A message tells a change when it is newer and holds its product at its price."""
    by_place: dict[tuple[int, int], list[Json]] = {}
    for each in told:
        by_place.setdefault((each["number"], int(each["channel"])), []).append(each)
    return [
        _alert(change, channel, by_place.get((change["number"], channel), ()))
        for change in changes
        for channel in heard[change["number"]]
    ]


def _alert(change: Json, channel: int, told: Sequence[Json]) -> Alert:
    mine = [each for each in told if each["at"] >= change["at"] and each["prices"][:1] == [change["price"]]]
    posted = {each["message"] for each in mine if each["is_new"]}
    late = min((each["at"] for each in mine), default=None)
    return Alert(change["number"], change["kind"], channel, late - change["at"] if late else None, len(posted))


def uncalled(changes: Sequence[Json], told: Sequence[Json]) -> int:
    """How many new messages tell of products that nothing has become of: the wolf."""
    changed = {change["number"] for change in changes}
    return sum(each["is_new"] and each["number"] not in changed for each in told)


def percentile(values: Iterable[float], percent: int) -> float:
    """0.0 of none, and of one itself."""
    found = sorted(values)
    if len(found) < 2:
        return found[0] if found else 0.0
    return quantiles(found, n=100, method="inclusive")[percent - 1]


def gaps(looks: Iterable[Sequence[float]], *, since: float, until: float) -> list[float]:
    """Seconds between two looks at the same product, for all looks in a span of time."""
    found = list[float]()
    for each in looks:
        within = [at for at in each if since <= at <= until]
        found += [later - earlier for earlier, later in pairwise(within)]
    return found


def lags(slots: Mapping[int, Iterable[float]], looks: Sequence[Sequence[float]], *, until: float) -> list[float]:
    """From each slot on the timetable to the first look after it; one that had none by `until` waits until then."""
    found = list[float]()
    for number, due in slots.items():
        for slot in due:
            late = min((at - slot for at in looks[number] if at >= slot), default=until - slot)
            found.append(late)
    return found
