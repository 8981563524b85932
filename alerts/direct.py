"""Whether a person takes our direct messages: tried by their own wish alone, and said to them once when they do not."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta

from alerts.domain.errors import BadInput, DeliveryError
from alerts.domain.said import say
from alerts.domain.standing import Standing, StandingState, after_failure
from alerts.domain.wishes import Target, TargetKind, space_of
from alerts.ports import Clock
from alerts.store.ports import Standings

# However often somebody presses the button: refused messages count towards Discord's ban.
_PAUSE = timedelta(minutes=1)

Say = Callable[[int, str], Awaitable[None]]
"""Writes a direct message to a person; DeliveryError when it cannot."""


class DirectMessages:
    """How it stands with a person's direct messages."""

    def __init__(self, *, store: Standings, clock: Clock, say: Say) -> None:
        self._store, self._clock, self._say = store, clock, say

    async def trouble(self, user: int) -> Standing | None:
        """Why nothing reaches them; None when it does, as far as we know."""
        standing = await self._store.standing(_target(user))
        return standing if standing and standing.state is StandingState.DISABLED else None

    async def to_be_said(self, user: int) -> Standing | None:
        """The same, once until it is mended."""
        standing = await self.trouble(user)
        if standing is None or standing.is_said:
            return None
        await self._store.put_standing(standing.model_copy(update={"is_said": True}))
        return standing

    async def open(self, user: int, text: str) -> Standing | None:
        """Write to them; None when it arrived, and then everything else may follow. Else why it did not.

        BadInput when it was tried just now; DeliveryError when it is not their doing.
        """
        now, before = self._clock.now(), await self._store.standing(_target(user))
        if before and not before.is_fine and before.until and before.until > now:
            raise BadInput(say("I have tried just now. Try again in a minute."))
        try:
            await self._say(user, text)
        except DeliveryError as error:
            fresh = Standing(target=_target(user), guild=space_of(user))
            after = after_failure(fresh, error, now)
            if after.state is not StandingState.DISABLED:
                raise
            since = before.since if before and before.since else now
            after = after.model_copy(update={"until": now + _PAUSE, "since": since, "is_said": True})
            await self._store.put_standing(after)
            return after
        await self._store.clear_standing(_target(user))
        return None


def _target(user: int) -> Target:
    return Target(type=TargetKind.DM, id=user)
