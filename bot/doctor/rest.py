"""Discord's REST interface as the doctor asks it: GET alone, slowly, since the running bot has the same limits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from types import TracebackType
from typing import Any, Self

import aiohttp

from alerts.domain.errors import SentryError
from alerts.ports import Clock

_PATIENCE = aiohttp.ClientTimeout(total=8)
_PACE = 0.05  # seconds: 20 a second of the 50 that a bot has
_LONGEST_REST = 5.0
_LIMITED = 429


class DiscordAway(SentryError):
    """It does not answer, or not as it should."""


@dataclass(frozen=True, slots=True)
class Answer:
    """`body`: JSON, or None; `ahead`: Discord's clock before ours in seconds, within a second or so."""

    status: int
    body: Any
    ahead: float | None

    @property
    def is_fine(self) -> bool:
        """Whether it holds what was asked for."""
        return self.status == 200 and self.body is not None


class Rest:
    """Enter it; every question has a time limit of its own."""

    def __init__(self, *, api_base: str, token: str, clock: Clock, pace: float = _PACE) -> None:
        self._base, self._token, self._clock, self._pace = api_base.rstrip("/"), token, clock, pace
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        headers = {"Authorization": f"Bot {self._token}"}
        self._session = aiohttp.ClientSession(headers=headers, timeout=_PATIENCE, trust_env=False)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, tb: TracebackType | None
    ) -> None:
        assert self._session
        await self._session.close()

    async def get(self, path: str) -> Answer:
        """The answer, whatever its status; DiscordAway when there is none, or Discord wants to be left alone."""
        answer = await self._once(path)
        if answer.status == _LIMITED:
            if not isinstance(answer.body, Mapping):
                raise DiscordAway("Discord has shut this machine's address out for a while: try again in an hour.")
            rest = float(answer.body.get("retry_after", 0))
            if rest > _LONGEST_REST:
                raise DiscordAway(f"Discord limits this bot for {rest:.0f} s: try again after that.")
            await self._clock.sleep(rest)
            answer = await self._once(path)
        return answer

    async def wanted(self, path: str) -> Any:
        """The body of an answer that must be fine; DiscordAway says what it was instead."""
        answer = await self.get(path)
        if not answer.is_fine:
            raise DiscordAway(f"Discord answers {answer.status} to GET {path.partition('?')[0]}: try again later.")
        return answer.body

    async def _once(self, path: str) -> Answer:
        assert self._session
        if self._pace:
            await self._clock.sleep(self._pace)
        try:
            before = self._clock.now()
            async with self._session.get(self._base + path, allow_redirects=False) as got:
                middle = before + (self._clock.now() - before) / 2
                return Answer(got.status, await _json(got), _ahead(got.headers, middle))
        except (aiohttp.ClientError, TimeoutError, ValueError, OSError) as exc:
            raise DiscordAway(
                f"Discord cannot be asked at {self._base} ({type(exc).__name__}): see whether this machine reaches"
                " the internet, or mend discord.api_base."
            ) from exc


async def _json(got: aiohttp.ClientResponse) -> Any:
    try:
        return await got.json(content_type=None)
    except ValueError:  # a page, as of somebody between us and Discord
        return None


def _ahead(headers: Mapping[str, str], middle: datetime) -> float | None:
    try:
        theirs = parsedate_to_datetime(headers["Date"])
    except (KeyError, ValueError):
        return None
    # The header has whole seconds: what it means is half a second later, more or less.
    return (theirs - middle).total_seconds() + 0.5
