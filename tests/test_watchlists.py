"""An import says first what it would do, does it once, and an export brings it all back."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

import pytest

from alerts.catalogue import Catalogue
from alerts.domain.errors import BadInput, NotFound
from alerts.domain.model import Tier
from alerts.domain.quota import Quota
from alerts.store.memory import MemoryStore
from alerts.watches import Watches
from alerts.watchlists.files import Format, write_file
from alerts.watchlists.imports import DryRun, Imports
from tests.fakes import FakeClock
from tests.worlds import product

PI = product("Acme", "Bolt", tier=Tier.WARM)
SECOND = timedelta(seconds=1)


class World:
    def __init__(self, **quota: int) -> None:
        self.clock = FakeClock()
        self.store = MemoryStore(clock=self.clock)
        self.catalogue = Catalogue([PI], store=self.store)
        self.watches = Watches(
            store=self.store,
            products=self.catalogue,
            clock=self.clock,
            quota=Quota(**quota) if quota else Quota(999, 999, 99),
        )
        self.imports = Imports(
            catalogue=self.catalogue, watches=self.watches, store=self.store, clock=self.clock, pace=SECOND
        )

    async def dry(self, *lines: str, guild: int = 1) -> DryRun:
        text = "product,url,name,tier,paused\n" + "\n".join(lines)
        return await self.imports.dry_run(guild, "list.csv", text.encode(), by=7)

    async def run(self, *lines: str, guild: int = 1, take_theirs: bool = False) -> tuple[int, int]:
        found = await self.dry(*lines, guild=guild)
        done = await self.imports.run(guild, found.id, by=7, take_theirs=take_theirs)
        return done.added, done.changed

    async def state(self, guild: int = 1) -> set[tuple[str, str, str, bool]]:
        """What a guild watches, in what matters: page, name, tier, pause."""
        return {(p.listings[0].url, p.name, w.tier_of(p), w.paused) for w, p in await self.watches.list(guild) if p}


LIST = (
    "pi5,,,,",
    ",https://a.test/one,One,hot,",
    ",https://a.test/two,=Two,,true",
    ",https://b.test/three-and-more,,cold,",
)


async def test_a_dry_run_changes_nothing() -> None:
    world = World()

    found = await world.dry(*LIST)

    assert [wish.label for wish in found.plan.adds] == ["Raspberry Pi 5", "One", "=Two", "Three and more"]
    assert await world.watches.list(1) == []
    assert await world.store.added_products(0) == (0, [])


async def test_what_is_imported_is_watched_by_its_name_and_tier() -> None:
    world = World()

    assert await world.run(*LIST) == (4, 0)
    assert await world.state() == {
        ("https://acme.test/pi5", "Raspberry Pi 5", Tier.WARM, False),
        ("https://a.test/one", "One", Tier.HOT, False),
        ("https://a.test/two", "=Two", Tier.WARM, True),
        ("https://b.test/three-and-more", "Three and more", Tier.COLD, False),
    }


@pytest.mark.parametrize("kind", list(Format))
async def test_what_is_exported_is_imported_the_same_elsewhere_and_changes_nothing_here(kind: Format) -> None:
    world, other = World(), World()
    await world.run(*LIST, "pi5,,Raspi,hot,")
    file = write_file(kind, await world.imports.export(1))

    again = await world.imports.dry_run(1, f"list.{kind}", file, by=7)
    assert not again.plan.has_work
    assert len(again.plan.unchanged) == 4

    for place, guild in ((world, 2), (other, 1)):
        found = await place.imports.dry_run(guild, f"list.{kind}", file, by=7)
        await place.imports.run(guild, found.id, by=7, take_theirs=False)
        assert await place.state(guild) == await world.state(1)
        assert await place.imports.export(guild) == await world.imports.export(1)


async def test_a_name_given_in_a_file_is_the_guilds_alone() -> None:
    world = World()
    await world.run(",https://a.test/nice-thing,Secret plan,,")

    assert (await world.store.added_products(0))[1][0].name == "Nice thing"
    assert "Secret plan" in {name for _, name, _, _ in await world.state(1)}


async def test_rows_of_one_product_are_merged() -> None:
    world = World()
    lines = (",https://a.test/x,,hot,", ",HTTPS://A.test/x?utm_source=y#z,X,,", ",https://a.test/x,X,hot,")

    found = await world.dry(*lines)

    assert (len(found.plan.adds), found.plan.merged, found.plan.faults) == (1, 2, ())
    assert await world.run(*lines) == (1, 0)
    assert await world.state() == {("https://a.test/x", "X", Tier.HOT, False)}


async def test_rows_that_contradict_each_other_are_named() -> None:
    found = await World().dry(",https://a.test/x,X,hot,", ",https://a.test/x,Y,hot,")

    assert [str(fault) for fault in found.plan.faults] == [
        "row 3, name: says another name than row 2 for the same product; keep one of the two"
    ]
    assert [wish.label for wish in found.plan.adds] == ["X"]


async def test_bad_rows_are_named_in_the_order_of_the_file() -> None:
    lines = (
        "nothing-such,,,,",
        ",https://a.test/x,,often,",
        ",https://a.test/x,,,",
        ",https://a.test/y,,,",
        ",,A,,",
        "no,,,,",
    )

    found = await World(watches=1, urls=1, hot=1).dry(*lines)

    assert [fault.where for fault in found.plan.faults] == [f"row {number}" for number in (2, 3, 5, 6, 7)]


async def test_a_finished_import_names_the_same_bad_rows_as_its_dry_run() -> None:
    world = World()
    found = await world.dry("nothing-such,,,,", ",https://a.test/x,,often,", ",https://a.test/y,,,")

    done = await world.imports.run(1, found.id, by=7, take_theirs=False)

    assert [str(each) for each in done.plan.faults] == [str(each) for each in found.plan.faults]
    assert len(done.plan.faults) == 2


async def test_what_differs_is_asked_and_stays_or_becomes_as_the_file_says() -> None:
    world = World()
    await world.run(",https://a.test/x,Mine,hot,", ",https://a.test/y,Same,,")
    lines = (",https://a.test/x,Theirs,cold,true", ",https://a.test/y,Same,,")

    found = await world.dry(*lines)
    [conflict] = found.plan.conflicts
    assert conflict.differences == {
        "name": ("Mine", "Theirs"), "tier": (Tier.HOT, Tier.COLD), "paused": (False, True),
    }  # fmt: skip
    assert len(found.plan.unchanged) == 1

    assert await world.run(*lines) == (0, 0)
    assert ("https://a.test/x", "Mine", Tier.HOT, False) in await world.state()
    assert await world.run(*lines, take_theirs=True) == (0, 1)
    assert ("https://a.test/x", "Theirs", Tier.COLD, True) in await world.state()


async def test_what_a_file_leaves_open_is_no_difference() -> None:
    world = World()
    await world.run(",https://a.test/x,Mine,hot,true")

    assert not (await world.dry(",https://a.test/x,,,")).plan.has_work


async def test_rows_without_room_are_named_and_the_others_taken() -> None:
    world = World(watches=3, urls=2, hot=1)
    lines = (
        ",https://a.test/1,,hot,", ",https://a.test/2,,hot,", ",https://a.test/3,,,", ",https://a.test/4,,,",
        "pi5,,,,",
    )  # fmt: skip

    found = await world.dry(*lines)

    assert [(fault.where, fault.field) for fault in found.plan.faults] == [("row 3", "tier"), ("row 5", "url")]
    assert await world.run(*lines) == (3, 0)


async def test_a_product_that_nobody_knows_is_named_with_what_comes_close() -> None:
    found = await World().dry("raspbery pi 5,,,,", "toaster,,,,")

    assert "did you mean Raspberry Pi 5 (pi5)?" in str(found.plan.faults[0])
    assert "its address under url" in str(found.plan.faults[1])
    assert found.id == ""


async def test_another_guilds_product_is_known_to_nobody_by_its_name_or_sku() -> None:
    world = World()
    await world.run(",https://a.test/nice-thing,,,")
    [(watch, _)] = await world.watches.list(1)

    found = await world.dry(f"{watch.sku},,,,", "nice thing,,,,", guild=2)

    assert [fault.field for fault in found.plan.faults] == ["product", "product"]
    assert "did you mean" not in str(found.plan.faults)


@pytest.mark.parametrize(("guild", "by"), [(2, 7), (1, 8)])
async def test_nobody_else_imports_or_drops_it(guild: int, by: int) -> None:
    world = World()
    found = await world.dry(*LIST)

    with pytest.raises(NotFound, match="expired"):
        await world.imports.run(guild, found.id, by=by, take_theirs=False)
    with pytest.raises(NotFound, match="expired"):
        await world.imports.drop(guild, found.id, by=by)
    assert (await world.imports.run(1, found.id, by=7, take_theirs=False)).added == 4


async def test_it_is_imported_once_and_in_time() -> None:
    world = World()
    found = await world.dry(*LIST)
    await world.imports.run(1, found.id, by=7, take_theirs=False)
    with pytest.raises(NotFound, match="expired"):
        await world.imports.run(1, found.id, by=7, take_theirs=False)

    late = await world.dry(",https://a.test/late,,,")
    await world.clock.advance(15 * 60)
    with pytest.raises(NotFound, match="expired"):
        await world.imports.run(1, late.id, by=7, take_theirs=False)


async def test_what_changed_since_the_dry_run_is_not_overwritten() -> None:
    world = World()
    found = await world.dry("pi5,,Raspi,hot,")
    await world.watches.add(1, PI, by=8, name="My Pi")

    done = await world.imports.run(1, found.id, by=7, take_theirs=False)

    assert (done.added, done.changed) == (0, 0)
    assert {name for _, name, _, _ in await world.state()} == {"My Pi"}


async def test_200_pages_are_read_one_after_another() -> None:
    world = World()
    lines = [f",https://{'ab'[n % 2]}.test/page-{n},Page {n},," for n in range(200)]

    assert await world.run(*lines) == (200, 0)

    now = world.clock.now()
    dues = [len(await world.store.due(Tier.WARM, now + second * SECOND, limit=999)) for second in range(0, 301, 3)]
    assert dues[0] == 2, "one of each host"
    assert all(later - earlier <= 2 for earlier, later in pairwise(dues))
    assert dues[-1] == 200


async def test_a_file_that_is_none_is_refused_in_words() -> None:
    with pytest.raises(BadInput, match="csv"):
        await World().imports.dry_run(1, "cat.png", b"\x89PNG", by=7)
