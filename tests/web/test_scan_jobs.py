"""Scans in the background: begun once for a key, done once, safe to do again."""

from __future__ import annotations

import pytest

from alerts.batch import Batch, Found
from alerts.domain.errors import NotFound, UnknownProduct
from alerts.domain.model import Snapshot
from alerts.scan import Answer, Source
from alerts.scan_jobs import JobStatus, ScanJob, ScanJobs, UsedOtherwise
from alerts.store.memory import MemoryStore
from tests.fakes import FakeClock
from tests.worlds import product


class Queue:
    """Remembers what was put."""

    def __init__(self) -> None:
        self.put = list[tuple[int, str]]()

    async def put_job(self, guild: int, job_id: str) -> None:
        self.put.append((guild, job_id))


class World:
    def __init__(self) -> None:
        self.clock, self.queue, self.asked = FakeClock(), Queue(), list[str]()
        self.store = MemoryStore(self.clock)
        self.jobs = ScanJobs(store=self.store, queue=self.queue, batch=Batch(self.clock), ask=self.ask,
                             render=self.render, clock=self.clock)  # fmt: skip

    async def ask(self, job: ScanJob, query: str) -> Answer:
        self.asked.append(query)
        if query == "toaster":
            raise UnknownProduct(query)
        return Answer(product(sku=query), Snapshot(sku=query), Source.FRESH)

    @staticmethod
    def render(found: Found) -> str:
        return f"{sorted(found.answers)} {sorted(found.errors)}"


async def test_a_job_goes_from_queued_to_done_with_its_result() -> None:
    world = World()
    job = await world.jobs.begin(7, ["pi5", "toaster"], fresh=True, asker="k")
    assert (await world.jobs.get(7, job.id)).status is JobStatus.QUEUED
    await world.jobs.do(*world.queue.put[0])
    done = await world.jobs.get(7, job.id)
    assert (done.status, done.result) == (JobStatus.DONE, "['pi5'] ['toaster']")
    assert done.finished_at == world.clock.now()


async def test_a_job_without_any_answer_has_failed_and_says_where_to_look() -> None:
    world = World()
    job = await world.jobs.begin(7, ["toaster"], fresh=True, asker="k")
    await world.jobs.do(7, job.id)
    failed = await world.jobs.get(7, job.id)
    assert failed.status is JobStatus.FAILED
    assert failed.error
    assert failed.result == "[] ['toaster']"


async def test_the_same_key_again_is_the_same_job_and_asks_no_shop_twice() -> None:
    world = World()
    first = await world.jobs.begin(7, ["pi5"], fresh=True, asker="k", key="night")
    await world.jobs.do(7, first.id)
    again = await world.jobs.begin(7, ["pi5"], fresh=True, asker="k", key="night")
    assert (again.id, again.status) == (first.id, JobStatus.DONE)
    assert world.asked == ["pi5"]
    assert len(world.queue.put) == 1


async def test_a_job_that_was_kept_and_never_queued_is_queued_by_the_next_try() -> None:
    world = World()
    first = await world.jobs.begin(7, ["pi5"], fresh=True, asker="k", key="night")
    world.queue.put.clear()  # the process died in between
    await world.jobs.begin(7, ["pi5"], fresh=True, asker="k", key="night")
    assert world.queue.put == [(7, first.id)]


async def test_a_key_that_came_with_another_wish_is_refused() -> None:
    world = World()
    await world.jobs.begin(7, ["pi5"], fresh=True, asker="k", key="night")
    with pytest.raises(UsedOtherwise):
        await world.jobs.begin(7, ["pi4"], fresh=True, asker="k", key="night")


@pytest.mark.parametrize(("guild", "asker"), [(8, "k"), (7, "other")])
async def test_a_key_of_somebody_else_is_another_job(guild: int, asker: str) -> None:
    world = World()
    first = await world.jobs.begin(7, ["pi5"], fresh=True, asker="k", key="night")
    other = await world.jobs.begin(guild, ["pi5"], fresh=True, asker=asker, key="night")
    assert other.id != first.id


async def test_another_guilds_job_looks_like_none() -> None:
    world = World()
    job = await world.jobs.begin(7, ["pi5"], fresh=True, asker="k")
    with pytest.raises(NotFound):
        await world.jobs.get(8, job.id)


async def test_a_job_is_forgotten_after_a_day() -> None:
    world = World()
    job = await world.jobs.begin(7, ["pi5"], fresh=True, asker="k")
    await world.clock.advance(86_401)
    with pytest.raises(NotFound):
        await world.jobs.get(7, job.id)
    await world.jobs.do(7, job.id)
    assert world.asked == []


async def test_a_job_of_a_killed_worker_is_done_again_and_a_done_one_is_not() -> None:
    world = World()
    job = await world.jobs.begin(7, ["pi5"], fresh=True, asker="k")
    await world.jobs.do(7, job.id)
    await world.jobs.do(7, job.id)
    assert world.asked == ["pi5"]
