"""What is made once says the same as what is made each time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import orjson
from hypothesis import given
from hypothesis import strategies as st

from alerts.domain.model import Availability, Condition, Point, PriceKind, Snapshot
from alerts.domain.money import Money
from alerts.scan import Answer, Source
from bot.public import point_as_public, points_as_public, scan_as_public, stored_point_as_public
from bot.web.api.rendered import RenderedScans, rendered_history
from tests.worlds import START, failure, known, offer, product

YEARS = [datetime.fromisoformat(f"{year}-01-01") for year in (2000, 2100)]
ZONES = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes))) | st.just(UTC)
PRICES = st.builds(
    lambda cents, places, currency: Money.of(Decimal(cents).scaleb(-places), currency),
    st.integers(0, 10**9), st.integers(0, 4), st.sampled_from(["GBP", "JPY", "KWD"]),
)  # fmt: skip
POINTS = st.builds(
    Point,
    at=st.datetimes(YEARS[0], YEARS[1], timezones=ZONES),
    vendor=st.text(max_size=20),
    availability=st.sampled_from(Availability),
    price=st.none() | PRICES,
    price_kind=st.sampled_from(PriceKind),
    condition=st.sampled_from(Condition),
    online=st.sampled_from([None, True, False]),
)


@given(POINTS)
def test_a_point_as_it_is_stored_is_said_as_the_point_itself_is(point: Point) -> None:
    assert stored_point_as_public(point.model_dump_json(exclude_defaults=True)) == (point.at, point_as_public(point))


@given(st.lists(POINTS, max_size=12, unique_by=lambda point: point.at), st.integers(1, 12))
def test_a_history_from_texts_is_the_history_from_points_newest_first(points: list[Point], limit: int) -> None:
    one, texts = product("Acme"), [point.model_dump_json(exclude_defaults=True) for point in points]
    newest = sorted(points, key=lambda point: point.at, reverse=True)[:limit]

    assert rendered_history(one, texts, limit=limit) == orjson.dumps(points_as_public(one, newest))
    assert rendered_history(one, texts, limit=limit) == orjson.dumps(points_as_public(one, newest))  # as it is kept


def _snapshot(revision: int, price: str, *, fails: bool = False) -> Snapshot:
    found = known(offer(price=price))
    return Snapshot(
        sku="pi5",
        revision=revision,
        scanned_at=START,
        listings=(found.model_copy(update={"failure": failure()}) if fails else found,),
    )


SNAPSHOTS = [_snapshot(1, "100"), _snapshot(2, "90"), _snapshot(2, "90", fails=True)]


@given(st.lists(st.tuples(st.sampled_from(SNAPSHOTS), st.sampled_from(Source), st.integers(0, 9999)), max_size=12))
def test_a_scan_that_is_kept_is_said_as_it_is_now(asked: list[tuple[Snapshot, Source, int]]) -> None:
    rendered, one = RenderedScans(), product("Acme")
    for snapshot, source, seconds in asked:
        answer, now = Answer(one, snapshot, source), START + timedelta(seconds=seconds)

        assert rendered(answer, now) == orjson.dumps(scan_as_public(answer, now))


def test_no_more_products_are_kept_than_there_is_room_for() -> None:
    rendered = RenderedScans(size=2)
    for n in range(5):
        one = product("Acme", sku=f"p{n}")
        rendered(Answer(one, SNAPSHOTS[0], Source.CACHED), START)

    assert len(rendered._kept) == 2
