"""What the commands, buttons and forms of /alerts share: this server's alerts, and the ways to change them."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, TypeAlias

import discord
from discord import app_commands

from alerts.addresses import Addresses
from alerts.answers import Answers
from alerts.currencies import Currencies
from alerts.domain.errors import BadInput, NotFound
from alerts.domain.model import Product
from alerts.domain.money import Money
from alerts.domain.standing import Standing
from alerts.domain.text import harmless
from alerts.domain.typed import typed_price
from alerts.domain.wishes import Subscription, Target, TargetKind
from alerts.guilds import Guilds
from alerts.ports import Clock
from alerts.products import Products
from alerts.scan import Answer
from alerts.store.ports import Standings
from alerts.subscriptions import Subscriptions
from alerts.trial import Trial
from alerts.why import Why
from bot.audit import note_change
from bot.cogs.choices import may_manage
from bot.cogs.lately import Lately
from bot.cogs.places import check_place, check_role, missing_here, place_here
from bot.ui.controls import cog_of
from bot.ui.language import N_, speaking, t
from bot.ui.panel import Draft
from bot.ui.wish import Entry, short_name, spelled

ALL = "all"
_UNDO = 10 * 60.0
_PANEL = 60 * 60.0
_SECRET = (TargetKind.WEBHOOK, TargetKind.APPRISE)
_IDENTITY = {"id", "guild", "sku", "category", "target", "added_by", "added_at"}
Tried: TypeAlias = tuple[Entry, Standing | None]
RULES = tuple(name for name in Subscription.model_fields if name not in _IDENTITY)


@dataclass(frozen=True, slots=True)
class Ended:
    """An alert that was just ended, with what is needed to take that back."""

    wish: Subscription
    products: Sequence[Product] = ()
    sealed: str | None = None


@dataclass
class Desk:
    """Use cases, and what people have begun. Every question carries the guild; members' own are no part of it."""

    subscriptions: Subscriptions
    answers: Answers
    products: Products
    max_age: timedelta
    standings: Standings
    guilds: Guilds
    why: Why
    addresses: Addresses
    trial: Trial
    currencies: Currencies
    clock: Clock
    drafts: Lately[Draft] = field(init=False)
    ended: Lately[Ended] = field(init=False)

    def __post_init__(self) -> None:
        self.drafts = Lately(self.clock, seconds=_PANEL)
        self.ended = Lately(self.clock, seconds=_UNDO)

    async def mine(self, guild: int) -> list[Subscription]:
        """The server's alerts, oldest first. What members have sent to themselves is theirs."""
        return [each for each in await self.subscriptions.list(guild) if each.target.type is not TargetKind.DM]

    async def one(self, guild: int, alert: str) -> Subscription:
        """One of them; NotFound for an unknown one, another server's, or a member's own."""
        found = await self.subscriptions.get(guild, alert)
        if found.target.type is TargetKind.DM:
            raise NotFound(t("There is no such alert here; /alerts list shows what there is."))
        return found

    async def chosen(self, guild: int, alert: str) -> list[Subscription]:
        """The one that was picked, or all of them."""
        if alert != ALL:
            return [await self.one(guild, alert)]
        if not (mine := await self.mine(guild)):
            raise NotFound(t("There is no alert here yet: `/alerts subscribe` makes one."))
        return mine

    async def products_of(self, wish: Subscription) -> list[Product]:
        """What it is about, as far as the server may ask for it."""
        mine = await self.products.of(wish.guild)
        if wish.sku is not None:
            product = mine.get(wish.sku)
            return [product] if product else []
        wanted = (wish.category or "").casefold()
        return [each for each in mine if (each.category or "").casefold() == wanted]

    async def name(self, wish: Subscription) -> str:
        """What it is about, as the server calls it. It may hold a shop's words."""
        return _name(await self.products.of(wish.guild), wish)

    async def price(self, guild: int, wish: Subscription, typed: str | None) -> Money | None:
        """What somebody typed as a price; None for nothing."""
        if not typed or not typed.strip():
            return None
        return typed_price(typed, await self.currencies.of(guild, await self.products_of(wish)))

    async def entries(self, interaction: discord.Interaction[Any], wishes: Sequence[Subscription]) -> list[Entry]:
        """The alerts with what is known beside them."""
        guild = interaction.guild_id or 0
        standings = await self.standings.standings() if wishes else {}
        last = await self.why.last_told(guild) if wishes else {}
        products = await self.products.of(guild)
        return [
            Entry(
                each,
                _name(products, each),
                host=await self.host(each),
                standing=_own(standings.get(str(each.target)), guild),
                missing=missing_here(interaction, each.target),
                last=last.get(each.id),
            )
            for each in wishes
        ]

    async def host(self, wish: Subscription) -> str:
        """As much of a secret address as may be shown; "" for a place in Discord."""
        return await self.addresses.shown(wish.guild, wish.target) if wish.target.type in _SECRET else ""

    async def labels(self, interaction: discord.Interaction[Any], wishes: Sequence[Subscription]) -> list[str]:
        """This server's alerts, each in a line to choose from."""
        products, labels = await self.products.of(interaction.guild_id), list[str]()
        for wish in wishes:
            place = place_here(interaction, wish.target)
            is_place = wish.target.type in (TargetKind.CHANNEL, TargetKind.FORUM)
            where = place.name if place else str(wish.target.id) if is_place else ""
            labels.append(short_name(Entry(wish, _name(products, wish)), where))
        return labels

    async def _noted(self, interaction: discord.Interaction[Any], wish: Subscription) -> str:
        """One of them for the audit, which is kept in English whoever reads it."""
        with speaking("en"):
            return (await self.labels(interaction, [wish]))[0]

    # Changes, each noted in the audit.

    async def save(self, interaction: discord.Interaction[Any], draft: Draft) -> Subscription:
        """Keep it, once both the bot and the asker may; BadInput says what is in the way."""
        wish, before = draft.wish, draft.before
        check_place(interaction, wish.target)
        check_role(interaction, wish, before)
        target = wish.target
        if draft.address:
            target = await self.addresses.add(wish.guild, draft.address)
        try:
            made = await self._kept(wish, target, before, by=interaction.user.id)
        except BadInput:
            await self._forget_unused(wish.guild, target)
            raise
        if before and before.target != target:
            await self._forget_unused(wish.guild, before.target)
        what, names = N_("alert added"), {"kinds", "below", "mention_role"}
        if before:
            what, names = N_("alert changed"), {name for name in RULES if getattr(made, name) != getattr(before, name)}
        await note_change(interaction, what, await self._noted(interaction, made), spelled(made, names))
        return made

    async def change(self, interaction: discord.Interaction[Any], wish: Subscription, **rules: object) -> Subscription:
        """Other rules for one, noted."""
        made = await self.subscriptions.change(wish.guild, wish.id, **rules)
        await note_change(
            interaction, N_("alert changed"), await self._noted(interaction, made), spelled(made, set(rules))
        )
        return made

    async def end(self, interaction: discord.Interaction[Any], alert: str) -> tuple[Subscription, str]:
        """End it; and the key by which that is taken back within minutes."""
        guild = interaction.guild_id or 0
        await self.one(guild, alert)
        wish = await self.subscriptions.remove(guild, alert)
        sealed = None
        if wish.target.type in _SECRET and not await self._is_used(guild, wish.target):
            sealed = await self.addresses.take(guild, wish.target)
        await note_change(interaction, N_("alert ended"), await self._noted(interaction, wish))
        return wish, self.ended.keep(Ended(wish, await self.products_of(wish), sealed))

    async def undo(self, interaction: discord.Interaction[Any], key: str) -> Subscription:
        """Take an end back; BadInput once it is too late."""
        found = self.ended.find(key)
        if found is None or found.wish.guild != interaction.guild_id:
            raise BadInput(t("It is too late to undo this: `/alerts subscribe` makes the alert again."))
        self.ended.take(key)
        if found.sealed is not None:
            await self.addresses.give_back(found.wish.guild, found.wish.target, found.sealed)
        await self.subscriptions.restore(found.wish, found.products)
        await note_change(interaction, N_("end of alert undone"), await self._noted(interaction, found.wish))
        return found.wish

    async def test(self, interaction: discord.Interaction[Any], wishes: Sequence[Subscription]) -> list[Tried]:
        """Try each target once, all at the same time, and what came of it."""

        async def one(wish: Subscription) -> Tried:
            failed = await self.trial(wish, next(iter(await self.products_of(wish)), None))
            missing = missing_here(interaction, wish.target) if failed else ()
            return Entry(wish, await self.name(wish), host=await self.host(wish), missing=missing), failed

        targets = {str(each.target): each for each in wishes}
        return list(await asyncio.gather(*map(one, targets.values())))

    async def look(self, wish: Subscription) -> Answer | None:
        """Read its product now, so that the baseline stands before the next change; None for a category."""
        product = (await self.products.of(wish.guild)).get(wish.sku or "")
        return await self.answers(product, max_age=self.max_age) if product else None

    async def _kept(self, wish: Subscription, target: Target, before: Subscription | None, *, by: int) -> Subscription:
        if before:
            rules = {name: getattr(wish, name) for name in RULES if getattr(wish, name) != getattr(before, name)}
            return await self.subscriptions.change(wish.guild, wish.id, target=target, **rules)
        rules = {name: getattr(wish, name) for name in RULES}
        if wish.category is not None:
            return await self.subscriptions.add_category(wish.guild, wish.category, target, by=by, **rules)
        product = (await self.products.of(wish.guild)).find(wish.sku or "")
        return await self.subscriptions.add(wish.guild, product, target, by=by, **rules)

    async def _is_used(self, guild: int, target: Target) -> bool:
        return any(str(each.target) == str(target) for each in await self.subscriptions.list(guild))

    async def _forget_unused(self, guild: int, target: Target) -> None:
        if target.type in _SECRET and not await self._is_used(guild, target):
            await self.addresses.remove(guild, target)


async def desk_of(interaction: discord.Interaction[Any]) -> Desk:
    """The desk, for who may manage alerts here."""
    if not await may_manage(interaction):
        raise app_commands.CheckFailure
    desk = cog_of(interaction, "alerts").desk
    assert isinstance(desk, Desk)
    return desk


async def title_of(desk: Desk, wish: Subscription) -> str:
    """Its name, harmless, for the middle of a sentence."""
    return harmless(await desk.name(wish))


def _name(products: Products, wish: Subscription) -> str:
    product = products.get(wish.sku or "")
    return product.name if product else wish.sku or t("everything in {category}", category=wish.category)


def _own(standing: Standing | None, guild: int) -> Standing | None:
    # Another server's trouble with the same webhook is none of this one's business.
    return standing if standing and standing.guild == guild else None
