"""To whatever is not Discord, through Apprise: at least once, in plain text, and never edited."""

from __future__ import annotations

from alerts.addresses import Addresses
from alerts.domain.errors import DeliveryError, Remedy
from alerts.domain.letters import Letter
from alerts.domain.said import say
from bot.notify.apprise_worker import AppriseWorker, Outcome
from bot.ui.language import N_
from bot.ui.plain import plain_text, plain_title
from bot.ui.standing import CANNOT_BE_TAKEN, SOMEBODY_MUST_ACT


class Others:
    """See alerts.delivery.notifier.Notifier. Elsewhere messages have no id that we could edit by: post answers 0."""

    def __init__(self, addresses: Addresses, worker: AppriseWorker) -> None:
        self._addresses, self._worker = addresses, worker

    async def post(self, letter: Letter) -> int:
        address = await self._addresses.of(letter.guild, letter.target)
        outcome = await self._worker.send(address, title=plain_title(letter), body=plain_text(letter))
        if error := trouble(outcome):
            raise error
        return 0

    async def edit(self, letter: Letter, message_id: int) -> None:
        """What is in an inbox stays as it is."""

    async def aclose(self) -> None:
        """End the process that sends."""
        await self._worker.aclose()


def trouble(outcome: Outcome) -> DeliveryError | None:
    """What to do about it. Apprise says no more than yes or no; the status stands in its log, if anywhere."""
    status = outcome.status
    match outcome.word:
        case "sent":
            return None
        case "private":
            cure = N_("the address leads into a private network; its host:port must be in fetch.allow_private")
            return DeliveryError(cure, remedy=Remedy.PAUSE)
        case "unknown":
            return DeliveryError(N_("Apprise cannot make sense of the address"), remedy=Remedy.DISABLE)
        case "late":
            return DeliveryError(N_("the service did not answer in time"))
        case "died":
            return DeliveryError(N_("the process that sends ended"))
    if status in SOMEBODY_MUST_ACT:
        return DeliveryError(
            say("the service refused us with {status}", status=status), remedy=Remedy.PAUSE, code=status
        )
    if status in CANNOT_BE_TAKEN:
        return DeliveryError(
            say("the service refused the message with {status}", status=status), remedy=Remedy.BURY, code=status
        )
    return DeliveryError(say("the service did not take it ({status})", status=status or "?"), code=status)
