"""Server-sent events out of a stream of bytes. Pure."""

from __future__ import annotations

import json
from collections.abc import AsyncIterable, AsyncIterator
from typing import Any

_LONGEST_LINE = 1024 * 1024


async def events(chunks: AsyncIterable[bytes]) -> AsyncIterator[dict[str, Any]]:
    """Every `data:` that is a JSON object. Comments, blank lines and data of other shapes are passed over."""
    async for line in _lines(chunks):
        name, _, value = line.partition(b":")
        if name.strip() != b"data":
            continue
        try:
            event = json.loads(value)
        except (ValueError, RecursionError):
            continue
        if isinstance(event, dict):
            yield event


async def _lines(chunks: AsyncIterable[bytes]) -> AsyncIterator[bytes]:
    rest = b""
    async for chunk in chunks:
        *whole, rest = (rest + chunk).replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
        for line in whole:
            yield line
        if len(rest) > _LONGEST_LINE:
            rest = b""
    yield rest
