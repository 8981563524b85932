"""What delivering needs from the world."""

from __future__ import annotations

from typing import Protocol

from alerts.domain.letters import Letter


class Notifier(Protocol):
    """One way to put a message before people. Both raise DeliveryError, whose remedy says what to do next."""

    async def post(self, letter: Letter) -> int:
        """Post it and answer the message's id; 0 when it was posted and somebody deleted it.

        The same letter again finds the message that stands, where the other side knows nonces. One whose first
        attempt (`tried_at`) is older than those are remembered is looked for before it is posted again.
        Never cancelled on the way: it ends when the other side has answered, or clearly will not.
        """

    async def edit(self, letter: Letter, message_id: int) -> None:
        """Make the message show the letter as it stands now; one that was deleted stays deleted."""
