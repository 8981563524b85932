"""Metrics: every name of the table is there, no label holds an id, and what happens moves the right counter."""

from __future__ import annotations

import asyncio
import re
from datetime import timedelta

import pytest
from prometheus_client import REGISTRY
from prometheus_client.parser import text_string_to_metric_families

from alerts.answers import Answers
from alerts.deliver import Deliver
from alerts.domain.agenda import NOTE, Agenda, ShopAgenda, TierAgenda
from alerts.domain.errors import DeliveryError, ReadError, Remedy, StoreUnavailable
from alerts.domain.freshness import Freshness
from alerts.domain.model import FailureReason, Tier
from alerts.domain.standing import Standing, StandingState
from alerts.domain.wishes import Target
from alerts.fanout import Fanout
from alerts.metrics.gauges import Exposition, LoopLag
from alerts.metrics.metrics import OTHER, Metrics
from alerts.metrics.names import LATE, TABLE
from alerts.observing import RESTING, Everybody, Observer
from alerts.ports import BreakerFacts
from alerts.products import Products
from alerts.reach import Reach
from alerts.reading.manners import polite
from alerts.reading.web.addresses import NotAllowed
from alerts.reading.web.fetch import WebFetcher
from alerts.scan import Scan
from alerts.shelf import Shelf
from alerts.store.memory import MemoryStore
from alerts.store.promises.server import ServerFacts
from alerts.store.promises.tallies import Depths
from alerts.subscriptions import Subscriptions
from alerts.watches import Watches
from bot.routes import route_of
from tests.fakes import FakeClock, Mailbox, Shops
from tests.guards.project import ROOT
from tests.worlds import IN, MINUTE, OUT, failure, listing, offer, product

# The names of the plan: ../shared/reference/delivery-and-safety.md, section 6.
PLAN = """hs_build_info hs_scans_total hs_scan_duration_seconds hs_watch_scan_lag_seconds hs_watches
    hs_watch_oldest_success_timestamp_seconds hs_state_transitions_total hs_unknown_total hs_events_committed_total
    hs_deliveries_total hs_delivery_latency_seconds hs_outbox_depth hs_outbox_oldest_age_seconds
    hs_deliveries_ambiguous_total hs_dlq_depth hs_discord_requests_total hs_discord_invalid_requests_10m
    hs_discord_ratelimit_remaining hs_discord_global_limited_seconds_total hs_breaker_state hs_ssrf_blocked_total
    hs_redis_errors_total hs_lock_stale_commits_total hs_event_loop_lag_seconds hs_config_last_reload_successful
    hs_backup_last_success_timestamp_seconds""".split()
LABELS = set(
    "bucket check decision kind lane layer method op priority python reason result route stage state status tier vendor"
    " version".split()
)
PI = product("Acme", "Bolt")
DEALS, OTHERS = Target(id=1234567890123), Target(id=1234567890124)
GUILD, ADMIN = 9876543210987, 5556667778889


