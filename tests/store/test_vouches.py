"""A vouch is kept with the snapshot that it was committed with, and with no other."""

from __future__ import annotations

from datetime import timedelta

from alerts.domain.model import Snapshot
from alerts.domain.vouch import Vouch
from alerts.store.ports import Commit, ScanHold, Store
from tests.worlds import START, known, offer

VOUCH = Vouch("https://acme.test/pi5", 'W/"1"', "r" * 24, START + timedelta(microseconds=7), START)


async def held(store: Store) -> ScanHold:
    found = await store.hold_scan("pi5", [], ttl=timedelta(minutes=1))
    if found.lock:
        await store.unlock(found.lock)
    return found


async def keep(store: Store, *vendors: str, vouches: dict[str, Vouch]) -> bool:
    hold = await store.hold_scan("pi5", [], ttl=timedelta(minutes=1))
    assert hold.lock
    listings = tuple(known(offer(), vendor=vendor) for vendor in vendors)
    snapshot = Snapshot(sku="pi5", revision=hold.snapshot.revision, scanned_at=START, listings=listings)
    return await store.commit(Commit(hold.lock, snapshot, vouches=vouches, is_last=True))


async def test_what_was_vouched_for_is_handed_out_with_the_next_lock(store: Store) -> None:
    assert not (await held(store)).vouches

    assert await keep(store, "Acme", "Bolt", vouches={"acme": VOUCH})

    found = await held(store)
    assert found.vouches == {"acme": VOUCH}
    assert [each.listing for each in found.snapshot.listings] == ["acme", "bolt"]
    assert await store.snapshot("pi5") == found.snapshot


async def test_what_the_next_look_does_not_vouch_for_is_vouched_for_no_longer(store: Store) -> None:
    await keep(store, "Acme", "Bolt", vouches={"acme": VOUCH, "bolt": VOUCH})
    await keep(store, "Acme", "Bolt", vouches={"bolt": VOUCH})
    assert set((await held(store)).vouches) == {"bolt"}

    await keep(store, "Acme", vouches={})
    assert not (await held(store)).vouches
