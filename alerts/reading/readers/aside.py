"""Read a large page beside the event loop, and give up on one that takes too long."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable

from selectolax.lexbor import LexborHTMLParser as Tree

from alerts.domain.errors import ReadError
from alerts.domain.model import FailureReason, Listing, Offer
from alerts.domain.said import say
from alerts.ports import Page
from alerts.reading.data.overrides import Override
from alerts.reading.weigh.verdict import read_page

# Below this a page cannot hold enough markup to keep the parser busy for two seconds, and a thread would cost more.
LARGE = 160 * 1024
LONGEST = 2.0


async def read_aside(
    page: Page, listing: Listing, override: Override | None = None, *, also: Callable[[Tree, bytes], None] | None = None
) -> Offer:
    """`read_page`, without stopping the loop: the parser lets go of the interpreter's lock while it works."""
    if len(page.body) <= LARGE:
        return read_page(page, listing, override, also=also)
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[Offer] = loop.create_future()

    def work() -> None:
        try:
            found: Offer | Exception = read_page(page, listing, override, also=also)
        except Exception as exc:  # noqa: BLE001  # the bulkhead of a thread: what goes wrong in it is raised by who awaits it
            found = exc
        with contextlib.suppress(RuntimeError):  # the loop may have been closed meanwhile
            loop.call_soon_threadsafe(_settle, answer, found)

    # A thread of its own: one that never ends must not hold a place that the next page needs, nor the exit.
    threading.Thread(target=work, name="read-page", daemon=True).start()
    try:
        return await asyncio.wait_for(answer, LONGEST)
    except TimeoutError as exc:
        raise ReadError(
            FailureReason.UNREADABLE,
            say("the page keeps the parser busy for more than {count} seconds", count=f"{LONGEST:g}"),
        ) from exc


def _settle(answer: asyncio.Future[Offer], found: Offer | Exception) -> None:
    if answer.done():
        return
    if isinstance(found, Exception):
        answer.set_exception(found)
    else:
        answer.set_result(found)
