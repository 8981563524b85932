"""A product's page: offers, the chart's data, the same in a table, and whether it is a good price."""

from __future__ import annotations

import re
from datetime import timedelta

import orjson
import pytest

from alerts.domain.stats import Stretch
from alerts.domain.wishes import Target, TargetKind
from bot.web.dashboard.product import in_stock
from tests.web.pages.house import House, Visitors, listed, seen
from tests.worlds import OUT, START, failure, known, offer, pounds, subscription


async def test_the_chart_gets_each_vendors_steps_and_the_table_says_the_same(house: House, visitor: Visitors) -> None:
    await house.read("pi5", listed(offer(OUT, "90")), listed(offer(), "Bolt"))
    await house.clock.advance(3600)
    await house.read("pi5", listed(offer(price="76.80")), listed(offer(OUT), "Bolt"))

    drawn = orjson.loads(await visitor.get("/g/1/p/pi5/points.json?days=7"))
    said = seen(await visitor.get("/g/1/p/pi5?days=7"))

    first, second = (round((START + timedelta(hours=n)).timestamp() * 1000) for n in (0, 1))
    assert (drawn["start"], drawn["end"], drawn["currency"]) == (first, second, "GBP")
    assert {each["vendor"]: each["steps"] for each in drawn["tracks"]} == {
        "Acme": [[first, 90.0, "out", 0], [second, 76.8, "in", 1]],
        "Bolt": [[first, 100.0, "in", 1], [second, 100.0, "out", 0]],
    }
    assert "22 Nov 2026, 13:00 UTC Acme In stock £76.80" in said
    assert "22 Nov 2026, 12:00 UTC Bolt In stock £100.00" in said


async def test_it_says_whether_the_price_is_a_good_one_and_what_that_rests_on(house: House, visitor: Visitors) -> None:
    await house.read("pi5", listed(offer(price="100")))
    await house.clock.advance(9 * 86400)
    await house.read("pi5", listed(offer(price="80")))
    await house.clock.advance(86400)

    said = seen(await visitor.get("/g/1/p/pi5"))

    assert "Is it a good price? £80.00 now is a great price: it cost as much or more in 100% of the 10 d" in said
    assert "Lowest £80.00 Median £100.00 Highest £100.00" in said


async def test_what_was_never_read_has_no_chart_and_says_so(visitor: Visitors) -> None:
    page = await visitor.get("/g/1/p/deck")

    assert "No shop was looked at yet." in page
    assert "It was never seen in stock." in page
    assert "<canvas" not in page
    assert "chart-library" not in page


async def test_a_shop_that_could_not_be_read_says_so_beside_what_was_known(house: House, visitor: Visitors) -> None:
    await house.read("pi5", listed(offer(), failure=failure()))

    assert "In stock the shop blocked us £100.00" in seen(await visitor.get("/g/1/p/pi5"))


@pytest.mark.parametrize("days", ["2", "", "x", "-1", "1e3", "all%00"])
async def test_a_range_that_is_not_linked_is_refused(visitor: Visitors, days: str) -> None:
    await visitor.get(f"/g/1/p/pi5?days={days}", status=422)
    await visitor.get(f"/g/1/p/pi5/points.json?days={days}", status=422)


@pytest.mark.parametrize("days", ["1", "7", "30", "90", "all"])
async def test_each_range_is_linked_and_marked(house: House, visitor: Visitors, days: str) -> None:
    await house.read("pi5", listed(offer()))

    page = await visitor.get(f"/g/1/p/pi5?days={days}")

    assert re.findall(r'\?days=(\w+)" aria-current="true"', page) == [days]


async def test_what_another_guild_has_added_by_its_address_is_not_there(house: House, visitor: Visitors) -> None:
    added = house.products.proposed("https://secret.test/p/1", name="Theirs", at=START)
    theirs = await house.products.add(added)
    await house.watch(theirs.sku, guild=2)

    await visitor.get(f"/g/2/p/{theirs.sku}")
    for path in ("", "/points.json", "/why"):
        await visitor.get(f"/g/1/p/{theirs.sku}{path}", status=404)
        await visitor.get(f"/g/1/p/no-such{path}", status=404)


async def test_another_guilds_living_alert_and_a_members_own_are_not_shown(house: House, visitor: Visitors) -> None:
    own = subscription("dm", target=Target(type=TargetKind.DM, id=7))
    await house.store.put_subscription(own)
    await house.read("pi5", listed(offer()))

    assert "Living alerts" not in await visitor.get("/g/1/p/pi5")


async def test_why_it_was_quiet_is_told_of_this_guild(house: House, visitor: Visitors) -> None:
    await house.watch()
    await house.read("pi5", known(offer()))

    assert "Nobody here subscribed to it" in seen(await visitor.get("/g/1/p/pi5/why"))


def test_times_in_stock_are_put_together_over_changes_of_the_price() -> None:
    def stretch(start: int, end: int, price: str | None) -> Stretch:
        at = [START + timedelta(hours=n) for n in (start, end)]
        money = pounds(price) if price else None
        return Stretch(at[0], at[1], is_known=True, is_in_stock=price is not None, is_restock=False, price=money)

    a, b, gap, c = stretch(0, 1, "9"), stretch(1, 2, "8"), stretch(2, 3, None), stretch(3, 4, "7")

    assert in_stock([a, b, gap, c]) == [(c, c), (a, b)]
    assert in_stock([gap]) == in_stock([]) == []
