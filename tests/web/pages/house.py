"""A dashboard with its pages over a store in memory, and somebody who has signed in to guilds 1 and 2."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

from aiohttp import ClientResponse, ClientSession, web
from cryptography.fernet import Fernet

from alerts.additions import Additions
from alerts.addresses import Addresses
from alerts.analytics import Analytics
from alerts.api_keys import ApiKeys
from alerts.audit import Audit
from alerts.catalogue import Catalogue
from alerts.currencies import Currencies
from alerts.domain.model import Change, Known, Offer, Product, Snapshot, point_of
from alerts.domain.rules import Decision, Verb
from alerts.domain.trail import Step, decided, found
from alerts.domain.wishes import Subscription, Watch
from alerts.guilds import Guilds
from alerts.history import History
from alerts.scan import Scan
from alerts.settings.web import WebSection
from alerts.status import Status
from alerts.store.memory import MemoryStore
from alerts.store.ports import Commit
from alerts.store.seal import KeyRing
from alerts.subscriptions import Subscriptions
from alerts.watches import Watches
from alerts.webhooks.management import Webhooks
from alerts.webhooks.vault import Vault
from alerts.why import Why
from bot.web.dashboard.assets import shipped
from bot.web.dashboard.live import Live
from bot.web.dashboard.parts import Parts
from bot.web.dashboard.register import add_pages
from bot.web.dashboard.static_files import add_static
from bot.web.dashboard.visits import Dashboard, Visitor
from bot.web.server import application, serving
from tests.fakes import FakeClock, Shops
from tests.webhooks.world import Addresses as Programs
from tests.worlds import MINUTE, OUT, START, change, offer, product

CSRF = "token-of-this-session"
GUILDS = {1: "Makers", 2: "Others"}
PI, DECK, SWITCH = (
    product("Acme", "Bolt"),
    product("Acme", sku="deck", name="Steam Deck"),
    product(sku="nsw", name="NSW"),
)


class House:
    """Everything behind the pages. Guild 1 watches nothing until a test says so."""

    def __init__(self, *products: Product) -> None:
        self.clock = FakeClock(START)
        self.store = MemoryStore(self.clock)
        self.products = Catalogue(products or (PI, DECK, SWITCH), store=self.store)
        self.shops = Shops(self.clock, Acme=offer(), Bolt=offer(OUT))
        self.programs = Programs()
        self.visitor: Visitor | None = Visitor("Ada", 7, GUILDS, is_operator=False, csrf=CSRF)
        ring, store, clock = KeyRing(Fernet.generate_key().decode()), self.store, self.clock
        watches = Watches(store=store, products=self.products, clock=clock)
        looks = _Looks(self.shops)
        scan = Scan(looks=looks, store=store, clock=clock, patience=timedelta(seconds=1), products=self.products)
        self.parts = Parts(
            store=store,
            clock=clock,
            products=self.products,
            history=History(store=store, clock=clock),
            watches=watches,
            additions=Additions(
                catalogue=self.products, watches=watches, scan=scan, looks=looks, store=store, clock=clock
            ),
            subscriptions=Subscriptions(store=store, watches=watches, clock=clock),
            addresses=Addresses(store=store, seal=ring, api_base="https://discord.com/api/v10"),
            currencies=Currencies(store=store),
            guilds=Guilds(store=store, clock=clock),
            why=Why(store=store, clock=clock),
            status=Status(store=store, products=self.products, clock=clock, blind_after=6),
            analytics=Analytics(store=store, products=self.products, clock=clock),
            api_keys=ApiKeys(store=store, clock=clock, pepper=ring, per_guild=3),
            webhooks=Webhooks(store=store, vault=Vault(store=store, seal=ring), poster=self.programs, clock=clock),
            audit=Audit(store=store, clock=clock),
        )
        self.live = Live(store=store, products=self.products, clock=clock)

    async def enter(self, _: web.Request) -> Visitor | None:
        return self.visitor

    async def watch(self, sku: str = "pi5", guild: int = 1, **more: Any) -> None:
        await self.store.add_watch(Watch(guild=guild, sku=sku, added_by=7, added_at=START, **more))

    async def read(self, sku: str = "pi5", *knowns: Known, changes: Sequence[Change] = ()) -> None:
        """Somebody looked at it; each listing's history has its offer."""
        lock = await self.store.lock(sku, ttl=MINUTE)
        assert lock
        before = await self.store.snapshot(sku)
        now = self.clock.now()
        points = {each.listing: point_of(each.offer, at=now, vendor=each.vendor) for each in knowns if each.offer}
        snapshot = Snapshot(sku=sku, revision=before.revision, scanned_at=now, listings=knowns)
        assert await self.store.commit(Commit(lock, snapshot, points, changes))
        await self.store.unlock(lock)

    async def told(self, wish: Subscription, delivery: str | None = "d" * 24, **more: Any) -> Change:
        """A change that went all the way for an alert; without a delivery it was suppressed."""
        news = change(at=self.clock.now(), **more)
        verb = Verb.DELIVER if delivery else Verb.SUPPRESS
        verdict = Decision(verb=verb, reason="by the rules")
        stages = [*found(news, wish.guild), decided(news, wish, verdict, self.clock.now())]
        if delivery:
            last = stages[-1]
            stages.append(last.model_copy(update={"step": Step.SENT, "delivery": delivery, "reason": "in the channel"}))
        await self.store.note_stages(stages)
        return news

    async def audited(self, guild: int = 1) -> list[tuple[str, str, str, int | None]]:
        page = await self.parts.audit.entries(guild, 50)
        return [(row.entry.what, row.entry.about, row.entry.detail, row.entry.by) for row in page.rows]


