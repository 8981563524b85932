"""What goes to a target in one message: one alert or, while there is a queue, several."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b

from alerts.domain.deliveries import ID_LENGTH, Delivery
from alerts.domain.episodes import Episode
from alerts.domain.model import Snapshot
from alerts.domain.wishes import Target

MOST_PARTS = 10  # Discord shows at most so many embeds in a message


@dataclass(frozen=True, slots=True)
class Part:
    """One alert of a message, with what is known now; `episode` when the message lives on and is edited."""

    delivery: Delivery
    snapshot: Snapshot
    episode: Episode | None = None


@dataclass(frozen=True, slots=True)
class Letter:
    """A message that can be attempted. What is in it never changes after the first attempt, at `tried_at`.

    Its id is made of the deliveries' ids, so that whoever takes over after a crash sends the same one. One that
    `is_test` looks like an alert, says what it is and mentions nobody.
    """

    id: str
    parts: tuple[Part, ...]
    tried_at: datetime | None = None
    is_test: bool = False

    @property
    def guild(self) -> int:
        return self.parts[0].delivery.guild

    @property
    def target(self) -> Target:
        return self.parts[0].delivery.target

    @property
    def roles(self) -> tuple[int, ...]:
        """Whom to mention, each once. Nobody for what is over already, or a test."""
        if self.is_test:
            return ()
        open_ones = (part for part in self.parts if part.episode is None or part.episode.is_open)
        return tuple(dict.fromkeys(part.delivery.mention_role for part in open_ones if part.delivery.mention_role))


def letter_id(deliveries: Sequence[str]) -> str:
    """The id of the message that holds these; of one alone it is that delivery's own."""
    if len(deliveries) == 1:
        return deliveries[0]
    digest = blake2b("|".join(deliveries).encode(), digest_size=16).digest()
    return base64.b32encode(digest).decode().lower()[:ID_LENGTH]
