"""discord.py's and aiohttp's errors in our words, once, for every way through Discord."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import aiohttp
import discord
import orjson

from alerts.domain.errors import DeliveryError
from alerts.domain.said import say
from bot.notify.failures import failure


@asynccontextmanager
async def in_our_words(*, is_webhook: bool = False) -> AsyncIterator[None]:
    """Whatever goes wrong on the way to Discord, as a DeliveryError that holds no address."""
    try:
        yield
    except discord.RateLimited as exc:
        pause = timedelta(seconds=exc.retry_after)
        raise DeliveryError(
            say("Discord's limit, {seconds} s long", seconds=round(exc.retry_after)), retry_after=pause
        ) from None
    except discord.HTTPException as exc:
        raise await _refusal(exc, is_webhook=is_webhook) from None
    except (aiohttp.ClientError, OSError) as exc:  # of which a time limit is one
        # The library's own text may hold the whole address, and a webhook's address is a secret: hence `from None`.
        raise DeliveryError(say("no answer from Discord ({what})", what=type(exc).__name__)) from None


async def _refusal(exc: discord.HTTPException, *, is_webhook: bool) -> DeliveryError:
    body = await _body(exc.response)
    is_json = isinstance(body, dict)
    return failure(
        exc.status,
        exc.code if isinstance(exc.code, int) else 0,
        reason=exc.text if is_json else "",
        retry_after=_seconds(body.get("retry_after")) if is_json else None,
        scope=exc.response.headers.get("X-RateLimit-Scope", "") if exc.status == 429 else "",
        is_html=not is_json,
        is_webhook=is_webhook,
    )


async def _body(response: Any) -> Any:
    """The answer's JSON, which discord.py has read already and keeps to itself; None when it is something else."""
    try:
        return orjson.loads(await response.text("utf-8"))
    except (orjson.JSONDecodeError, aiohttp.ClientError):
        return None


def _seconds(found: object) -> float | None:
    return float(found) if isinstance(found, int | float) else None
