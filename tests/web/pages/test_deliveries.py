"""What was told or not, with why; and how well the vendors can be read."""

from __future__ import annotations

import re

import pytest

from alerts.domain.trail import Step, noted
from alerts.store.promises.tallies import Batch, Counts, Slot, Span
from tests.web.pages.house import House, Visitors, seen
from tests.worlds import MINUTE, START, subscription


async def test_what_was_sent_and_what_was_not_are_told_apart_each_with_its_why(house: House, visitor: Visitors) -> None:
    await house.watch()
    await house.told(subscription())
    await house.clock.advance(60)
    await house.told(subscription("s2", channel=11), None)

    page = await visitor.get("/g/1/deliveries")
    sent, silent = await visitor.get("/g/1/deliveries?show=sent"), await visitor.get("/g/1/deliveries?show=suppressed")

    assert f"/g/1/deliveries/{'d' * 24}" in page
    assert "/g/1/p/pi5/why" in page
    assert ("Sent" in seen(sent).split("Became")[1], "Not told" in seen(sent).split("Became")[1]) == (True, False)
    assert ("in the channel" in seen(silent), "by the rules" in seen(silent)) == (False, True)


async def test_the_way_of_a_message_is_told_stage_by_stage(house: House, visitor: Visitors) -> None:
    await house.told(subscription())

    said = seen(await visitor.get(f"/g/1/deliveries/{'d' * 24}"))

    order = [said.index(word) for word in ("Read 22", "Confirmed 22", "Compared 22", "Matched 22", "Sent 22")]
    assert order == sorted(order)
    assert "two parts of the page agree" in said


async def test_another_guilds_message_is_not_there(house: House, visitor: Visitors) -> None:
    await house.told(subscription(guild=2))

    await visitor.get(f"/g/1/deliveries/{'d' * 24}", status=404)
    await visitor.get("/g/1/deliveries/no-such", status=404)
    assert "nothing of that kind" in await visitor.get("/g/1/deliveries")


@pytest.mark.parametrize("show", ["all", "sent", "held", "suppressed", "lost", "made-up", ""])
async def test_an_empty_list_says_so_whatever_is_asked_for(visitor: Visitors, show: str) -> None:
    assert "nothing of that kind" in await visitor.get(f"/g/1/deliveries?show={show}")


async def test_of_very_many_the_newest_are_shown_and_the_rest_counted(house: House, visitor: Visitors) -> None:
    news = await house.told(subscription())
    wish = subscription()
    more = [noted(news, wish, Step.SENT, "", START + n * MINUTE, delivery_id=f"{'e' * 20}{n:04}") for n in range(120)]
    await house.store.note_stages(more)

    assert "21 older ones are not shown." in await visitor.get("/g/1/deliveries?show=sent")


async def test_vendors_are_shown_the_worst_first_with_what_their_looks_took(house: House, visitor: Visitors) -> None:
    await house.watch()
    await house.store.looked("Acme", START, failed=False)
    for _ in range(6):
        await house.store.looked("Bolt", START, failed=True, reason="blocked")
    tallied = Counts({"looks": 9, "failed": 1, "ms": 1000, "b|20": 10}, {"min": 80}, {"max": 120})
    day = START.replace(hour=0, minute=0)
    counts = {Slot(Span.DAY, day, "Acme"): tallied, Slot(Span.DAY, day): Counts({"v|Acme": 10})}
    await house.store.add_tallies(Batch("b1", day.date(), counts))

    said = seen(await visitor.get("/g/1/vendors"))

    assert said.index("Bolt Cannot be read") < said.index("Acme Fine")
    assert "6 in a row: the shop blocked us" in said
    assert re.search(r"Acme Fine .* 10 10% \d+ ms \d+ ms", said)
    assert "10 looks at the shops of what is watched here, 10% of them failed." in said


async def test_vendors_of_a_guild_without_looks_have_no_figures(visitor: Visitors) -> None:
    assert "Acme Not read yet — — — —" in seen(await visitor.get("/g/1/vendors?days=made-up"))
