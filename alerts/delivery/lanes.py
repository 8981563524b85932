"""Whose turn it is: order within a target, fairness between guilds, small events before big ones. No I/O, no clock."""

from __future__ import annotations

import heapq
from collections import Counter, OrderedDict, deque
from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import count, takewhile

from alerts.store.ports import Ticket

# Events by the number of their deliveries: a handful, a hundred, a thousand, more.
_SIZES = (10, 100, 1000)
# One turn in so many goes to the biggest events, so that a flood of small ones does not starve them.
_FOR_THE_BIG = 5
_WINDOW = 20  # of one target's deliveries, looked at together


class Line:
    """What waits for one target, in the order it was queued. One message at a time is on its way."""

    __slots__ = ("guild", "is_queued", "target", "tickets", "until")

    def __init__(self, target: str, guild: int) -> None:
        self.target, self.guild = target, guild
        self.tickets: OrderedDict[str, Ticket] = OrderedDict()
        self.until: datetime | None = None
        self.is_queued = False

    @property
    def due_at(self) -> datetime | None:
        """When its first one may go; None for at once."""
        first = next(iter(self.tickets.values()))
        moments = [each for each in (first.until, self.until) if each]
        return max(moments, default=None)

    def head(self, now: datetime) -> Sequence[Ticket]:
        """The first ones that may go: the whole of a message that was attempted before, else what is due."""
        first = next(iter(self.tickets.values()))
        if first.letter:
            same = (each for each in self.tickets.values() if each.letter == first.letter)
            return sorted(same, key=lambda each: each.part)
        due = takewhile(lambda each: not each.until or each.until <= now, self.tickets.values())
        unattempted = takewhile(lambda each: not each.letter, due)
        return [each for _, each in zip(range(_WINDOW), unattempted, strict=False)]


class Lanes:
    """Everything that waits, in memory: the store has it, too, and whoever takes over fills these anew."""

    def __init__(self, away: Iterable[str] = ()) -> None:
        """`away`: targets that have a message on its way already."""
        self._lines: dict[str, Line] = {}
        self._away = set(away)
        self._waiting: list[tuple[datetime, int, str]] = []
        self._ready: list[OrderedDict[int, deque[str]]] = [OrderedDict() for _ in range(len(_SIZES) + 1)]
        self._seen, self._open = Counter[str](), Counter[str]()
        self._turn, self._serial = 0, count()

    def __len__(self) -> int:
        return sum(len(line.tickets) for line in self._lines.values())

    def add(self, ticket: Ticket) -> None:
        """Take in a delivery, behind what waits for its target already."""
        line = self._lines.get(ticket.target)
        is_new = line is None or not line.tickets
        if line is None:
            line = self._lines[ticket.target] = Line(ticket.target, ticket.guild)
        if ticket.id in line.tickets:
            return
        line.tickets[ticket.id] = ticket
        self._seen[ticket.event] += 1
        self._open[ticket.event] += 1
        if is_new and ticket.target not in self._away:
            self._queue(line)

    def pick(self, now: datetime) -> Line | None:
        """The next target's turn, or None when nothing is due. It is away until `put_back`."""
        self._wake(now)
        while (target := self._next()) is not None:
            line = self._lines.get(target)
            if line is None:
                continue
            line.is_queued = False
            if not line.tickets or target in self._away:
                continue
            if (due := line.due_at) and due > now:
                self._sleep(line, due)
            else:
                self._away.add(target)
                return line
        return None

    def put_back(self, target: str, *, ended: Iterable[str] = (), changed: Iterable[Ticket] = (),
                 until: datetime | None = None) -> None:  # fmt: skip
        """Its turn is over: without what has ended, with what was postponed, and with no turn before `until`."""
        self._away.discard(target)
        line = self._lines.get(target)
        if line is None:
            return
        for identity in ended:
            if ticket := line.tickets.pop(identity, None):
                self._forget(ticket.event)
        for ticket in changed:
            if ticket.id in line.tickets:
                line.tickets[ticket.id] = ticket
        line.until = until
        if line.tickets:
            self._queue(line)
        else:
            del self._lines[target]

    def next_due(self) -> datetime | None:
        """When the earliest of those that have to wait may go."""
        return self._waiting[0][0] if self._waiting else None

    @property
    def is_ready(self) -> bool:
        """Whether somebody's turn may have come."""
        return any(self._ready)

    def drop(self, ticket: Ticket) -> None:
        """It has ended elsewhere."""
        line = self._lines.get(ticket.target)
        if line and line.tickets.pop(ticket.id, None):
            self._forget(ticket.event)

    def wake(self, target: str) -> None:
        """Let a target's turn come at once, whatever it was waiting for."""
        line = self._lines.get(target)
        if line and line.tickets and target not in self._away:
            line.until = None
            self._queue(line)

    def _queue(self, line: Line) -> None:
        if line.is_queued:
            return
        line.is_queued = True
        size = min(self._seen[ticket.event] for ticket in line.tickets.values())
        lane = next((n for n, most in enumerate(_SIZES) if size <= most), len(_SIZES))
        self._ready[lane].setdefault(line.guild, deque()).append(line.target)

    def _next(self) -> str | None:
        lanes = [lane for lane in self._ready if lane]
        if not lanes:
            return None
        self._turn += 1
        lane = lanes[-1] if self._turn % _FOR_THE_BIG == 0 else lanes[0]
        guild, targets = next(iter(lane.items()))
        target = targets.popleft()
        if targets:
            lane.move_to_end(guild)
        else:
            del lane[guild]
        return target

    def _sleep(self, line: Line, until: datetime) -> None:
        heapq.heappush(self._waiting, (until, next(self._serial), line.target))

    def _wake(self, now: datetime) -> None:
        while self._waiting and self._waiting[0][0] <= now:
            _, _, target = heapq.heappop(self._waiting)
            line = self._lines.get(target)
            if line and line.tickets and target not in self._away:
                self._queue(line)

    def _forget(self, event: str) -> None:
        self._open[event] -= 1
        if not self._open[event]:
            del self._open[event], self._seen[event]
