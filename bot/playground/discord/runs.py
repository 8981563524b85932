"""One interaction from the person's side: sent, thinking, answered, or failed."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum

from .board import Board
from .errors import ApiError
from .shapes import Channel, Json, User

NO_ANSWER = "The application did not respond"


class State(StrEnum):
    """How far it got."""

    SENT = "sent"
    THINKING = "thinking"
    ANSWERED = "answered"
    MODAL = "modal"
    CHOICES = "choices"
    ACKNOWLEDGED = "acknowledged"
    FAILED = "failed"


class NoAnswer(Exception):
    """The bot did not answer; the text is what Discord shows the person."""


@dataclass(slots=True)
class Run:
    """What one person sees of one interaction."""

    id: str
    token: str
    kind: int
    user: User
    channel: Channel
    name: str
    board: Board
    started_at: float
    source: Json | None = None
    on_change: Callable[["Run"], None] | None = None
    state: State = State.SENT
    error: str | None = None
    modal: Json | None = None
    choices: list[Json] = field(default_factory=list)
    original_id: str | None = None
    follow_up_ids: list[str] = field(default_factory=list)
    is_menu: bool = False
    changed: asyncio.Event = field(default_factory=asyncio.Event)
    timer: asyncio.TimerHandle | None = None

    @property
    def is_acknowledged(self) -> bool:
        """Whether the bot has reacted in time."""
        return self.state not in (State.SENT, State.FAILED)

    @property
    def response(self) -> Json | None:
        """The original answer as it is now; none before it came or after it was deleted."""
        return self._find(self.original_id)

    @property
    def messages(self) -> list[Json]:
        """The answer and its follow-ups as they are now."""
        found = (self._find(message_id) for message_id in (self.original_id, *self.follow_up_ids))
        return [message for message in found if message is not None]

    @property
    def last(self) -> Json:
        """The newest of the messages."""
        return self.messages[-1]

    async def acknowledged(self, seconds: float = 5.0) -> "Run":
        """Wait for any reaction, also a "thinking"; NoAnswer if there is none."""
        await self.until(lambda: self.state is not State.SENT, seconds)
        return self._or_fail()

    async def answered(self, timeout: float = 5.0) -> Json:  # noqa: ASYNC109 - callers read better so
        """Wait for the real answer (after a deferral, for the edited-in one) and return its message."""
        await self.until(lambda: self.state in (State.ANSWERED, State.FAILED), timeout)
        return self._or_fail().response or self.last

    async def followed_up(self, count: int = 1, seconds: float = 5.0) -> list[Json]:
        """Wait for that many follow-ups and return them."""
        await self.until(lambda: len(self.follow_up_ids) >= count or self.state is State.FAILED, seconds)
        self._or_fail()
        return [found for found in map(self._find, self.follow_up_ids) if found is not None]

    async def until(self, done: Callable[[], bool], seconds: float) -> None:
        """Wait for something to become true of this run."""
        async with asyncio.timeout(seconds):
            while not done():
                await self.changed.wait()

    def move(self, state: State | None = None, *, error: str | None = None) -> None:
        """Note progress and wake whoever waits."""
        if state is not None:
            self.state = state
        self.error = error
        if self.state is not State.SENT and self.timer is not None:
            self.timer.cancel()
            self.timer = None
        # A fresh event for the next change, so that nobody who waits can miss one.
        happened, self.changed = self.changed, asyncio.Event()
        happened.set()
        if self.on_change is not None:
            self.on_change(self)

    def json(self) -> Json:
        """What the chat page needs to know."""
        return {
            "id": self.id,
            "kind": self.kind,
            "name": self.name,
            "channel_id": self.channel.id,
            "state": self.state.value,
            "error": self.error,
            "modal": self.modal,
        }

    def _or_fail(self) -> "Run":
        if self.state is State.FAILED:
            raise NoAnswer(self.error or NO_ANSWER)
        return self

    def _find(self, message_id: str | None) -> Json | None:
        try:
            return self.board.find(self.channel.id, message_id or "").message
        except ApiError:
            return None
