"""Wait for a fact, not for a time."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

T = TypeVar("T")


async def eventually(look: Callable[[], Awaitable[T]], *, within: float = 10.0) -> T:
    """The first true answer of `look`; fails when there is none in time."""
    end = time.monotonic() + within
    while True:
        found = await look()
        if found:
            return found
        assert time.monotonic() < end, f"not within {within} s"
        await asyncio.sleep(0)
