"""The guild's webhooks, by forms."""

from __future__ import annotations

import re

import pytest

from alerts.domain.model import ChangeKind
from alerts.domain.webhooks import Answer, HookAttempt, HookDeliveryState, HookState, Webhook
from tests.web.pages.house import House, Visitors, seen
from tests.webhooks.world import URL
from tests.worlds import MINUTE


async def made(house: House, guild: int = 1) -> Webhook:
    return (await house.parts.webhooks.add(guild, URL, by=7)).webhook


async def test_one_is_added_challenged_and_its_secret_shown_once(house: House, visitor: Visitors) -> None:
    await house.watch()

    page = await visitor.post("/g/1/webhooks", status=200, url=URL, kinds=["restocked"], skus=["pi5"])

    secret = re.search(r"whsec_[\w+/=]+", page)
    assert secret
    kept = (await house.parts.webhooks.list(1))[0]
    assert (kept.state, kept.kinds, kept.skus) == (HookState.ACTIVE, (ChangeKind.RESTOCKED,), ("pi5",))
    for path in ("/g/1/webhooks", f"/g/1/webhooks/{kept.id}"):
        again = await visitor.get(path)
        assert "https://hooks.test/…" in again
        assert secret[0] not in again
        assert "canary" not in again
    assert await house.audited() == [("webhook added", f"https://hooks.test/… ({kept.id})", "", 7)]


async def test_one_that_does_not_answer_says_so_and_is_enabled_once_it_does(house: House, visitor: Visitors) -> None:
    house.programs.say[URL] = Answer("500", 500)
    page = await visitor.post("/g/1/webhooks", status=200, url=URL)
    assert "It is not active: its address did not take the challenge (500)." in seen(page)
    hook = (await house.parts.webhooks.list(1))[0]
    where = f"/g/1/webhooks/{hook.id}"

    assert "stays unverified" in await visitor.post(f"{where}/enable", status=422)
    assert "enable it first" in await visitor.post(f"{where}/test", status=422)
    del house.programs.say[URL]
    assert await visitor.post(f"{where}/enable") == f"{where}?done=enabled"

    assert (await house.parts.webhooks.get(1, hook.id)).is_active


@pytest.mark.parametrize(
    ("fields", "field", "words"),
    [
        ({"url": ""}, "url", "Write the address of your program"),
        ({"url": "http://plain.test/"}, "url", "A webhook&#39;s address starts with https"),
        ({"url": URL, "skus": ["deck"]}, "url", "This server does not watch"),
        ({"url": URL, "kinds": ["everything"]}, "kinds", "is not one of those"),
    ],
)
async def test_what_cannot_be_is_said_beside_its_field(
    house: House, visitor: Visitors, fields: dict[str, object], field: str, words: str
) -> None:
    page = await visitor.post("/g/1/webhooks", status=422, **fields)

    assert f'id="fault-{field}"' in page
    assert words in page
    assert await house.parts.webhooks.list(1) == []


async def test_a_test_is_queued_and_what_was_given_up_is_sent_again(house: House, visitor: Visitors) -> None:
    hook = await made(house)
    where, now = f"/g/1/webhooks/{hook.id}", house.clock.now()
    assert "Nothing was sent there yet." in await visitor.get(where)
    assert await visitor.post(f"{where}/redrive") == f"{where}?done=nothing"
    assert await visitor.post(f"{where}/test") == f"{where}?done=tested"
    [claim] = await house.store.claim_hooks(now, limit=9, lease=MINUTE)
    gone = claim.delivery.model_copy(update={"state": HookDeliveryState.GIVEN_UP, "attempts": 8, "status": "500"})
    line = HookAttempt(at=now, delivery=gone.id, type=gone.type, attempt=8, status="500 <b>", took_ms=42)
    await house.store.finish_hook(gone, line, now)

    page = await visitor.get(where)
    assert "webhook.test" in seen(page)
    assert "500 &lt;b&gt;" in page
    assert "Send again what was given up (1)" in seen(page)
    await visitor.post(f"{where}/redrive", status=404, delivery="msg_of-nobody")
    assert await visitor.post(f"{where}/redrive", delivery=gone.id) == f"{where}?done=redriven"

    assert await house.parts.webhooks.given_up(1, hook.id) == []
    assert (await house.audited())[0] == ("webhook's messages sent again", hook.id, "1", 7)


async def test_a_new_secret_is_shown_once_and_noted(house: House, visitor: Visitors) -> None:
    hook = await made(house)

    page = await visitor.post(f"/g/1/webhooks/{hook.id}/secret", status=200)

    assert re.search(r"whsec_[\w+/=]+", page)
    assert "For a day the old one signs, too." in seen(page)
    assert (await house.audited())[0][0] == "webhook's secret replaced"


async def test_one_is_removed_with_all_that_is_its(house: House, visitor: Visitors) -> None:
    hook = await made(house)

    assert await visitor.post(f"/g/1/webhooks/{hook.id}/remove") == "/g/1/webhooks?done=removed"

    assert await house.parts.webhooks.list(1) == []
    assert "There is none yet." in await visitor.get("/g/1/webhooks")


@pytest.mark.parametrize("act", ["enable", "test", "redrive", "secret", "remove"])
async def test_another_guilds_webhook_is_not_there(house: House, visitor: Visitors, act: str) -> None:
    hook = await made(house, guild=2)

    await visitor.post(f"/g/1/webhooks/{hook.id}/{act}", status=404)
    await visitor.get(f"/g/1/webhooks/{hook.id}", status=404)

    assert await house.parts.webhooks.list(2) == [hook]
    assert "hooks.test" not in await visitor.get("/g/1/webhooks")
