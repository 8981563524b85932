"""What every store promises of many products at a glance."""

from __future__ import annotations

from alerts.domain.model import Snapshot
from alerts.store.ports import Commit, Store
from tests.worlds import IN, MINUTE, START, known, offer


async def kept(store: Store, sku: str) -> None:
    lock = await store.lock(sku, ttl=MINUTE)
    assert lock
    before = await store.snapshot(sku)
    listings = (known(offer(IN, "90")), known(None, vendor="Bolt"))
    made = Snapshot(sku=sku, revision=before.revision, scanned_at=START, listings=listings)
    assert await store.commit(Commit(lock, made))
    await store.unlock(lock)


async def test_many_snapshots_are_those_that_are_asked_for_one_by_one(store: Store) -> None:
    await kept(store, "pi5")
    await kept(store, "deck")
    wanted = ["pi5", "never-read", "deck"]

    found = await store.snapshots(wanted)

    assert list(found) == wanted
    assert found == {sku: await store.snapshot(sku) for sku in wanted}
    assert found["never-read"].revision == 0


async def test_a_revision_moves_with_every_commit_and_with_nothing_else(store: Store) -> None:
    await kept(store, "pi5")
    before = await store.revisions(["pi5", "deck"])
    again = await store.revisions(["pi5", "deck"])
    await kept(store, "pi5")

    assert before == again == {"pi5": 1, "deck": 0}
    assert await store.revisions(["pi5", "deck"]) == {"pi5": 2, "deck": 0}


async def test_nothing_is_asked_of_nobody(store: Store) -> None:
    assert await store.snapshots([]) == {}
    assert await store.revisions([]) == {}
