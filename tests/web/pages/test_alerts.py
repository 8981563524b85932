"""The guild's alerts: shown with their standing, edited and ended; members' own are theirs."""

from __future__ import annotations

import pytest

from alerts.domain.model import ChangeKind
from alerts.domain.standing import Standing, StandingState
from alerts.domain.wishes import Target, TargetKind
from tests.web.pages.house import House, Visitors, seen
from tests.worlds import MINUTE, START, pounds, subscription


async def test_each_alert_says_what_it_tells_where_how_that_stands_and_what_it_told_last(
    house: House, visitor: Visitors
) -> None:
    await house.store.put_subscription(subscription(below=pounds("450")))
    await house.told(subscription())
    failing = {"state": StandingState.PAUSED, "reason": "it said no", "since": START, "until": START + 90 * MINUTE}
    await house.store.put_standing(Standing(target=Target(id=10), guild=1, **failing))

    page = await visitor.get("/g/1/alerts")

    said = seen(page)
    assert "Back in stock, price drop, pre-order open · below £450.00" in said
    assert "Channel 10 · told last 0 s ago : back in stock at Acme" in said
    assert "Cannot be delivered since 22 Nov 2026, 12:00 UTC: it said no; tried again in 90 min" in said
    assert f'href="/g/1/deliveries/{"d" * 24}"' in page


async def test_without_alerts_the_page_says_where_they_are_made(visitor: Visitors) -> None:
    said = seen(await visitor.get("/g/1/alerts"))

    assert "There is no alert here yet." in said
    assert "/alerts subscribe" in said


async def test_an_alert_is_edited_and_the_change_is_noted(house: House, visitor: Visitors) -> None:
    await house.store.put_subscription(subscription())

    where = await visitor.post("/g/1/alerts/s1", kinds=["price_drop", "new_low"], below="£450", paused="yes")

    assert where == "/g/1/alerts?done=changed"
    kept = await house.store.subscription(1, "s1")
    assert kept
    assert (set(kept.kinds), kept.below, kept.paused) == (
        {ChangeKind.PRICE_DROP, ChangeKind.NEW_LOW}, pounds("450"), True,
    )  # fmt: skip
    what, about, detail, by = (await house.audited())[0]
    assert (what, about, by) == ("alert changed", "Raspberry Pi 5", 7)
    assert detail == "price drop, new lowest price; below — → £450.00; paused"


async def test_a_form_that_is_sent_as_it_was_shown_changes_nothing(house: House, visitor: Visitors) -> None:
    wish = subscription(below={"amount": "1.250", "currency": "KWD"}, cooldown="1h")
    await house.store.put_subscription(wish)

    where = await visitor.post("/g/1/alerts/s1", kinds=[each.value for each in wish.kinds], below="1.250 KWD")

    assert where == "/g/1/alerts?done=same"
    assert await house.store.subscription(1, "s1") == wish


@pytest.mark.parametrize(
    ("fields", "field", "words"),
    [
        ({"kinds": []}, "kinds", "Choose at least one kind"),
        ({"kinds": ["everything"]}, "kinds", "is not one of those in the list"),
        ({"kinds": ["restocked"], "below": "cheap"}, "below", "is not a price"),
        ({"kinds": ["restocked"], "below": "450"}, "below", "names no currency"),
    ],
)
async def test_what_cannot_be_is_said_beside_its_field(
    house: House, visitor: Visitors, fields: dict[str, object], field: str, words: str
) -> None:
    await house.store.put_subscription(subscription())

    page = await visitor.post("/g/1/alerts/s1", status=422, **fields)

    assert f'id="fault-{field}"' in page
    assert words in page
    assert await house.store.subscription(1, "s1") == subscription()


async def test_ending_one_forgets_a_secret_address_that_no_other_alert_uses(house: House, visitor: Visitors) -> None:
    hook = Target(type=TargetKind.WEBHOOK, id=99)
    for name, sku in (("s1", "pi5"), ("s2", "deck")):
        await house.store.put_subscription(subscription(name, sku=sku, target=hook))
    await house.store.put_sealed(1, hook, "sealed")

    await visitor.post("/g/1/alerts/s1/remove")
    assert await house.store.sealed(1, hook) == "sealed"
    await visitor.post("/g/1/alerts/s2/remove")

    assert await house.store.sealed(1, hook) is None
    assert [each[:2] for each in await house.audited()] == [
        ("alert ended", "Steam Deck"), ("alert ended", "Raspberry Pi 5"),
    ]  # fmt: skip


@pytest.mark.parametrize("path", ["", "/remove"])
async def test_another_guilds_alert_and_a_members_own_are_not_there(house: House, visitor: Visitors, path: str) -> None:
    theirs, own = subscription("s2", guild=2), subscription("dm", target=Target(type=TargetKind.DM, id=7))
    await house.store.put_subscription(theirs)
    await house.store.put_subscription(own)

    for name in ("s2", "dm", "no-such"):
        await visitor.post(f"/g/1/alerts/{name}{path}", status=404, kinds=["restocked"])
        if not path:
            await visitor.get(f"/g/1/alerts/{name}", status=404)
    assert "Direct messages" not in await visitor.get("/g/1/alerts")
    assert await house.store.subscription(2, "s2") == theirs
    assert await house.store.subscription(1, "dm") == own
