"""Several products at once, each alone: one that fails takes no other with it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from alerts.domain.errors import SentryError
from alerts.ports import Clock
from alerts.scan import Answer, Source


@dataclass(frozen=True, slots=True)
class Found:
    """What became of each, by what was asked for, and how long it took all together."""

    answers: Mapping[str, Answer]
    errors: Mapping[str, SentryError]
    took: timedelta

    @property
    def cached(self) -> int:
        """How many were answered from memory."""
        return sum(answer.source is Source.CACHED for answer in self.answers.values())


class Batch:
    """Asks for all of them side by side."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    async def __call__(self, queries: Sequence[str], ask: Callable[[str], Awaitable[Answer]]) -> Found:
        """Answers when the slowest has; a defect of ours ends the batch, as nobody could say what it is."""
        began = self._clock.monotonic()
        found = await asyncio.gather(*(_alone(ask(query)) for query in queries))
        took = timedelta(seconds=self._clock.monotonic() - began)
        pairs = list(zip(queries, found, strict=True))
        return Found(
            answers={query: each for query, each in pairs if isinstance(each, Answer)},
            errors={query: each for query, each in pairs if isinstance(each, SentryError)},
            took=took,
        )


async def _alone(asked: Awaitable[Answer]) -> Answer | SentryError:
    try:
        return await asked
    except SentryError as exc:
        return exc
