"""What every store promises of old histories."""

from __future__ import annotations

from datetime import timedelta

from alerts.domain.model import Point
from alerts.store.ports import Commit, Store
from tests.store.test_contract import locked
from tests.worlds import IN, START, known, offer, pounds


async def commit(store: Store, *minutes: float) -> list[Point]:
    """One look after another, each with a price of its own."""
    points = []
    for number, minute in enumerate(minutes):
        at = START + timedelta(minutes=minute, microseconds=number)
        point = Point(at=at, vendor="Acme", availability=IN, price=pounds(100 + number))
        lock = await locked(store)
        before = await store.snapshot("pi5")
        after = before.model_copy(update={"scanned_at": at, "listings": (known(offer(IN)),)})
        assert await store.commit(Commit(lock, after, {"acme": point}))
        await store.unlock(lock)
        points.append(point)
    return points


async def test_older_points_are_counted(store: Store) -> None:
    points = await commit(store, 1, 2, 3)

    asked = [("pi5", "acme"), ("pi5", "bolt"), ("other", "acme")]

    assert list(await store.count_points(asked, before=points[2].at)) == [2, 0, 0]
    assert list(await store.count_points(asked, before=points[0].at)) == [0, 0, 0]
    assert list(await store.count_points([], before=points[0].at)) == []


async def test_points_of_these_moments_go_and_no_others(store: Store) -> None:
    points = await commit(store, 1, 2, 3, 4)

    gone = await store.drop_points("pi5", "acme", [points[0].at, points[2].at, START])

    assert gone == 2
    assert await store.history("pi5", "acme", since=None, limit=9) == [points[1], points[3]]
    assert await store.drop_points("pi5", "acme", [points[0].at, points[2].at]) == 0


async def test_the_newest_point_is_never_removed(store: Store) -> None:
    points = await commit(store, 1, 2)

    assert await store.drop_points("pi5", "acme", [each.at for each in points]) == 1
    assert await store.history("pi5", "acme", since=None, limit=9) == [points[1]]
    assert await store.drop_points("pi5", "nothing", [START]) == 0