class World:
    """The engine over a dictionary, with everything counted."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.store = MemoryStore(clock=self.clock)
        self.shops, self.mailbox = Shops(self.clock, Acme=offer(OUT), Bolt=offer(IN, "110")), Mailbox()
        self.products = Products([PI])
        self.metrics = Metrics(vendors=["Acme"], version="1.2.3")
        self.watches = Watches(store=self.store, products=self.products, clock=self.clock)
        self.subscriptions = Subscriptions(store=self.store, watches=self.watches, clock=self.clock)
        self.scan = Scan(
            looks={"Acme": self.shops, "Bolt": self.shops},
            store=self.store,
            clock=self.clock,
            patience=MINUTE,
            observer=self.metrics,
        )
        self.answers = Answers(
            scan=self.scan,
            store=self.store,
            clock=self.clock,
            freshness=Freshness(),
            shelf=Shelf(self.clock, size=10),
            reach=Reach(self.clock),
            observer=self.metrics,
        )
        self.exposition = Exposition(self.metrics, store=self.store, clock=self.clock)

    async def spread(self) -> None:
        observer = self.metrics
        fanout = Fanout(store=self.store, products=self.products, clock=self.clock, name="one", observer=observer)
        deliver = Deliver(store=self.store, notifier=self.mailbox, clock=self.clock, name="one", observer=observer)
        while await fanout() or await deliver():
            pass

    def value(self, name: str, **labels: str) -> float:
        return self.metrics.registry.get_sample_value(name, labels) or 0.0


@pytest.fixture
def world() -> World:
    return World()


def samples(metrics: Metrics) -> list[tuple[str, dict[str, str]]]:
    families = text_string_to_metric_families(metrics.text().decode())
    return [(sample.name, sample.labels) for family in families for sample in family.samples]


def test_every_name_of_the_plan_is_there() -> None:
    assert set(PLAN) - {entry.name for entry in TABLE} == set()


def test_every_label_is_on_the_list() -> None:
    assert {label for entry in TABLE for label in entry.labels} == LABELS
    assert not LABELS & {"guild", "user", "channel", "sku", "product", "id", "url"}


def test_the_document_says_of_each_metric_what_it_is() -> None:
    text = (ROOT / "docs/metrics.md").read_text("utf-8")
    for entry in TABLE:
        labels = " ".join(f"`{label}`" for label in entry.labels) or "–"
        assert f"| `{entry.name}` | {entry.kind.value} | {labels} | {entry.says} |" in text
    documented = re.findall(r"^\| `(hs_\w+)` \|", text, re.MULTILINE)
    assert documented == [entry.name for entry in TABLE]


def test_names_follow_the_usual_rules() -> None:
    for entry in TABLE:
        assert re.fullmatch(r"hs_[a-z0-9_]+", entry.name), entry
        assert entry.name.endswith("_total") == (entry.kind == "counter"), entry
        assert bool(entry.buckets) == (entry.kind == "histogram"), entry


def test_nothing_is_put_into_the_registry_that_all_share() -> None:
    Metrics(vendors=[], version="1")
    Metrics(vendors=[], version="2")  # and two of them do not meet

    assert REGISTRY.get_sample_value("hs_build_info", {"version": "1"}) is None


async def test_a_scan_and_its_alert_are_counted_where_they_belong(world: World) -> None:
    for target in (DEALS, OTHERS):
        await world.subscriptions.add(GUILD, PI, target, by=ADMIN)
    await world.answers(PI)
    await world.answers(PI)
    world.shops.vendors["Acme"] = offer(IN)
    await world.clock.advance(300)
    await world.scan.for_slot(PI, world.clock.now() - timedelta(seconds=3))
    await world.clock.advance(2)
    await world.spread()

    assert world.value("hs_cache_requests_total", result="miss") == 1
    assert world.value("hs_cache_requests_total", result="hit") == 1
    assert world.value("hs_events_committed_total") == 1
    assert world.value("hs_watch_scan_lag_seconds_sum") == 3
    assert world.value("hs_state_transitions_total", kind="restocked", decision="alerted") == 2
    assert world.value("hs_deliveries_total", lane="channel", result="sent") == 2
    assert world.value("hs_delivery_latency_seconds_count", lane="channel") == 2
    assert world.value("hs_delivery_latency_seconds_sum", lane="channel") == 4


async def test_no_id_of_a_guild_user_or_channel_is_shown(world: World) -> None:
    await test_a_scan_and_its_alert_are_counted_where_they_belong(world)
    world.metrics.active(GUILD, ADMIN)
    world.metrics.asked_discord(route_of(f"/api/v10/channels/{DEALS.id}/messages"), 200)

    text = (await world.exposition.text()).decode()

    assert not [each for each in (GUILD, ADMIN, DEALS.id, OTHERS.id) if str(each) in text]
    assert {label for _, labels in samples(world.metrics) for label in labels} <= LABELS | {"le"}


async def test_a_message_that_fails_is_counted_as_postponed_and_then_buried(world: World) -> None:
    world.mailbox.failures = [DeliveryError("gone", remedy=Remedy.BURY)]
    await world.subscriptions.add(GUILD, PI, DEALS, by=ADMIN)
    await world.scan(PI, max_age=timedelta(0))
    world.shops.vendors["Acme"] = offer(IN)
    await world.scan(PI, max_age=timedelta(0))
    await world.spread()

    assert world.value("hs_deliveries_total", lane="channel", result="buried") == 1
    await world.exposition.refresh()
    assert world.value("hs_dlq_depth") == 1


async def test_a_price_that_nobody_believes_yet_is_suspicious(world: World) -> None:
    await world.scan(PI, max_age=timedelta(0))
    world.shops.vendors["Bolt"] = offer(IN, "11")
    await world.scan(PI, max_age=timedelta(0))
    await world.scan(PI, max_age=timedelta(0))

    assert world.value("hs_state_transitions_total", kind="price_drop", decision="suspicious") == 1


async def test_looks_are_counted_by_vendor_and_result() -> None:
    clock, metrics = FakeClock(), Metrics(vendors=["Acme"], version="1")

    class Reader:
        def __init__(self) -> None:
            self.outcomes = [offer(IN), *(ReadError(FailureReason.TIMEOUT, "slow") for _ in range(3))]

        async def read(self, _: object) -> object:
            found = self.outcomes.pop(0)
            if isinstance(found, Exception):
                raise found
            return found

    look = polite(
        Reader(), clock=clock, vendor="Acme", attempts=1, observe=metrics.looked, tripped=metrics.tripped  # type: ignore[arg-type]
    )  # fmt: skip
    for _ in range(6):
        await look(listing("Acme"))

    def value(result: str) -> float | None:
        return metrics.registry.get_sample_value("hs_scans_total", {"vendor": "Acme", "result": result})

    assert (value("ok"), value("timeout"), value(RESTING)) == (1, 3, 2)
    assert metrics.registry.get_sample_value("hs_scan_duration_seconds_count", {"vendor": "Acme"}) == 4
    assert metrics.registry.get_sample_value("hs_unknown_total", {"vendor": "Acme", "reason": "timeout"}) == 3
    assert metrics.registry.get_sample_value("hs_breaker_trips_total", {"vendor": "Acme"}) == 1
    facts = look.facts
    assert (facts.state, facts.looks, facts.failed, facts.rested, facts.trips) == ("open", 4, 3, 2, 1)
    assert facts.rests_for > 0


async def test_an_address_that_is_refused_is_counted_by_its_layer() -> None:
    metrics = Metrics(vendors=[], version="1")
    async with WebFetcher(clock=FakeClock(), respect_robots=False, blocked=metrics.blocked) as fetcher:
        for url in ("http://acme.test:22/", "http://127.0.0.1/"):
            with pytest.raises(NotAllowed):
                await fetcher.get(url)

    assert metrics.registry.get_sample_value("hs_ssrf_blocked_total", {"layer": "address"}) == 1
    assert metrics.registry.get_sample_value("hs_ssrf_blocked_total", {"layer": "socket"}) == 1


def test_the_labels_are_bounded_whatever_comes() -> None:
    metrics = Metrics(vendors=[f"v{n}" for n in range(500)], version="1")
    for number in range(5000):
        metrics.looked(f"v{number}", "in_stock", 0.1)
        metrics.looked(f"https://shop{number}.test", "blocked", 0.1)
        metrics.stored(f"op{number}", 0.001, failed=True)
        metrics.asked_discord(f"/r{number}", 200, remaining=1)
        metrics.served(f"/x{number}", f"M{number}", 200, 0.1)

    by_name: dict[str, set[tuple[str, ...]]] = {}
    for name, labels in samples(metrics):
        by_name.setdefault(name, set()).add(tuple(value for key, value in labels.items() if key != "le"))
    assert max(map(len, by_name.values())) <= 202
    assert metrics.vendor("https://shop1.test") == OTHER


async def test_depths_and_breakers_are_asked_for_when_somebody_reads(world: World) -> None:
    facts = [BreakerFacts(name, state, 0, 0, 0, 0, 0, 0.0) for name, state in
             (("Acme", "open"), ("a.test", "half_open"), ("b.test", "closed"))]  # fmt: skip
    exposition = Exposition(
        world.metrics, store=world.store, clock=world.clock, breakers=lambda: facts, invalid=lambda: 7
    )
    await world.subscriptions.add(GUILD, PI, DEALS, by=ADMIN)
    await world.scan(PI, max_age=timedelta(0))
    await world.store.looked("Acme", world.clock.now(), failed=False)
    world.shops.vendors["Acme"] = offer(IN)
    await world.scan(PI, max_age=timedelta(0))
    await world.clock.advance(10)

    await exposition.text()

    assert world.value("hs_outbox_depth", stage="changes") == 1
    assert world.value("hs_outbox_oldest_age_seconds", stage="changes") == 10
    assert world.value("hs_watches", state="due") + world.value("hs_watches", state="waiting") == 1
    assert world.value("hs_breaker_state", vendor="Acme") == 2
    assert world.value("hs_breaker_state", vendor=OTHER) == 1
    assert world.value("hs_discord_invalid_requests_10m") == 7
    assert world.value("hs_watch_oldest_success_timestamp_seconds") == world.clock.now().timestamp() - 10


async def test_metrics_are_shown_while_the_store_is_away(world: World) -> None:
    class Away(MemoryStore):
        asked = 0

        async def depths(self) -> Depths:
            self.asked += 1
            raise StoreUnavailable("The store does not answer.")

    store = Away(clock=world.clock)
    exposition = Exposition(world.metrics, store=store, clock=world.clock)

    assert b"hs_build_info" in await exposition.text()
    await exposition.text()
    assert store.asked == 1


async def test_the_lag_of_the_loop_is_sampled() -> None:
    class Late(FakeClock):
        async def sleep(self, seconds: float) -> None:
            await super().sleep(seconds + 0.25)

    clock, metrics = Late(), Metrics(vendors=[], version="1")
    task = asyncio.create_task(LoopLag(metrics, clock=clock).run())
    await clock.advance(7.5)
    task.cancel()

    assert metrics.registry.get_sample_value("hs_event_loop_lag_seconds_count") == 10
    assert metrics.registry.get_sample_value("hs_event_loop_lag_seconds_sum") == pytest.approx(2.5)


def test_everybody_who_listens_is_told_everything() -> None:
    told: list[tuple[str, tuple[object, ...]]] = []

    class Ears(Observer):
        def __getattribute__(self, name: str) -> object:
            if name.startswith("_"):
                return super().__getattribute__(name)
            return lambda *args, **more: told.append((name, (*args, *more.values())))

    verbs = [name for name in vars(Observer) if not name.startswith("_") and name != "span"]
    both = Everybody(Ears(), Ears())
    calls = {"looked": ("v", "w", 1.0), "tripped": ("v",), "blocked": ("l",), "answered": ("s",), "scanned": ("s", []),
             "late": (1.0,), "outpaced": (), "doubted": ("v", "mass"), "decided": ("k", "d"),
             "delivered": ("l", "r", 1.0), "ambiguous": (),
             "served": ("r", "GET", 200, 1.0), "active": (1, 2), "ticked": ("t", 1, 0, 1.0)}  # fmt: skip
    for name, args in calls.items():
        getattr(both, name)(*args)
    both.stored("op", 1.0, failed=True)
    both.job_done("hot", failed=False)
    both.asked_discord("/r", 200, remaining=1, limited=2)

    assert sorted(name for name, _ in told) == sorted([*verbs, *verbs])


@pytest.mark.parametrize(
    ("path", "route"),
    [
        ("/api/v10/channels/123/messages", "/channels/{}/messages"),
        ("/api/v10/webhooks/123/s3cr3t-token/messages/@original", "/webhooks/{}/{}/messages/@original"),
        ("/api/v10/interactions/1/aW50ZXJhY3Rpb24/callback", "/interactions/{}/{}/callback"),
        ("/api/v10/gateway/bot", "/gateway/bot"),
        ("/api/v10/channels/1/messages/2/reactions/%F0%9F%94%A5/@me", "/channels/{}/messages/{}/reactions/{}/@me"),
        ("/", "/"),
        ("/a/b/c/d/e/f/g/h/i/j", "/{}/{}/{}/{}/{}/{}/{}/{}"),
    ],
)
def test_of_a_path_to_discord_no_id_and_no_token_is_left(path: str, route: str) -> None:
    assert route_of(path) == route


def test_a_failure_is_no_success(world: World) -> None:
    world.metrics.looked("Acme", failure().reason, 0.2)

    assert world.value("hs_scans_total", vendor="Acme", result="ok") == 0
    assert world.value("hs_scans_total", vendor="Acme", result="blocked") == 1


async def test_the_plan_for_the_next_hour_is_shown_by_tier_and_vendor(world: World) -> None:
    shops = {"Acme": ShopAgenda(requests=60, stretch=2.5), "added": ShopAgenda(requests=5, stretch=4)}
    tiers = {Tier.HOT: TierAgenda(products=3, looks=36)}
    agenda = Agenda(at=world.clock.now(), adapts=True, tiers=tiers, shops=shops)
    await world.store.set_note(NOTE, agenda.model_dump_json())

    await world.exposition.refresh()

    assert world.value("hs_plan_looks_per_hour", tier="hot") == 36
    assert world.value("hs_plan_products", tier="hot") == 3
    assert world.value("hs_plan_looks_per_hour", tier="cold") == 0
    assert world.value("hs_plan_stretch", vendor="Acme") == 2.5
    assert world.value("hs_plan_stretch", vendor=OTHER) == 4
    assert world.value("hs_plan_requests_per_hour", vendor=OTHER) == 5


def test_what_is_not_known_is_not_shown(world: World) -> None:
    late = sorted(LATE)

    assert not [name for name in late if f"{name}{{" in world.metrics.text().decode()]
    assert not [name for name in late if f"{name} " in world.metrics.text().decode()]

    for value in (1, 0):
        for entry in TABLE:
            if entry.name in LATE:
                world.metrics.set(entry.name, value, *("log" for _ in entry.labels))

    shown = [name for name, _ in samples(world.metrics)]
    assert [shown.count(name) for name in late] == [1] * len(late)


async def test_the_gateway_and_how_the_server_keeps_things_are_asked_for(world: World) -> None:
    class Forgetful(MemoryStore):
        async def server(self) -> ServerFacts:
            return ServerFacts(keeps_log=False)

    exposition = Exposition(world.metrics, store=Forgetful(clock=world.clock), clock=world.clock)
    exposition.connected = lambda: True

    await exposition.refresh()

    assert world.value("hs_discord_connected") == 1
    assert world.value("hs_store_durable", check="log") == 0
    assert world.value("hs_store_durable", check="eviction") == 1


async def test_what_waits_for_a_channel_that_takes_no_messages_is_not_late(world: World) -> None:
    await world.subscriptions.add(GUILD, PI, DEALS, by=ADMIN)
    await world.scan(PI, max_age=timedelta(0))
    world.shops.vendors["Acme"] = offer(IN)
    await world.scan(PI, max_age=timedelta(0))
    fanout = Fanout(store=world.store, products=world.products, clock=world.clock, name="one")
    await fanout()
    await world.clock.advance(200)
    await world.exposition.refresh()
    late = world.value("hs_outbox_oldest_age_seconds", stage="queue")
    await world.store.put_standing(
        Standing(target=DEALS, guild=GUILD, state=StandingState.PAUSED, until=world.clock.now() + MINUTE)
    )
    await world.clock.advance(10)
    await world.exposition.refresh()

    assert late == 200
    assert world.value("hs_outbox_oldest_age_seconds", stage="queue") == 0
    assert world.value("hs_outbox_depth", stage="queue") == 1


async def test_a_whole_shop_that_turns_is_counted_as_doubted(world: World) -> None:
    skus = [f"p{number}" for number in range(6)]
    goods = [product(sku=sku).model_copy(update={"listings": (listing(sku=sku, id=sku),)}) for sku in skus]
    scan = Scan(
        looks={"Acme": world.shops},
        store=world.store,
        clock=world.clock,
        patience=MINUTE,
        products=goods,
        observer=world.metrics,
    )
    for each in goods:
        await scan(each, max_age=timedelta(0))
    assert world.value("hs_vendor_doubts_total", vendor="Acme", reason="mass") == 0
    world.shops.vendors["Acme"] = offer(IN)
    for each in goods:
        await scan(each, max_age=timedelta(0))

    assert world.value("hs_vendor_doubts_total", vendor="Acme", reason="mass") > 0
