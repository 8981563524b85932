"""Admins are told once that a target takes nothing, and once that it does again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import pytest

from alerts.delivery.notices import MOST_AT_ONCE, Notices
from alerts.domain.errors import DeliveryError, Remedy
from alerts.domain.standing import PATIENCE, Notice, Standing, after_failure
from alerts.domain.wishes import Target, TargetKind
from alerts.store.memory import MemoryStore
from tests.fakes import FakeClock
from tests.worlds import START


class Office:
    """An Admins that keeps what it was told, once for each batch as Discord does; `is_open`: whether it can be."""

    def __init__(self) -> None:
        self.heard, self.asked, self.is_open, self.dies = dict[str, Sequence[Notice]](), 0, True, False

    def missing(self, standing: Standing) -> Sequence[str]:
        return ["Send Messages"] if standing.code == 50013 else []

    async def tell(self, guild: int, batch: str, notices: Sequence[Notice]) -> bool:
        self.asked += 1
        if not self.is_open:
            return False
        self.heard.setdefault(batch, notices)
        if self.dies:
            raise KeyboardInterrupt
        return True

    @property
    def words(self) -> list[str]:
        return [
            f"{'fine' if each.is_over else each.standing.state.value} {each.standing.target.id}"
            for notices in self.heard.values()
            for each in notices
        ]


class World:
    def __init__(self) -> None:
        self.clock, self.office = FakeClock(), Office()
        self.store = MemoryStore(clock=self.clock)
        self.notices = self.another("a")

    def another(self, name: str) -> Notices:
        return Notices(store=self.store, admins=self.office, clock=self.clock, name=name)

    async def fails(
        self, *channels: int, guild: int = 1, at: datetime = START, remedy: Remedy = Remedy.PAUSE, **target: object
    ) -> None:
        for channel in channels:
            place = Target.model_validate({"id": channel, **target})
            before = (await self.store.standings()).get(str(place), Standing(target=place, guild=guild))
            error = DeliveryError("Missing Permissions", remedy=remedy, code=50013)
            await self.store.put_standing(after_failure(before, error, at))

    async def works(self, *channels: int) -> None:
        for channel in channels:
            await self.store.clear_standing(Target(id=channel))


@pytest.fixture
def world() -> World:
    return World()


async def test_a_pause_and_its_end_are_told_once_each(world: World) -> None:
    await world.fails(10)
    for _ in range(3):
        await world.notices.look()
    await world.fails(10)
    await world.notices.look()
    await world.works(10)
    for _ in range(3):
        await world.notices.look()

    assert world.office.words == ["paused 10", "fine 10"]
    assert world.office.asked == 2
    assert not await world.store.notices()


async def test_the_missing_permission_is_noted_as_it_was_when_it_was_told(world: World) -> None:
    await world.fails(10)
    await world.notices.look()

    (notice,) = (await world.store.notices()).values()
    assert notice.missing == ("Send Messages",)
    assert notice.is_told


async def test_the_next_outage_is_told_again(world: World) -> None:
    await world.fails(10)
    await world.notices.look()
    await world.works(10)
    await world.notices.look()
    await world.fails(10, at=START + PATIENCE)
    await world.notices.look()

    assert world.office.words == ["paused 10", "fine 10", "paused 10"]


async def test_an_end_that_nobody_saw_is_no_reason_to_keep_the_next_outage_quiet(world: World) -> None:
    await world.fails(10)
    await world.notices.look()
    await world.works(10)
    await world.fails(10, at=START + PATIENCE)
    await world.notices.look()

    assert world.office.words == ["paused 10", "paused 10"]


async def test_giving_up_after_days_is_told_too(world: World) -> None:
    await world.fails(10)
    await world.notices.look()
    await world.fails(10, at=START + PATIENCE / 2)
    await world.fails(10, at=START + PATIENCE)
    for _ in range(2):
        await world.notices.look()

    assert world.office.words == ["paused 10", "disabled 10"]


async def test_what_fails_together_is_told_together_and_each_guild_hears_of_its_own(world: World) -> None:
    await world.fails(*range(MOST_AT_ONCE + 1))
    await world.fails(99, guild=2)
    await world.notices.look()

    sizes = sorted(len(each) for each in world.office.heard.values())
    assert sizes == [1, 1, MOST_AT_ONCE]
    assert all(len({each.standing.guild for each in batch}) == 1 for batch in world.office.heard.values())


async def test_nowhere_to_tell_is_tried_again_later_and_not_all_the_time(world: World) -> None:
    world.office.is_open = False
    await world.fails(10)
    for _ in range(5):
        await world.notices.look()
    assert world.office.asked == 1
    for _ in range(60):
        await world.clock.advance(60)
        await world.notices.look()
    assert world.office.asked == 9
    world.office.is_open = True
    await world.clock.advance(600)
    await world.notices.look()

    assert world.office.words == ["paused 10"]


async def test_an_outage_that_ended_before_anybody_was_told_is_no_news(world: World) -> None:
    world.office.is_open = False
    await world.fails(10)
    await world.notices.look()
    await world.works(10)
    world.office.is_open = True
    await world.clock.advance(60)
    await world.notices.look()

    assert world.office.words == []
    assert not await world.store.notices()


@pytest.mark.parametrize("is_over", [False, True])
async def test_whoever_takes_over_after_a_crash_tells_the_same_message(is_over: bool, world: World) -> None:
    await world.fails(10, 11)
    if is_over:
        await world.notices.look()
        await world.works(10, 11)
    world.office.dies = True
    with pytest.raises(KeyboardInterrupt):
        await world.notices.look()
    world.office.dies = False
    await world.clock.advance(5)  # it holds its seat no longer
    await world.fails(12)
    await world.another("b").look()
    await world.another("b").look()

    state = ["paused 10", "paused 11", *(["fine 10", "fine 11"] if is_over else []), "paused 12"]
    assert sorted(world.office.words) == sorted(state)


async def test_one_process_looks_every_few_seconds(world: World) -> None:
    other = world.another("b")
    await world.fails(10)

    assert await world.notices()
    await world.works(10)
    assert not await world.notices()
    assert not await other()
    await world.clock.advance(2)
    assert await world.notices()
    await world.notices.leave()
    await world.fails(10)
    await world.clock.advance(2)
    assert await other()


async def test_a_persons_closed_door_is_nobody_elses_business(world: World) -> None:
    await world.fails(7, type=TargetKind.DM)
    await world.notices.look()

    assert world.office.words == []


async def test_an_address_that_has_only_begun_to_fail_is_not_told(world: World) -> None:
    await world.fails(7, type=TargetKind.APPRISE, remedy=Remedy.RETRY)
    await world.notices.look()

    assert world.office.words == []


async def test_of_several_parts_of_the_guilds_each_is_told_by_its_own_process(world: World) -> None:
    offices = [Office(), Office()]
    parts = [
        Notices(
            store=world.store,
            admins=office,
            clock=world.clock,
            name=f"process {number}",
            part=f"{number}/2",
            is_mine=lambda guild, number=number: guild % 2 == number,
        )
        for number, office in enumerate(offices)
    ]
    await world.fails(10, guild=1)
    await world.fails(20, guild=2)
    for _ in range(2):
        for part in parts:
            await part()
        await world.clock.advance(2)

    assert [office.words for office in offices] == [["paused 20"], ["paused 10"]]
    assert [office.asked for office in offices] == [1, 1]
