"""All messages, by channel; and the memory of nonces that keeps a repeated send from posting twice."""

from collections.abc import Iterable
from dataclasses import dataclass

from .errors import ApiError
from .ids import Time
from .shapes import Json

KEPT_MESSAGES = 20_000
"""For each channel; a playground may run for weeks."""


@dataclass(slots=True)
class Kept:
    """A message, and the one person who may see it if it is ephemeral."""

    message: Json
    viewer: str | None = None


@dataclass(frozen=True, slots=True)
class _Nonce:
    at: float
    channel_id: str
    message_id: str


class Board:
    """Messages in the order they came; ephemeral ones belong to their viewer."""

    def __init__(self, now: Time, *, nonce_window: float) -> None:
        self._now = now
        self._channels: dict[str, dict[str, Kept]] = {}
        self._nonces: dict[tuple[str, str], _Nonce] = {}
        self.nonce_window = nonce_window

    def put(self, message: Json, *, viewer: str | None = None) -> None:
        """Keep a message, or its newer text under the same id."""
        channel = self._channels.setdefault(message["channel_id"], {})
        channel[message["id"]] = Kept(message, viewer)
        if len(channel) > KEPT_MESSAGES:
            del channel[next(iter(channel))]

    def find(self, channel_id: str, message_id: str) -> Kept:
        """The message, or Discord's 10008."""
        kept = self._channels.get(channel_id, {}).get(message_id)
        if kept is None:
            raise ApiError(10008)
        return kept

    def look_up(self, message_id: str) -> Kept:
        """The message, wherever it is, or Discord's 10008."""
        for channel in self._channels.values():
            if message_id in channel:
                return channel[message_id]
        raise ApiError(10008)

    def remove(self, channel_id: str, message_id: str) -> Kept:
        """Forget a message; a later retry of its nonce finds nothing to return."""
        kept = self.find(channel_id, message_id)
        del self._channels[channel_id][message_id]
        return kept

    def drop_channel(self, channel_id: str) -> None:
        """Forget a channel with all in it."""
        self._channels.pop(channel_id, None)

    def seen_by(self, channel_id: str, viewer: str | None) -> Iterable[Json]:
        """What is in a channel for this person, oldest first; without one, what everybody sees."""
        for kept in self._channels.get(channel_id, {}).values():
            if kept.viewer is None or kept.viewer == viewer:
                yield kept.message

    def remember_nonce(self, author_id: str, nonce: str, message: Json) -> None:
        """From now on a repeat of this nonce by this author answers with this message."""
        self._forget_old()
        self._nonces.pop((author_id, nonce), None)
        self._nonces[author_id, nonce] = _Nonce(self._now(), message["channel_id"], message["id"])

    def repeated(self, author_id: str, nonce: str) -> Json | None:
        """The message an author already sent under a nonce in the past minutes; 10008 if it was deleted since."""
        known = self._nonces.get((author_id, nonce))
        if known is None or self._now() - known.at > self.nonce_window:
            return None
        return self.find(known.channel_id, known.message_id).message

    def _forget_old(self) -> None:
        while self._nonces:
            oldest = next(iter(self._nonces))
            if self._now() - self._nonces[oldest].at <= self.nonce_window:
                return
            del self._nonces[oldest]
