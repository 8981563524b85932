"""The one door for letters: the way is chosen by the kind of the target, and no request is cancelled on its way."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

import discord

from alerts.addresses import Addresses
from alerts.delivery.notifier import Notifier
from alerts.domain.letters import Letter
from alerts.domain.wishes import TargetKind
from alerts.ports import Clock
from bot.notify.apprise_worker import AppriseWorker
from bot.notify.channels import Channels, People
from bot.notify.flights import Flights
from bot.notify.forums import Forums
from bot.notify.marker import Observe
from bot.notify.others import Others
from bot.notify.webhooks import Webhooks
from bot.ui.language import LanguageOf, english, speaking

Ways: TypeAlias = Mapping[TargetKind, Notifier]


class Notify:
    """See alerts.delivery.notifier.Notifier.

    Whoever stops waiting for an answer stops nothing: asked for the same letter again, they get the same answer.
    What goes to one target goes one after the other.
    """

    def __init__(
        self,
        client: discord.Client,
        *,
        clock: Clock,
        addresses: Addresses,
        worker: AppriseWorker,
        observe: Observe = lambda _: None,
        language: LanguageOf = english,
    ) -> None:
        """`worker` is closed with this; `observe` is told of attempts whose answer was lost.

        `language`: which one a guild has chosen for its alerts.
        """
        self._language = language
        self._webhooks, self._others = Webhooks(addresses), Others(addresses, worker)
        self._ways: Ways = {
            TargetKind.CHANNEL: Channels(client, clock=clock, observe=observe),
            TargetKind.FORUM: Forums(client, observe=observe),
            TargetKind.DM: People(client, clock=clock, observe=observe),
            TargetKind.WEBHOOK: self._webhooks,
            TargetKind.APPRISE: self._others,
        }
        self._flights = Flights()

    async def post(self, letter: Letter) -> int:
        """Post it and answer the message's id; 0 when there is none, or none any more."""
        way = self._ways[letter.target.type]

        async def post() -> int:
            with speaking(await self._language(letter.guild)):
                return await way.post(letter)

        return await self._flights.take(letter.id, str(letter.target), post)

    async def edit(self, letter: Letter, message_id: int) -> None:
        """Make the message show the letter as it stands now."""
        way = self._ways[letter.target.type]
        revisions = ",".join(str(part.episode.revision) for part in letter.parts if part.episode)

        async def change() -> int:
            with speaking(await self._language(letter.guild)):
                await way.edit(letter, message_id)
            return message_id

        await self._flights.take(f"{message_id}:{revisions}", str(letter.target), change)

    async def drain(self, timeout: float) -> bool:  # noqa: ASYNC109  # what is still under way goes on
        """Wait until nothing is on its way any more; False when something still is after so many seconds."""
        return await self._flights.drain(timeout)

    async def aclose(self) -> None:
        """Close connections and the Apprise process. Nothing is sent after this."""
        await self._webhooks.aclose()
        await self._others.aclose()
