"""Who wants to hear of which changes, and where."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Sequence

from pydantic import ValidationError

from alerts.domain.errors import BadInput, NotFound
from alerts.domain.model import ChangeKind, Product
from alerts.domain.wishes import DEFAULT_KINDS, Subscription, Target
from alerts.ports import Clock
from alerts.store.ports import Wishes
from alerts.watches import Watches


class Subscriptions:
    """Subscribe, unsubscribe and list, always within one guild."""

    def __init__(self, *, store: Wishes, watches: Watches, clock: Clock) -> None:
        self._store, self._watches, self._clock = store, watches, clock

    async def add(
        self,
        guild: int,
        product: Product,
        target: Target,
        *,
        by: int,
        kinds: Sequence[ChangeKind] = DEFAULT_KINDS,
        mention_role: int | None = None,
        **rules: object,
    ) -> Subscription:
        """Tell `target` of the product's changes from now on, and watch the product for it.

        A second one for the same product and target replaces the first, so nobody is told twice. `rules` are the
        rule fields of domain/wishes.py; BadInput names one that cannot work.
        """
        mine = await self._store.subscriptions(guild)
        same = next((s for s in mine if s.sku == product.sku and s.target == target), None)
        facts = {
            "id": same.id if same else _new_id(),
            "guild": guild,
            "sku": product.sku,
            "kinds": tuple(dict.fromkeys(kinds)),
            "target": target,
            "mention_role": mention_role,
            "added_by": by,
            "added_at": self._clock.now(),
        }
        try:
            subscription = Subscription.model_validate({**facts, **rules})
        except ValidationError as exc:
            error = exc.errors()[0]
            place = ".".join(str(part) for part in error["loc"])
            raise BadInput(f"{place}: {error['msg'].removeprefix('Value error, ')}.".lstrip(": ")) from None
        await self._store.put_subscription(subscription)
        await self._watches.add(guild, product, by=by)
        return subscription

    async def remove(self, guild: int, subscription_id: str) -> Subscription:
        """End it; NotFound when this guild has none of that id."""
        removed = await self._store.remove_subscription(guild, subscription_id)
        if removed is None:
            raise NotFound("There is no such alert here; /alerts list shows what there is.")
        return removed

    async def list(self, guild: int) -> Sequence[Subscription]:
        """The guild's subscriptions, oldest first."""
        return await self._store.subscriptions(guild)


def _new_id() -> str:
    return base64.b32encode(secrets.token_bytes(10)).decode().lower()
