"""Parts that run beside each other: started, stopped in order, and missed when they end by themselves."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager

from alerts.domain.errors import SentryError

_DRAIN = 20  # seconds that a part has to finish what it is at
_CLOSED = 1  # seconds for a part that was closed: it may still sleep until its next try to connect


@asynccontextmanager
async def running(
    work: Coroutine[None, None, None],
    tasks: list[asyncio.Task[None]],
    name: str,
    *,
    end: Callable[[], Awaitable[None] | None] | None = None,
) -> AsyncIterator[None]:
    """Run a part beside the others. At the end it is asked to stop, and cancelled when it takes too long."""
    task, patience = asyncio.create_task(work, name=name), _DRAIN
    tasks.append(task)
    try:
        yield
    finally:
        if end is None:
            task.cancel()
        elif (ending := end()) is not None:
            await ending
            patience = _CLOSED
        await asyncio.wait({task}, timeout=patience)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def until(stop: asyncio.Event, tasks: Sequence[asyncio.Task[None]]) -> None:
    """Return when told to stop; raise what ended a part that should have gone on."""
    stopping = asyncio.create_task(stop.wait())
    done, _ = await asyncio.wait({stopping, *tasks}, return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    for task in done - {stopping}:
        await task
        raise SentryError(f"The part {task.get_name()} ended by itself; the log above says why.")