class _Looks(dict[str, Any]):
    """Every vendor is looked at by the same shops."""

    def __init__(self, shops: Shops) -> None:
        super().__init__()
        self._shops = shops

    def __missing__(self, vendor: str) -> Shops:
        return self._shops


class Visitors:
    """A browser without JavaScript, and without redirects."""

    def __init__(self, house: House, session: ClientSession, place: str) -> None:
        self.house, self.session, self.place = house, session, place

    async def get(self, path: str, *, status: int = 200) -> str:
        async with self.session.get(self.place + path, allow_redirects=False) as response:
            body = await response.text()
            assert response.status == status, (response.status, body)
            return body

    async def post(self, path: str, *, status: int = 303, csrf: str = CSRF, **fields: Any) -> str:
        """Send a form as one of our pages does. Answers where it leads, or the page."""
        data = [("csrf", csrf)] + [
            (name, one) for name, value in fields.items() for one in (value if isinstance(value, list) else [value])
        ]
        headers = {"Origin": self.place, "Sec-Fetch-Site": "same-origin"}
        where = self.place + path
        async with self.session.post(where, data=data, headers=headers, allow_redirects=False) as response:
            body = await response.text()
            assert response.status == status, (response.status, body)
            return response.headers.get("Location", body)

    async def response(self, path: str) -> ClientResponse:
        return await self.session.get(self.place + path)


@asynccontextmanager
async def opened(house: House) -> AsyncIterator[Visitors]:
    """The dashboard, served."""
    dashboard = Dashboard(enter=house.enter, clock=house.clock, public_url="http://127.0.0.1")
    add_pages(dashboard, house.parts, house.live)
    add_static(dashboard, shipped())

    async def nobody(request: web.Request, endpoint: object) -> Any:
        raise AssertionError("no endpoint is asked here")

    app = application([], gate=nobody, clock=house.clock, pages=dashboard.routes())
    async with serving(app, WebSection(port=0)) as port, ClientSession() as session:
        yield Visitors(house, session, f"http://127.0.0.1:{port}")


def seen(html: str) -> str:
    """What is read of a page, on one line."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", html)).strip()


def listed(the_offer: Offer | None, vendor: str = "Acme", **more: Any) -> Known:
    """One listing's state."""
    name = vendor.lower()
    facts = {
        "listing": name, "vendor": vendor, "url": f"https://{name}.test/pi5", "offer": the_offer, "observed_at": START,
        "since": START,
    }  # fmt: skip
    return Known.model_validate({**facts, **more})
