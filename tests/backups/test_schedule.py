"""Backups by themselves: when, which, how long kept, and by one process alone."""

from __future__ import annotations

import asyncio
from base64 import b64encode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import cast

from hypothesis import given
from hypothesis import strategies as st
from structlog.testing import capture_logs

from alerts.backups.contents import examine
from alerts.backups.folder import Copy, Rhythm, copies, due, let_go, newest_full
from alerts.backups.schedule import Backups
from alerts.store.memory import MemoryStore
from alerts.store.promises.archive import Archive, Cipher
from alerts.store.sealed_file import FileKeys
from tests.backups.shelf import Shelf, watch_of
from tests.fakes import FakeClock
from tests.waiting import eventually
from tests.worlds import MINUTE, START

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
RHYTHM = Rhythm(every=DAY, increments=HOUR, keep=7 * DAY)


class World:
    """A folder, a store in memory, and time that passes."""

    def __init__(self, folder: Path) -> None:
        self.clock, self.folder = FakeClock(), folder
        self.store, self.shelf, self.opened = MemoryStore(clock=self.clock), Shelf(watch_of(1), watch_of(2)), 0
        self.gate = asyncio.Event()
        self.gate.set()

    @asynccontextmanager
    async def archive(self) -> AsyncIterator[Archive]:
        self.opened += 1
        await self.gate.wait()
        yield cast("Archive", self.shelf)

    def process(self, name: str = "one", cipher: Cipher | None = None) -> Backups:
        return Backups(
            store=self.store, archive=self.archive, folder=self.folder, rhythm=RHYTHM, clock=self.clock, name=name,
            version="9", cipher=cipher,
        )  # fmt: skip

    async def passes(self, span: timedelta, *processes: Backups, by: timedelta = MINUTE) -> None:
        for _ in range(int(span / by)):
            await self.clock.advance(by.total_seconds())
            for process in processes:
                await process.turn()

    async def has_begun(self) -> bool:
        return self.opened > 0

    @property
    def there(self) -> list[str]:
        return sorted(path.name for path in self.folder.iterdir())


async def test_a_full_one_first_and_increments_by_the_hour(tmp_path: Path) -> None:
    world = World(tmp_path / "backups")
    process = world.process()

    await process.turn()
    await world.passes(3 * HOUR, process)

    assert world.there == [
        "hardware-sentry-20261122T120000Z.full.hsb",
        "hardware-sentry-20261122T130000Z.more.hsb",
        "hardware-sentry-20261122T140000Z.more.hsb",
        "hardware-sentry-20261122T150000Z.more.hsb",
    ]
    assert examine(world.folder / world.there[-1], None).kinds == {"servers": 2}
    assert world.folder.stat().st_mode & 0o777 == 0o700


async def test_after_a_day_a_full_one_and_after_a_week_the_oldest_go(tmp_path: Path) -> None:
    world = World(tmp_path)
    process = world.process()
    await process.turn()

    await world.passes(9 * DAY, process, by=HOUR)

    full = [each for each in copies(world.there) if each.is_full]
    assert [each.at for each in full] == [START + day * DAY for day in range(2, 10)]
    assert all(each.at >= START + 2 * DAY for each in copies(world.there))


async def test_a_restart_goes_on_where_it_was(tmp_path: Path) -> None:
    world = World(tmp_path)
    await world.process().turn()
    await world.clock.advance(600)

    again = world.process("another")
    await again.turn()

    assert len(world.there) == 1
    assert world.opened == 1


async def test_one_process_writes_for_all(tmp_path: Path) -> None:
    world = World(tmp_path)
    one, two = world.process("one"), world.process("two")

    await asyncio.gather(one.turn(), two.turn())
    assert (len(world.there), world.opened) == (1, 1)
    await one.leave()
    await world.passes(timedelta(minutes=61), two)

    assert len(world.there) == 2


async def test_whoever_loses_the_seat_on_the_way_stops(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.gate.clear()
    process = world.process()
    turn = asyncio.create_task(process.turn())
    await eventually(world.has_begun)
    await world.store.resign("backups", "one")
    await world.store.lead("backups", "two", ttl=HOUR)

    await world.clock.advance(60)
    await asyncio.wait([turn], timeout=10)

    assert turn.done()
    assert world.there == []


async def test_a_full_one_that_cannot_be_added_to_is_replaced_by_another(tmp_path: Path) -> None:
    world = World(tmp_path)
    await world.process().turn()
    (tmp_path / world.there[0]).write_bytes(b"lost")

    await world.passes(HOUR, world.process())

    assert world.there[-1] == "hardware-sentry-20261122T130000Z.full.hsb"
    assert examine(tmp_path / world.there[-1], None).kinds == {"servers": 2}


async def test_a_folder_that_cannot_be_written_is_told_once_in_five_minutes(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    world = World(tmp_path / "file")
    process = world.process()

    with capture_logs() as logs:
        await world.passes(timedelta(minutes=9), process)

    assert [each["event"] for each in logs] == ["backup failed"] * 2
    assert "file" in logs[0]["reason"]


async def test_with_a_key_they_are_encrypted(tmp_path: Path) -> None:
    world, keys = World(tmp_path), FileKeys(b64encode(bytes(32)).decode())
    process = world.process(cipher=keys)
    await process.turn()
    await world.passes(HOUR, process)

    assert all((tmp_path / name).read_bytes().startswith(b"HSSEALED") for name in world.there)
    assert examine(tmp_path / world.there[1], keys).kinds == {"servers": 2}


_COPIES = st.lists(
    st.builds(
        Copy, st.integers(0, 40 * 24).map(lambda hours: START - timedelta(hours=hours)), is_full=st.booleans()
    ), unique_by=lambda each: each.at,
).map(sorted)  # fmt: skip


@given(there=_COPIES)
def test_what_is_let_go_leaves_what_every_increment_needs(there: list[Copy]) -> None:
    left = [each for each in there if each not in let_go(there, START, RHYTHM)]

    for each in left:
        before = [full for full in there if full.is_full and full < each]
        assert each.is_full or not before or before[-1] in left
    assert newest_full(there) == newest_full(left)
    assert all(each in left for each in there if START - each.at <= RHYTHM.keep)


@given(there=_COPIES, ahead=st.integers(0, 48))
def test_what_is_due_is_never_older_than_it_may_be(there: list[Copy], ahead: int) -> None:
    now: datetime = START + ahead * HOUR
    copy = due(there, now, RHYTHM)

    after = [*there, copy] if copy else there
    full = newest_full(after)
    assert full
    assert now - full.at < RHYTHM.every
    assert now - max(after).at < RHYTHM.increments


def test_a_backup_from_the_future_stands_for_nothing() -> None:
    copy = due([Copy(START + DAY, is_full=True)], START, RHYTHM)

    assert copy == Copy(START, is_full=True)


def test_other_files_of_the_folder_are_left_alone() -> None:
    names = ["notes.txt", ".hardware-sentry-20261122T120000Z.full.hsb.1a2b.part", "hardware-sentry-2026.full.hsb"]

    assert copies(names) == []
