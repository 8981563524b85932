"""A guild with webhooks: the use cases over a store in memory, and addresses that answer as they were told."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from cryptography.fernet import Fernet

from alerts.domain.errors import BadInput
from alerts.domain.model import Change, Product
from alerts.domain.webhooks import Answer, Webhook
from alerts.domain.wishes import Watch
from alerts.ports import Poster
from alerts.products import Products
from alerts.store.memory import MemoryStore
from alerts.store.ports import Commit, Store
from alerts.store.seal import KeyRing
from alerts.webhooks.feed import Feed
from alerts.webhooks.management import Webhooks
from alerts.webhooks.sender import Sender
from alerts.webhooks.vault import Vault
from tests.fakes import FakeClock
from tests.worlds import IN, MINUTE, START, change, known, offer, product

URL = "https://hooks.test/in?token=canary-of-the-address"
Reply = Callable[[str, Mapping[str, Any]], Awaitable[Answer]]


class Addresses:
    """A Poster: every address takes the challenge; then each answers with what `say` holds for it, or 200."""

    def __init__(self) -> None:
        self.say: dict[str, Answer] = {}
        self.echo: Callable[[str], bytes] = str.encode
        self.heard: list[tuple[str, dict[str, str], dict[str, Any]]] = []

    def check(self, url: str) -> str:
        if not url.startswith("https://"):
            raise BadInput("A webhook's address starts with https://.")
        return url.split("/")[2] + ":443"

    async def post(self, url: str, body: bytes, headers: Mapping[str, str], *, read: bool = False) -> Answer:
        facts = json.loads(body)
        self.heard.append((url, dict(headers), facts))
        if "challenge" in facts and url not in self.say:
            return Answer("200", 200, body=self.echo(facts["challenge"]))
        return self.say.get(url, Answer("200", 200))

    def got(self, name: str = "change.") -> list[tuple[str, dict[str, str], dict[str, Any]]]:
        return [each for each in self.heard if each[2]["type"].startswith(name)]

    @property
    def ids(self) -> list[str]:
        return [headers["webhook-id"] for _, headers, _ in self.got()]


class World:
    """One guild, number 1, that watches the Pi."""

    def __init__(self, *products: Product, store: Store | None = None, poster: Poster | None = None) -> None:
        self.clock, self.addresses = FakeClock(), Addresses()
        self.store = store or MemoryStore(clock=self.clock)
        self.products = Products(products or (product(),))
        self.seal = KeyRing(Fernet.generate_key().decode())
        self.vault = Vault(store=self.store, seal=self.seal)
        self.poster = poster or self.addresses
        self.webhooks = Webhooks(store=self.store, vault=self.vault, poster=self.poster, clock=self.clock)
        self.feed, self.sender = self.another("one")

    def another(self, name: str) -> tuple[Feed, Sender]:
        """Another process."""
        feed = Feed(store=self.store, products=self.products, clock=self.clock, name=name)
        return feed, Sender(store=self.store, vault=self.vault, poster=self.poster, clock=self.clock)

    async def watches(self, sku: str = "pi5", guild: int = 1, **more: Any) -> None:
        await self.store.add_watch(Watch(guild=guild, sku=sku, added_by=7, added_at=START, **more))

    async def hook(self, url: str = URL, guild: int = 1, **more: Any) -> Webhook:
        await self.watches(guild=guild)
        return (await self.webhooks.add(guild, url, by=7, **more)).webhook

    async def happens(self, *changes: Change) -> None:
        """Commit changes, a restock of the Pi by default."""
        for each in changes or (change(),):
            lock = await self.store.lock(each.sku, ttl=MINUTE)
            assert lock
            snapshot = (await self.store.snapshot(each.sku)).model_copy(update={"listings": (known(offer(IN)),)})
            assert await self.store.commit(Commit(lock, snapshot, changes=[each]))
            await self.store.unlock(lock)

    async def turn(self) -> None:
        """Feed all news and send all that is due now."""
        while await self.feed():
            pass
        while await self.sender():
            pass

    async def passes(self, seconds: float) -> None:
        await self.clock.advance(seconds)
        await self.turn()
