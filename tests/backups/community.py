"""A community: two servers and a person, with all that the use cases let them have, over a real store."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from alerts.additions import Additions
from alerts.addresses import Addresses
from alerts.api_keys import ApiKeys
from alerts.audit import Audit
from alerts.catalogue import Catalogue
from alerts.deliver import Deliver
from alerts.domain.api_keys import Scope
from alerts.domain.model import ChangeKind, Offer, Tier
from alerts.domain.wishes import Target
from alerts.fanout import Fanout
from alerts.guilds import Guilds
from alerts.own import OwnAlerts
from alerts.scan import Scan
from alerts.store.redis.store import RedisStore
from alerts.store.seal import KeyRing
from alerts.subscriptions import Subscriptions
from alerts.watches import Watches
from alerts.webhooks.management import Webhooks
from alerts.webhooks.vault import Vault
from tests.fakes import FakeClock, Mailbox, Shops
from tests.webhooks.world import Addresses as Post
from tests.worlds import IN, MINUTE, OUT, offer, product

PI, DECK = product("Acme"), product("Acme", sku="deck", name="Steam Deck", tier=Tier.COLD)
PAGE, ADDED = "https://shop.test/products/gpu", offer(OUT, "899", name="Graphics card 5090")
ONE, TWO, ADMIN, PERSON = 101, 102, 7, 8
DEALS, OTHER = Target(id=10), Target(id=11)
SERVICE = "https://discord.com/api/webhooks/123456789012345678/" + "canary-of-a-webhook-token" * 2
NEVER = timedelta(0)


class Community:
    """The whole engine over one store. Another one over another store, with the same clock, is the bot elsewhere."""

    def __init__(self, store: RedisStore, secret: str, clock: FakeClock | None = None) -> None:
        self.store, self.clock, self.mailbox = store, clock or FakeClock(), Mailbox()
        self.shops = Shops(self.clock, Acme=offer(OUT), **{"shop.test": ADDED})
        looks = dict.fromkeys(("Acme", "shop.test"), self.shops)
        parts: dict[str, Any] = {"store": store, "clock": self.clock}
        self.products = Catalogue([PI, DECK], store=store)
        self.seal = KeyRing(secret)
        self.watches = Watches(products=self.products, **parts)
        self.subscriptions = Subscriptions(watches=self.watches, **parts)
        self.scan = Scan(looks=looks, patience=MINUTE, products=self.products, **parts)
        self.additions = Additions(catalogue=self.products, watches=self.watches, scan=self.scan, looks=looks, **parts)
        self.own = OwnAlerts(subscriptions=self.subscriptions, watches=self.watches, products=self.products, **parts)
        self.guilds, self.audit = Guilds(store=store), Audit(**parts)
        self.keys = ApiKeys(pepper=self.seal, **parts)
        vault = Vault(store=store, seal=self.seal)
        self.webhooks = Webhooks(vault=vault, poster=Post(), **parts)
        self.addresses = Addresses(store=store, seal=self.seal, api_base="https://discord.com/api/v10")
        self.fanout = Fanout(products=self.products, name="one", **parts)

    async def settle_in(self) -> str:
        """Everything that there can be, and a history; answers an API key of the first server."""
        await self.subscriptions.add(ONE, PI, DEALS, by=ADMIN)
        await self.subscriptions.add(TWO, PI, OTHER, by=ADMIN, below=None, kinds=(ChangeKind.RESTOCKED,))
        await self.watches.add(TWO, DECK, by=ADMIN)
        await self.own.add(PERSON, PI, kinds=(ChangeKind.RESTOCKED,))
        preview = await self.additions.propose(TWO, PAGE, by=ADMIN)
        await self.additions.keep(TWO, preview.id, by=ADMIN)
        await self.guilds.change(ONE, currency="GBP", floor_amount="5")
        service = await self.addresses.add(ONE, SERVICE)
        await self.subscriptions.add(ONE, DECK, service, by=ADMIN)
        await self.webhooks.add(ONE, "https://hooks.test/in?token=canary-of-the-address", by=ADMIN)
        await self.audit.note(ONE, ADMIN, "alert made", about="pi5")
        _, text = await self.keys.create(ONE, "a program", scopes=[Scope.READ, Scope.SCAN])
        await self.look(offer(OUT))
        await self.look(offer(IN))
        await self.turn()
        await self.look(offer(OUT, "95"))
        await self.turn()
        return str(text)

    async def look(self, found: Offer) -> None:
        """Every product is read; Acme shows this of all of its own."""
        self.shops.vendors["Acme"] = found
        await self.products.refresh()
        for each in self.products:
            await self.scan(each, max_age=NEVER)
        await self.clock.advance(3600)

    async def turn(self) -> list[tuple[str, str]]:
        """Fan out and deliver all there is; what was told by now, and where."""
        deliver = Deliver(store=self.store, notifier=self.mailbox, clock=self.clock, name="one")
        while await self.fanout() or await deliver():
            pass
        await deliver.leave()
        return sorted((letter.change.kind.value, str(letter.target)) for letter in self.mailbox.letters)
