"""Who wants to hear of which changes, and where."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Mapping, Sequence
from typing import Protocol

from pydantic import ValidationError

from alerts.domain.errors import BadInput, NotFound
from alerts.domain.faults import fault_of
from alerts.domain.first_sight import first_sight_of
from alerts.domain.model import ChangeKind, Product
from alerts.domain.said import say
from alerts.domain.wishes import DEFAULT_KINDS, FirstSight, Subscription, Target
from alerts.ports import Clock
from alerts.store.ports import FirstSights, Standings, Wishes
from alerts.watches import Wanted, Watches


class SubscriptionStore(Wishes, FirstSights, Standings, Protocol):
    """The parts of memory that subscribing needs."""


class Subscriptions:
    """Subscribe, change, unsubscribe and list, always within one guild.

    Whoever chooses a target, the same one again too, wants it to be tried: how it stood until then is forgotten.
    """

    def __init__(self, *, store: SubscriptionStore, watches: Watches, clock: Clock) -> None:
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

        A second one for the same product and target replaces the first, so nobody is told twice; the very same again
        changes nothing. `rules` are the rule fields of domain/wishes.py; BadInput names one that cannot work. With
        `first_sight: tell_now` it is told what is so already, once, by whoever spreads the news.
        """
        about = {"sku": product.sku}
        facts = {"kinds": kinds, "mention_role": mention_role, **rules}
        return await self._keep(guild, about, [product], target, by=by, facts=facts)

    async def add_category(
        self,
        guild: int,
        category: str,
        target: Target,
        *,
        by: int,
        kinds: Sequence[ChangeKind] = DEFAULT_KINDS,
        mention_role: int | None = None,
        **rules: object,
    ) -> Subscription:
        """The same for every product of a category, and watch them all; BadInput when there is none."""
        products = self._watches.in_category(category)
        if not products:
            text = say(
                "category: no product is in {category}; the products are in config.yaml.", category=repr(category)
            )
            raise BadInput(text)
        facts = {"kinds": kinds, "mention_role": mention_role, **rules}
        return await self._keep(guild, {"category": category}, products, target, by=by, facts=facts)

    async def _keep(
        self,
        guild: int,
        about: Mapping[str, str],
        products: Sequence[Product],
        target: Target,
        *,
        by: int,
        facts: Mapping[str, object],
    ) -> Subscription:
        mine = await self._store.subscriptions(guild)
        same = next((s for s in mine if _about(s) == _folded(about) and str(s.target) == str(target)), None)
        made = _made(
            {
                "id": same.id if same else _new_id(),
                "guild": guild,
                "target": target,
                "added_by": by,
                "added_at": self._clock.now(),
                **about,
                **facts,
            }
        )
        await self._watches.add_all(guild, [Wanted(product) for product in products], by=by)
        await self._store.clear_standing(target)
        if same and same == made.model_copy(update={"added_by": same.added_by, "added_at": same.added_at}):
            return same
        await self._put(made, is_first=made.first_sight is FirstSight.TELL_NOW)
        return made

    async def _put(self, made: Subscription, *, is_first: bool) -> None:
        if is_first:
            # Before the wish: without one it is dropped after a while, and a wish without it would never be told.
            await self._store.put_first_sight(first_sight_of(made), made.added_at)
        await self._store.put_subscription(made)

    def draft(self, guild: int, target: Target, *, by: int, **facts: object) -> Subscription:
        """What one would be like; nothing is kept. BadInput names what cannot be."""
        new = {"id": _new_id(), "guild": guild, "target": target, "added_by": by, "added_at": self._clock.now()}
        return _made({"kinds": DEFAULT_KINDS, **new, **facts})

    async def change(self, guild: int, subscription_id: str, **rules: object) -> Subscription:
        """Give one other rules (the rule fields of domain/wishes.py, `kinds`, `target`, `mention_role`), all or none.

        What is left out stays. NotFound when this guild has none of that id; BadInput names what cannot be. Asked
        to tell what is so already, which it was not before, it does so, once.
        """
        before = await self.get(guild, subscription_id)
        made = changed(before, **rules)
        others = [s for s in await self._store.subscriptions(guild) if s.id != made.id]
        if any(_about(s) == _about(made) and str(s.target) == str(made.target) for s in others):
            raise BadInput(say("There is an alert for the same there already: edit that one, or end it first."))
        if "target" in rules:
            await self._store.clear_standing(made.target)
        if made == before:
            return before
        is_first = made.first_sight is FirstSight.TELL_NOW and before.first_sight is not FirstSight.TELL_NOW
        if is_first:
            made = made.model_copy(update={"added_at": self._clock.now()})
        await self._put(made, is_first=is_first)
        return made

    async def get(self, guild: int, subscription_id: str) -> Subscription:
        """One of the guild's; NotFound when it has none of that id."""
        found = await self._store.subscription(guild, subscription_id)
        if found is None:
            raise _not_here()
        return found

    async def restore(self, removed: Subscription, products: Sequence[Product]) -> None:
        """Take the end of one about these products back. Nothing is told anew that was so already."""
        await self._watches.add_all(removed.guild, [Wanted(each) for each in products], by=removed.added_by)
        await self._store.clear_standing(removed.target)
        await self._store.put_subscription(removed)

    async def remove(self, guild: int, subscription_id: str) -> Subscription:
        """End it; NotFound when this guild has none of that id."""
        removed = await self._store.remove_subscription(guild, subscription_id)
        if removed is None:
            raise _not_here()
        return removed

    async def list(self, guild: int) -> Sequence[Subscription]:
        """The guild's subscriptions, oldest first."""
        return await self._store.subscriptions(guild)


def changed(before: Subscription, **rules: object) -> Subscription:
    """The same with other rules; nothing is kept. BadInput names what cannot be."""
    return _made({**dict(before), **rules})


def _not_here() -> NotFound:
    return NotFound(say("There is no such alert here; /alerts list shows what there is."))


def _about(subscription: Subscription) -> dict[str, str]:
    wanted = {"sku": subscription.sku, "category": subscription.category}
    return _folded({name: value for name, value in wanted.items() if value is not None})


def _folded(about: Mapping[str, str]) -> dict[str, str]:
    # Categories are the same in upper and lower case; a sku has no upper case.
    return {name: value.strip().casefold() for name, value in about.items()}


def _made(facts: Mapping[str, object]) -> Subscription:
    kinds = facts["kinds"]
    assert isinstance(kinds, Sequence)
    try:
        return Subscription.model_validate({**facts, "kinds": tuple(dict.fromkeys(kinds))})
    except ValidationError as exc:
        place, problem = fault_of(exc)
        text = say("{field}: {problem}.", field=place, problem=problem) if place else say("{text}.", text=problem)
        raise BadInput(text) from None


def _new_id() -> str:
    return base64.b32encode(secrets.token_bytes(10)).decode().lower()
