"""The watchlist's forms: what they change, what they refuse in words, and what is noted."""

from __future__ import annotations

import re

import pytest

from alerts.domain.model import FailureReason, Tier
from tests.web.pages.house import House, Visitors, seen
from tests.worlds import failure, offer, subscription


async def watched(house: House, guild: int = 1) -> dict[str, tuple[Tier | None, bool, str | None]]:
    return {each.sku: (each.tier, each.paused, each.name) for each in await house.store.watches(guild)}


async def test_a_known_product_is_watched_at_once_and_noted(house: House, visitor: Visitors) -> None:
    where = await visitor.post("/g/1/watchlist", product="raspberry", name="Our Pi", tier="cold")

    assert where == "/g/1/watchlist?done=added"
    assert "Added." in seen(await visitor.get(where))
    assert await watched(house) == {"pi5": (Tier.COLD, False, "Our Pi")}
    assert await house.audited() == [("watch added", "Our Pi", "", 7)]


async def test_the_same_again_changes_nothing(house: House, visitor: Visitors) -> None:
    await house.watch()

    assert await visitor.post("/g/1/watchlist", product="pi5") == "/g/1/watchlist?done=known"
    assert await house.audited() == []


async def test_a_new_address_is_kept_only_once_it_is_confirmed(house: House, visitor: Visitors) -> None:
    house.shops.vendors["new.test"] = offer(price="12", name="A thing")
    page = await visitor.post("/g/1/watchlist", status=200, product="https://new.test/thing")
    assert "Is this what you mean? A thing In stock £12.00 new.test" in seen(page)
    assert await watched(house) == {}
    proposal = re.search(r'name="proposal" value="([^"]+)"', page)
    assert proposal

    await visitor.post("/g/1/proposals/keep", proposal=proposal[1])

    assert len(await watched(house)) == 1
    assert (await house.audited())[0][:2] == ("watch added", "A thing")
    page = await visitor.post("/g/1/proposals/keep", status=422, proposal=proposal[1])
    assert "That has expired: enter the address once more." in page


async def test_a_proposal_is_its_askers_and_its_guilds_alone(house: House, visitor: Visitors) -> None:
    house.shops.vendors["new.test"] = offer()
    page = await visitor.post("/g/1/watchlist", status=200, product="https://new.test/thing")
    proposal = re.search(r'name="proposal" value="([^"]+)"', page)
    assert proposal

    await visitor.post("/g/2/proposals/keep", status=422, proposal=proposal[1])
    await visitor.post("/g/1/proposals/drop", proposal=proposal[1])
    assert await watched(house) == await watched(house, 2) == {}


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"product": ""}, "Write a product&#39;s name"),
        ({"product": "toaster"}, "No product is called"),
        ({"product": "ftp://x.test/p"}, "No product is called"),
        ({"product": "https://"}, ""),
        ({"product": "pi5", "tier": "boiling"}, "Is not one of those in the list."),
        ({"product": "https://walled.test/p"}, "I cannot watch that page"),
    ],
)
async def test_what_cannot_be_is_said_beside_its_field_and_what_was_typed_stays(
    house: House, visitor: Visitors, fields: dict[str, str], words: str
) -> None:
    house.shops.vendors["walled.test"] = failure(FailureReason.UNREADABLE)

    page = await visitor.post("/g/1/watchlist", status=422, name="typed before", **fields)

    assert words in page
    assert re.search(r'id="fault-(product|tier)"', page)
    assert 'aria-invalid="true"' in page
    assert 'value="typed before"' in page
    assert await watched(house) == {}


async def test_a_watch_is_paused_goes_on_and_is_looked_at_more_often(house: House, visitor: Visitors) -> None:
    await house.watch()

    assert await visitor.post("/g/1/watchlist/pi5", paused="yes") == "/g/1/watchlist?done=paused"
    assert "Paused" in seen(await visitor.get("/g/1/watchlist"))
    assert await visitor.post("/g/1/watchlist/pi5", paused="no") == "/g/1/watchlist?done=resumed"
    assert await visitor.post("/g/1/watchlist/pi5", tier="frozen") == "/g/1/watchlist?done=changed"
    assert await visitor.post("/g/1/watchlist/pi5", tier="frozen") == "/g/1/watchlist?done=same"

    assert await watched(house) == {"pi5": (Tier.FROZEN, False, None)}
    assert [each[0] for each in await house.audited()] == ["watch's tier changed", "watch resumed", "watch paused"]


async def test_what_an_alert_needs_stays_watched_and_the_page_says_why(house: House, visitor: Visitors) -> None:
    await house.watch()
    await house.store.put_subscription(subscription())

    page = await visitor.post("/g/1/watchlist/pi5/remove", status=422)

    assert "Alerts need it: end them on the page Alerts first." in page
    await house.store.remove_subscription(1, "s1")
    await visitor.post("/g/1/watchlist/pi5/remove")
    assert await watched(house) == {}


@pytest.mark.parametrize("path", ["pi5", "pi5/remove", "no-such", "Raspberry%20Pi%205"])
async def test_what_only_another_guild_watches_cannot_be_changed_from_here(
    house: House, visitor: Visitors, path: str
) -> None:
    await house.watch(guild=2)

    await visitor.post(f"/g/1/watchlist/{path}", status=404, paused="yes")

    assert await watched(house, 2) == {"pi5": (None, False, None)}


PATHS = [
    "watchlist", "proposals/keep", "proposals/drop", "watchlist/pi5", "watchlist/pi5/remove", "alerts/s1",
    "alerts/s1/remove", "settings", "keys", "keys/abcdefgh/rotate", "keys/abcdefgh/revoke", "webhooks",
    "webhooks/w/enable", "webhooks/w/test", "webhooks/w/redrive", "webhooks/w/secret", "webhooks/w/remove",
]  # fmt: skip


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("csrf", ["", "another-sessions"])
async def test_no_form_does_anything_without_its_token(house: House, visitor: Visitors, path: str, csrf: str) -> None:
    await house.watch()
    await house.store.put_subscription(subscription())

    await visitor.post(f"/g/1/{path}", status=403, csrf=csrf, product="deck", name="x", paused="yes", language="de")

    assert await watched(house) == {"pi5": (None, False, None)}
    assert await house.store.subscription(1, "s1") == subscription()
    assert await house.audited() == []
