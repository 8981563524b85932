"""New settings while the program runs: a part that was told of them is as one that was built from them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import datetime, timedelta
from decimal import Decimal
from enum import Enum
from types import FunctionType, NoneType
from typing import Any

import pytest
import pytest_asyncio
from pydantic import SecretStr

from alerts.metrics.metrics import Metrics
from alerts.reading.looks import Looks
from alerts.settings.changing import WHILE_RUNNING
from alerts.settings.faults import ConfigError
from alerts.settings.model import Settings
from alerts.store.memory import MemoryStore
from alerts.store.seal import KeyRing
from bot.app import assemble
from bot.client import Client
from bot.notify.apprise_worker import AppriseWorker
from bot.root.common import vendors_of
from bot.root.discord import deliver_of, plug_in, watchdog_of
from bot.root.live_shops import LiveShops
from bot.root.reload import Reload
from bot.root.shops import shops
from bot.root.work import forgetting_of, planner_of, tick_of, warming_of
from tests.fakes import Docket, FakeClock, Mailbox, Shops
from tests.worlds import offer

BASE: dict[str, Any] = {
    "store": {"secret_key": "A" * 43 + "="},
    "operator": {"channel": 5},
    "products": [{"sku": "pi5", "name": "Raspberry Pi 5", "tier": "hot",
                  "listings": [{"vendor": "Acme", "url": "https://acme.test/pi5"}]}],
    "tinyfish": {"api_key": "a key of the base"},
}  # fmt: skip
DECK = {"sku": "deck", "name": "Steam Deck", "listings": [{"vendor": "Bolt", "url": "https://bolt.test/deck"}]}
TIER = {"every": "7m", "limit": 7}
KEPT = {"full": "99d", "keep": "999d"}
# Another value for each key that may change while the program runs.
OTHERS: dict[str, Any] = {
    "discord.pace": "7/s",
    "fetch.timeout": "7s", "fetch.max_bytes": "7MiB", "fetch.pace": "1/7s", "fetch.concurrency": 7,
    "fetch.allow_private": ["127.0.0.1:7777"], "fetch.respect_robots": False,
    "vendors": {"Acme": {"pace": "1/7s", "always_in": "pi5", "reading": {"price": ".price"}}},
    "tinyfish.base_url": "https://tiny.test", "tinyfish.timeout": "77s", "tinyfish.daily_budget_usd": 7,
    "tinyfish.api_key": "another key of mine",
    "cache.fresh": "7m", "cache.ttl": {"default": "7h"}, "cache.memory": 7, "cache.popular": 7,
    "tiers.hot": TIER, "tiers.warm": TIER, "tiers.cold": TIER, "tiers.adapt": False,
    "history.hot": KEPT, "history.warm": KEPT, "history.cold": KEPT, "history.frozen": KEPT,
    "confirm.restock_delay": "7s", "confirm.reads": 7, "confirm.price_drop": "7%", "confirm.suspicious_reads": 7,
    "confirm.suspicious_span": "7m", "confirm.flips": 7, "confirm.flap_window": "7m", "confirm.flap_calm": "7m",
    "confirm.mass_least": 7, "confirm.mass_share": "7%", "confirm.blind_after": 7,
    "guilds.watches": 7, "guilds.urls": 7, "guilds.hot": 7,
    "limits.commands_per_user": 7, "limits.commands_per_guild": 7, "limits.fresh_per_member": 7,
    "limits.fresh_per_guild": 7, "limits.keys_per_guild": 7,
    "operator.silence": "77m",
    "products": [*BASE["products"], DECK],
}  # fmt: skip


def settings(place: str = "", value: object = None) -> Settings:
    name, _, key = place.partition(".")
    changed = {**BASE.get(name, {}), key: value} if key else value
    return Settings.model_validate({**BASE, **({name: changed} if place else {})})


class Program:
    """Every part that goes by settings, in one process that does nothing."""

    def __init__(self, closing: AsyncExitStack) -> None:
        self.closing, self.clock = closing, FakeClock()
        self.wanted = settings()

    async def open(self, told: Settings) -> Program:
        store, clock = MemoryStore(clock=self.clock), self.clock
        self.ways = await self.closing.enter_async_context(LiveShops(lambda each: shops(each, clock), clock))
        looks, worker = await self.ways.open(told), AppriseWorker(allow_private=told.fetch.allow_private)
        self.parts = assemble(told, clock=clock, store=store, jobs_url="", looks=looks, worker=worker, shops=self.ways)
        self.metrics = Metrics(vendors=vendors_of(told), version="1")
        self.parts.live.follow(lambda new: self.metrics.configure(vendors=vendors_of(new)))
        self.client = Client(api_base="https://discord.test/api", notes=store, clock=clock, shard_count=1)
        await plug_in(self.client, self.parts, Mailbox())
        self.turns = (
            warming_of(self.parts),
            planner_of(self.parts),
            tick_of(self.parts, Docket()),
            forgetting_of(self.parts),
            watchdog_of(self.parts, _tell),
            deliver_of(self.parts, Mailbox(), rests_until=lambda: None, gate=None),
        )
        self.reload = Reload(lambda: self.wanted, self.parts, self.metrics)
        return self

    def tuning(self) -> Mapping[str, str]:
        """Every number and word that any part goes by, by the way that leads to it."""
        found: dict[str, str] = {}
        cogs = {cog.qualified_name: vars(cog) for cog in self.client.cogs.values()}
        roots = (self.parts, self.turns, self.client.command_limits, cogs, self.metrics.vendors)
        _walk(roots, "", found, set())
        return found


_OF_NO_SETTING = (Settings, MemoryStore, FakeClock, KeyRing, Reload)
_NUMBERS = (NoneType, bool, int, float, Decimal, timedelta, datetime, Enum)


def _walk(value: Any, path: str, found: dict[str, str], seen: set[int]) -> None:
    if isinstance(value, _OF_NO_SETTING) or id(value) in seen:
        return
    if isinstance(value, _NUMBERS):
        found[path] = repr(value)
    elif isinstance(value, str):
        found[path] = "" if "#" in value else value  # a process's own name
    elif isinstance(value, SecretStr):
        found[path] = value.get_secret_value()
    elif isinstance(value, set | frozenset):
        found[path] = repr(sorted(map(repr, value)))
    else:
        for name, inner in _inside(value, seen):
            _walk(inner, f"{path}{name}", found, seen)


def _inside(value: Any, seen: set[int]) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        yield from ((f"[{key}]", each) for key, each in value.items())
    elif isinstance(value, list | tuple):
        yield from ((f"[{number}]", each) for number, each in enumerate(value))
    elif isinstance(value, FunctionType):
        cells = zip(value.__code__.co_freevars, value.__closure__ or (), strict=False)
        yield from ((f"({name})", cell.cell_contents) for name, cell in cells)
    elif type(value).__module__.startswith(("alerts.", "bot.")):
        seen.add(id(value))
        names = [*getattr(value, "__dict__", ()), *getattr(type(value), "__slots__", ())]
        for name in names:
            if name not in ("_followers", "_client", "client", "_ending") and hasattr(value, name):
                yield f".{name}", getattr(value, name)


async def _tell(text: str, *, nonce: str, answers: int | None = None) -> int | None:
    return None


@pytest_asyncio.fixture
async def program() -> AsyncIterator[Callable[[Settings], Awaitable[Program]]]:
    """Opens programs, and closes them at the end."""
    async with AsyncExitStack() as closing:
        yield lambda told: Program(closing).open(told)


def test_there_is_another_value_for_each_key_that_may_change() -> None:
    assert set(OTHERS) == WHILE_RUNNING


@pytest.mark.parametrize("place", sorted(WHILE_RUNNING))
async def test_a_program_that_was_told_is_as_one_that_was_built_so(
    place: str, program: Callable[[Settings], Awaitable[Program]]
) -> None:
    wanted = settings(place, OTHERS[place])
    told, built = await program(settings()), await program(wanted)
    before = told.tuning()

    told.wanted = wanted
    difference = await told.reload()

    assert difference
    assert told.tuning() == built.tuning()
    assert told.tuning() != before, "nobody goes by it"


async def test_a_fault_leaves_everything_as_it_was_and_is_shown_as_a_failed_reload(
    program: Callable[[Settings], Awaitable[Program]],
) -> None:
    here = await program(settings())
    before = here.tuning()

    def broken() -> Settings:
        raise ConfigError("config.yaml, line 3: cache.frash: there is no such setting; did you mean fresh?")

    with pytest.raises(ConfigError, match="did you mean fresh"):
        await Reload(broken, here.parts, here.metrics)()

    assert here.tuning() == before
    assert value(here, "hs_config_last_reload_successful") == 0


async def test_the_metrics_say_when_the_configuration_was_last_taken(
    program: Callable[[Settings], Awaitable[Program]],
) -> None:
    here = await program(settings())
    at_the_start = value(here, "hs_config_last_reload_timestamp_seconds")
    await here.clock.advance(60)

    await here.reload()

    assert at_the_start == here.clock.now().timestamp() - 60
    assert value(here, "hs_config_last_reload_timestamp_seconds") == here.clock.now().timestamp()
    assert value(here, "hs_config_last_reload_successful") == 1


async def test_a_part_that_cannot_follow_takes_all_others_back(
    program: Callable[[Settings], Awaitable[Program]],
) -> None:
    here = await program(settings())
    before = here.tuning()

    def defect(told: Settings) -> None:
        if told.cache.popular == 7:
            raise ZeroDivisionError

    here.parts.live.follow(defect)
    here.wanted = settings("cache.popular", 7)
    with pytest.raises(ZeroDivisionError):
        await here.reload()

    assert here.tuning() == before
    assert value(here, "hs_config_last_reload_successful") == 0


async def test_a_scan_under_way_ends_with_the_settings_it_began_with() -> None:
    clock, store = FakeClock(), MemoryStore(FakeClock())
    old, new = Shops(clock, Acme=offer(price="100")), Shops(clock, Acme=offer(price="100"))
    looks = Looks(["Acme"], lambda _: old)
    parts = assemble(settings(), clock=clock, store=store, jobs_url="", looks=looks, worker=AppriseWorker())
    product = parts.products.find("pi5")
    old.gate.clear()
    first = asyncio.create_task(parts.scan(product, max_age=timedelta(0)))
    await clock.advance(0)

    looks.become(Looks(["Acme"], lambda _: new))
    parts.live.swap(settings("confirm.reads", 7))
    old.gate.set()
    await first
    await parts.scan(product, max_age=timedelta(0))

    assert (old.looks, new.looks) == (1, 1)


async def test_old_ways_to_the_shops_are_closed_when_their_last_look_has_ended() -> None:
    clock, closed = FakeClock(), list[str]()

    @asynccontextmanager
    async def ways(told: Settings) -> AsyncIterator[Looks]:
        yield Looks([], lambda _: Shops(clock))
        closed.append(str(told.fetch.timeout))

    async with LiveShops(ways, clock) as shops_now:
        looks = await shops_now.open(settings())
        (await shops_now.another(settings("fetch.timeout", "7s")))(timedelta(seconds=90))
        await clock.advance(89)
        assert closed == []
        await clock.advance(1)
        assert closed == ["0:00:20"]
        assert looks is not None
    assert closed == ["0:00:20", "0:00:07"]


def value(here: Program, name: str) -> float:
    found = here.metrics.registry.get_sample_value(name)
    assert found is not None
    return found
