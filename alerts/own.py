"""A member's own alerts: told to them alone, in a space that no guild can ask for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any, Protocol

from alerts.domain.errors import BadInput, NotFound
from alerts.domain.guild import Language
from alerts.domain.model import ChangeKind, Product
from alerts.domain.said import say
from alerts.domain.typed import typed_price
from alerts.domain.wishes import Subscription, Target, TargetKind, space_of
from alerts.ports import Clock
from alerts.products import Products
from alerts.store.ports import GuildChoices, Persons, Snapshots, Wishes
from alerts.subscriptions import Subscriptions
from alerts.watches import Watches

MOST_OWN = 25
# What a person may choose from, in the order shown.
OWN_KINDS = (
    ChangeKind.RESTOCKED, ChangeKind.PRICE_DROP, ChangeKind.PREORDER_OPEN, ChangeKind.NEW_LOW, ChangeKind.LOW_STOCK,
    ChangeKind.BACK_ORDER, ChangeKind.PRICE_RISE, ChangeKind.SOLD_OUT, ChangeKind.DISCONTINUED,
)  # fmt: skip


class OwnStore(Wishes, GuildChoices, Snapshots, Persons, Protocol):
    """The parts of memory that own alerts need."""


class OwnAlerts:
    """Add, change and end the alerts of one member; everything is asked by the member's own id."""

    def __init__(
        self, *, store: OwnStore, subscriptions: Subscriptions, watches: Watches, products: Products, clock: Clock
    ) -> None:
        self._store, self._subscriptions, self._watches = store, subscriptions, watches
        self._products, self._clock = products, clock

    async def add(
        self,
        user: int,
        product: Product,
        *,
        kinds: Sequence[ChangeKind],
        price: str = "",
        currency: str | None = None,
        language: Language = Language.ENGLISH,
    ) -> Subscription:
        """Tell them of the product from now on, only below the price if one is typed; one there is already is changed.

        `currency` is that of a price that names none, and else that of the shops. Their messages are in `language`.
        """
        if await self._store.erasure(user):
            raise BadInput(say("I am still forgetting you. Try again in two minutes."))
        space, mine = space_of(user), await self.list(user)
        before = next((each for each in mine if each.sku == product.sku), None)
        if before is None and len(mine) >= MOST_OWN:
            raise BadInput(
                say(
                    "You have {count} alerts of your own, and more than {most} there cannot be:"
                    " end one with /me alerts first.",
                    count=len(mine),
                    most=MOST_OWN,
                )
            )
        below = typed_price(price, currency or await self._usual_currency(product)) if price.strip() else None
        kept: dict[str, Any] = {"paused": before.paused, "snooze_until": before.snooze_until} if before else {}
        settings = await self._store.guild_settings(space)
        if settings.language is not language:
            await self._store.put_guild_settings(space, settings.model_copy(update={"language": language}))
        target = Target(type=TargetKind.DM, id=user)
        return await self._subscriptions.add(space, product, target, by=user, kinds=tuple(kinds), below=below, **kept)

    async def list(self, user: int) -> Sequence[Subscription]:
        """Theirs, oldest first."""
        return await self._store.subscriptions(space_of(user))

    async def get(self, user: int, alert: str) -> Subscription:
        """One of theirs; NotFound when they have none of that id."""
        found = await self._store.subscription(space_of(user), alert)
        if found is None:
            raise NotFound(say("You have no such alert; /me alerts shows what you have."))
        return found

    async def of_product(self, user: int, sku: str) -> Subscription | None:
        """Theirs of a product."""
        return next((each for each in await self.list(user) if each.sku == sku), None)

    async def pause(self, user: int, alert: str, *, paused: bool) -> Subscription:
        """Tell nothing of it until it is resumed; what happens meanwhile is not told later."""
        changed = (await self.get(user, alert)).model_copy(update={"paused": paused})
        await self._store.put_subscription(changed)
        return changed

    async def snooze(self, user: int, until: datetime | None) -> int:
        """Let all of theirs wait until then, or no longer; how many there are."""
        mine = await self.list(user)
        for each in mine:
            await self._store.put_subscription(each.model_copy(update={"snooze_until": until}))
        return len(mine)

    async def remove(self, user: int, alert: str) -> Subscription:
        """End it. Its product is scanned no longer, unless somebody else wants it."""
        ended = await self.get(user, alert)
        await self._store.remove_subscription(ended.guild, alert)
        await self._unwatch(user, ended.sku or "")
        return ended

    async def _unwatch(self, user: int, sku: str) -> None:
        space, product = space_of(user), await self._products.load(sku)
        if product is None:
            await self._store.remove_watch(space, sku)
            self._products.changed(space)
            return
        with suppress(NotFound, BadInput):  # it is gone already, or needed by another of theirs
            await self._watches.remove(space, product)

    async def _usual_currency(self, product: Product) -> str | None:
        known = (await self._store.snapshot(product.sku)).listings
        found = Counter(each.offer.price.currency for each in known if each.offer and each.offer.price)
        return found.most_common(1)[0][0] if found else None
