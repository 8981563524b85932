"""Calls that come while another is under way go together: one round trip for all of them, each with its own answer."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

Call = tuple[str, Sequence[str], Sequence[str | int | float]]  # script, keys, arguments
_MOST = 64


@dataclass(frozen=True, slots=True)
class _Waiting:
    call: Call
    answer: asyncio.Future[Any]


class Batches:
    """A call alone is sent at once and by itself. `many` answers each with what came of it."""

    def __init__(
        self, one: Callable[[Call], Awaitable[Any]], many: Callable[[Sequence[Call]], Awaitable[Sequence[Any]]]
    ) -> None:
        self._one, self._many = one, many
        self._is_busy = False
        self._waiting: list[_Waiting] = []
        self._rest: asyncio.Task[None] | None = None

    async def __call__(self, call: Call) -> Any:
        """Have it done; whoever leaves before it was sent takes it along."""
        if self._is_busy:
            waiting = _Waiting(call, asyncio.get_running_loop().create_future())
            self._waiting.append(waiting)
            return await waiting.answer
        self._is_busy = True
        try:
            return await self._one(call)
        finally:
            self._go_on()

    def _go_on(self) -> None:
        self._waiting = [each for each in self._waiting if not each.answer.done()]
        self._is_busy = bool(self._waiting)
        if self._waiting:
            batch, self._waiting = self._waiting[:_MOST], self._waiting[_MOST:]
            self._rest = asyncio.create_task(self._send(batch), name="store batch")

    async def _send(self, batch: Sequence[_Waiting]) -> None:
        found: Sequence[Any] = [asyncio.CancelledError()] * len(batch)
        try:
            found = await self._many([each.call for each in batch])
        except Exception as exc:  # noqa: BLE001  # the bulkhead of a batch: whoever waits for an answer is told what happened
            found = [exc] * len(batch)
        finally:
            for each, came in zip(batch, found, strict=True):
                _settle(each.answer, came)
            self._go_on()


def _settle(answer: asyncio.Future[Any], came: object) -> None:
    if answer.done():
        return
    if isinstance(came, asyncio.CancelledError):
        answer.cancel()
    elif isinstance(came, BaseException):
        answer.set_exception(came)
    else:
        answer.set_result(came)
