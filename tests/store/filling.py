"""A guild that has lived: everything that can be kept of one, written through the use cases."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from cryptography.fernet import Fernet

from alerts.audit import Audit
from alerts.deliver import Deliver
from alerts.domain.api_keys import Scope
from alerts.domain.deliveries import Delivery, delivery_for
from alerts.domain.departures import GuildErasure
from alerts.domain.errors import DeliveryError, Remedy
from alerts.domain.first_sight import first_sight_of
from alerts.domain.limits import Allowance
from alerts.domain.memory import NOTHING, Memory
from alerts.domain.model import Change, ChangeKind, Listing, Offer, Reading, Tier
from alerts.domain.standing import Notice, Standing, after_failure
from alerts.domain.waiting import waiting_for
from alerts.domain.webhooks import Answer
from alerts.domain.wishes import Subscription, Target, TargetKind
from alerts.fanout import Fanout
from alerts.ports import Look
from alerts.settings.model import Settings
from alerts.store.ports import Store
from alerts.tallying import Tallying
from alerts.webhooks.feed import Feed
from alerts.webhooks.management import Webhooks
from alerts.webhooks.sender import Sender
from alerts.webhooks.vault import Vault
from bot.app import Engine, assemble
from bot.notify.apprise_worker import AppriseWorker
from tests.fakes import FakeClock, Mailbox
from tests.webhooks.world import Addresses
from tests.worlds import IN, MINUTE, OUT, START, change, offer

LONG = timedelta(days=1)
SECRET = Fernet.generate_key().decode()


@dataclass(frozen=True)
class Guild:
    """Who lives: its ids, and a word that stands in every text that it types or adds."""

    id: int
    channel: int
    role: int
    admin: int
    word: str

    @property
    def numbers(self) -> tuple[int, ...]:
        return self.id, self.channel, self.channel + 1, self.role


class Shops(dict[str, Look]):
    """Every shop answers, and has sold out until it is told otherwise."""

    def __init__(self, clock: FakeClock) -> None:
        self.clock, self.offer = clock, offer(OUT)

    def __missing__(self, _: str) -> Look:
        async def look(listing: Listing, *, fresh: bool = False) -> Reading:
            named = Offer.model_validate({**dict(self.offer), "name": f"Thing of {listing.url.rpartition('/')[2]}"})
            return Reading(url=listing.url, at=self.clock.now(), outcome=named)

        return look


def settings() -> Settings:
    listing = {"vendor": "Acme", "url": "https://acme.test/pi5"}
    pi = {"sku": "pi5", "name": "Pi", "category": "boards", "listings": [listing]}
    return Settings.model_validate({"store": {"secret_key": SECRET}, "products": [pi]})


@dataclass
class World:
    """A store with the real use cases over it."""

    store: Store
    clock: FakeClock
    shops: Shops
    parts: Engine
    addresses: Addresses
    webhooks: Webhooks
    sender: Sender

    async def lives(self, who: Guild) -> None:
        """Leave a trace of a guild wherever one can be left."""
        await self.asks(who)
        await self.adds(who)
        await self.opens(who)
        await self.hears(who)
        await self.fails(who)

    async def asks(self, who: Guild) -> None:
        """What it chose, and what it wants to be told."""
        parts, guild, by = self.parts, who.id, who.admin
        await parts.guilds.change(guild, notice_channel=who.channel, manager_role=who.role)
        pi = parts.products.get("pi5")
        assert pi
        await parts.watches.add(guild, pi, by=by, name=f"Pi of {who.word}")
        here, told = Target(id=who.channel), {"mention_role": who.role, "first_sight": "tell_now"}
        self.alert = await parts.subscriptions.add(guild, pi, here, by=by, **told)
        await parts.subscriptions.add_category(guild, "boards", Target(id=who.channel + 1), by=by)
        await parts.subscriptions.add(guild, pi, Target(type=TargetKind.DM, id=by), by=by)
        address = await parts.addresses.add(guild, f"https://discord.com/api/webhooks/{who.channel + 1}/{who.word * 3}")
        await parts.subscriptions.add(guild, pi, address, by=by)
        await self.store.swap_memories({(guild, self.alert.id): (NOTHING, Memory(count=1))})
        await Audit(store=self.store, clock=self.clock).note(guild, by, "watch added", f"Pi of {who.word}", who.word)

    async def adds(self, who: Guild) -> None:
        """A product by its address, looked at and counted; and one that is only proposed."""
        parts, guild = self.parts, who.id
        for thing in ("kept", "proposed"):
            url = f"https://{who.word}.test/{who.word}-{thing}"
            found = await parts.additions.propose(guild, url, by=who.admin, name=f"{thing} by {who.word}")
            if thing == "kept":
                product, _ = await parts.additions.keep(guild, found.id, by=who.admin)
        await parts.watches.change(guild, product.sku, tier=Tier.HOT)
        await parts.scan(product, max_age=timedelta(0))
        await self.store.put_plan({product.sku: MINUTE})
        await self.store.hurry(product.sku, self.clock.now())
        self.lock = await self.store.lock(product.sku, ttl=LONG)
        await self.store.count_asks(7, {product.sku: 1})
        await self.store.turned(f"{who.word}.test", product.listings[0].id, START, since=START)
        tallying = Tallying(store=self.store, clock=self.clock, vendors=["Acme"])
        tallying.looked("Acme", "in_stock", 0.2)
        tallying.scanned(product.sku, [])
        tallying.active(guild, who.admin)
        await tallying.leave()

    async def opens(self, who: Guild) -> None:
        """Doors: keys, webhooks, sign-ins, jobs, limits, a welcome."""
        parts, guild = self.parts, who.id
        await parts.api_keys.create(guild, f"key of {who.word}", scopes=[Scope.READ])
        answers = {"good": Answer("200", 200), "gone": Answer("410", 410), "busy": Answer("503", 503)}
        for path, answer in answers.items():
            url = f"https://{who.word}.test/{path}"
            await self.webhooks.add(guild, url, by=who.admin)
            self.addresses.say[url] = answer
        await parts.sessions.open(user=who.admin, who=f"admin of {who.word}", guilds={guild: f"Server {who.word}"})
        await self.store.put_pending(guild, "job:1", f'{{"guild":{guild}}}', ttl=LONG)
        await parts.limits.take(f"guild:{guild}", Allowance(5, MINUTE))
        await self.store.set_note(f"welcome:{guild}", "2026")
        await self.store.note_guilds(99, [guild])

    async def hears(self, who: Guild) -> None:
        """News: told, in a message of several, waiting, given up, held for later; to webhooks, too."""
        fanout = Fanout(store=self.store, products=self.parts.products, clock=self.clock, name="a")
        deliver = Deliver(store=self.store, notifier=Mailbox(), clock=self.clock, name="a")
        feed = Feed(store=self.store, products=self.parts.products, clock=self.clock, name="a")
        pi = self.parts.products.get("pi5")
        assert pi
        for each in (OUT, IN):
            self.shops.offer = offer(each)
            for _ in range(3):
                await self.clock.advance(120)
                await self.parts.scan(pi, max_age=timedelta(0))
        while await fanout() or await feed():
            pass
        await deliver()
        for _ in range(9):
            await self.sender()
            await self.clock.advance(1)
        await deliver.leave()

    async def fails(self, who: Guild) -> None:
        """What did not arrive, and what is still on its way."""
        wishes = await self.store.subscriptions(who.id)
        mine = [each for each in wishes if each.target == Target(id=who.channel)]
        for each in (ChangeKind.PRICE_DROP, ChangeKind.LOW_STOCK):
            await self.store.enqueue(self.letter(who, mine[0], each))
        no = DeliveryError("it was not to be", remedy=Remedy.BURY)
        deliver = Deliver(store=self.store, notifier=Mailbox(no, no), clock=self.clock, name="a")
        await deliver()
        await deliver.leave()
        for each in (ChangeKind.PRICE_DROP, ChangeKind.LOW_STOCK):
            await self.store.enqueue(self.letter(who, mine[0], each))
        no = DeliveryError("it was not to be", remedy=Remedy.BURY)
        deliver = Deliver(store=self.store, notifier=Mailbox(no, no), clock=self.clock, name="a")
        await deliver()
        await deliver.leave()
        deliver = Deliver(store=self.store, notifier=Mailbox(), clock=self.clock, name="a")
        for each in (ChangeKind.RESTOCKED, ChangeKind.PREORDER_OPEN):
            await self.store.enqueue(self.letter(who, mine[0], each))
        await deliver()
        await deliver.leave()
        await self.store.enqueue(self.letter(who, mine[0], ChangeKind.NEW_LOW))
        await self.store.put_first_sight(first_sight_of(mine[0]), START + LONG)
        await self.store.claim_hooks(self.clock.now() + LONG, limit=9, lease=2 * LONG)
        await self.store.hold(waiting_for(self.news(who, ChangeKind.PRICE_RISE), mine[0], START + MINUTE))
        standing = after_failure(Standing(target=Target(id=who.channel), guild=who.id), no, START)
        await self.store.put_standing(standing)
        await self.store.put_notices([Notice(standing=standing, batch=f"b{who.id}")])

    def letter(self, who: Guild, wish: Subscription, kind: ChangeKind) -> Delivery:
        return delivery_for(self.news(who, kind), wish, product_name=who.word, now=START)

    def news(self, who: Guild, kind: ChangeKind) -> Change:
        return change(kind, at=START + who.channel % 7 * MINUTE)

    async def also(self) -> None:
        """What is kept of nobody, so that every family of keys is there."""
        await self.store.add(date(2026, 11, 22), Decimal(1))
        await self.store.put_erasure(4, START)
        await self.store.note_departures([4], START)
        await self.store.put_guild_erasure(GuildErasure(guild=4, at=START + LONG))
        await self.store.identify_turn(0, 0, every=LONG, patience=LONG, take=True)
        await self.store.identify_turn(0, 1, every=LONG, patience=LONG, take=True)


def world(store: Store, clock: FakeClock) -> World:
    """The real composition; only the shops and the programs that webhooks reach are ours."""
    shops = Shops(clock)
    parts = assemble(settings(), clock=clock, store=store, jobs_url="", looks=shops, worker=AppriseWorker())
    addresses = Addresses()
    vault = Vault(store=store, seal=parts.addresses._seal)
    webhooks = Webhooks(store=store, vault=vault, poster=addresses, clock=clock)
    sender = Sender(store=store, vault=vault, poster=addresses, clock=clock)
    return World(store, clock, shops, parts, addresses, webhooks, sender)
