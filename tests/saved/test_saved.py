"""What every version has saved goes on with this one: what was known, what is told, what was on its way.

A file per shape: `before-traces` was made by this very script over the code of 73af216, the others by the version that
they are named after.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from alerts.domain.guild import GuildSettings
from alerts.domain.model import Availability, ChangeKind
from alerts.domain.trail import Step
from alerts.migrating import Migrating
from alerts.store import keys
from alerts.store.redis.store import RedisStore
from alerts.why import Why
from tests.fakes import FakeClock
from tests.saved.community import (
    ALERTS,
    ANNA,
    BEN,
    CLEO,
    DEALS,
    DROPS,
    GUILD,
    OTHER,
    PI,
    Community,
    at_of,
    fill,
)
from tests.servers import binary_of, serving
from tests.worlds import IN, OUT, failure, offer

FILES = sorted(Path(__file__).parent.glob("*.json"))
pytestmark = pytest.mark.valkey


@pytest_asyncio.fixture(params=FILES, ids=[file.stem for file in FILES])
async def here(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Community]:
    """The community a minute later, in the hands of this version."""
    binary, saved = binary_of("valkey"), json.loads(request.param.read_text())
    assert binary
    clock = FakeClock(at_of(saved["at"]) + timedelta(minutes=1))
    with serving(binary, tmp_path) as url:
        await fill(url, saved["keys"])
        async with RedisStore(url) as store:
            made = Community(store, clock)
            made.shops.vendors.update(Acme=offer(IN, "80"), Bolt=failure())
            yield made


async def test_what_was_known_is_known(here: Community) -> None:
    snapshot = await here.store.snapshot("pi5")
    [acme] = [each for each in snapshot.listings if each.vendor == "Acme"]
    points = await here.store.history("pi5", acme.listing, since=None, limit=99)

    assert acme.offer
    assert acme.offer.price
    assert (acme.offer.availability, acme.offer.price.amount) == (Availability.IN_STOCK, 80)
    assert [str(point.price.amount) if point.price else None for point in points] == [
        "100.00",
        "90.00",
        "90.00",
        "80.00",
    ]
    assert (await here.store.last_looks(["Bolt"]))["Bolt"].failed
    assert [watch.sku for watch, _ in await here.watches.list(GUILD)] == ["pi5"]
    assert {str(each.target) for each in await here.store.subscriptions(GUILD)} == {str(DEALS), str(DROPS)}
    settings = GuildSettings(timezone="Europe/Berlin", notice_channel=77)
    assert await here.store.guild_settings(GUILD) == settings
    assert [row.entry.what for row in await here.store.audit(GUILD, limit=9)] == ["alert added"]


async def test_why_tells_what_became_of_what_was_told(here: Community) -> None:
    found = await Why(store=here.store, clock=here.clock).of_product(GUILD, PI)

    assert [journey.kind for journey in found.journeys] == [ChangeKind.RESTOCKED, ChangeKind.PRICE_DROP]
    assert all(Step.SENT in {stage.step for stage in journey.stages} for journey in found.journeys)


async def test_what_was_on_its_way_arrives_once(here: Community) -> None:
    await here.tell()
    await here.tell()

    told = sorted((str(each.target), each.change.kind.value) for each in here.mailbox.letters)
    assert told == sorted([(str(ALERTS), "restocked"), (f"dm:{CLEO}", "restocked"), (str(DEALS), "price_drop")])
    edited = {str(episode.target) for episode in here.mailbox.edits}
    assert str(DROPS) in edited, "the living alert of before, and no second message"


async def test_the_next_looks_compare_with_what_was_known(here: Community) -> None:
    await here.tell()
    before = len(here.mailbox.letters)
    same = await here.scan(PI, max_age=timedelta(0))
    for found in (offer(OUT, "80"), offer(IN, "80")):
        await here.clock.advance(3600)
        await here.look(Acme=found)
        await here.tell()

    assert [change.kind for change in same.changes] == [ChangeKind.VENDOR_BLIND], (
        "the sixth failure, the fifth was saved"
    )
    new = [(str(each.target), each.change.kind) for each in here.mailbox.letters[before:]]
    assert new == [(str(DEALS), ChangeKind.RESTOCKED)]


async def test_it_is_brought_up_to_this_version(here: Community) -> None:
    migrating = Migrating(store=here.store, clock=here.clock, name="one")
    for _ in range(3):
        while await migrating.turn():
            pass
        await here.clock.advance(3700)

    meta: dict[str, Any] = await here.store._link.redis.hgetall(keys.META)
    assert (meta["schema"], meta["migrated"]) == ("2", "2")
    assert [set(await here.store.traces(user)) for user in (ANNA, BEN, CLEO)] == [{GUILD}, {GUILD, OTHER}, {OTHER}]
    assert [each.target.id for each in await here.store.written_to(CLEO)] == [CLEO]
