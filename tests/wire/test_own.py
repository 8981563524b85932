"""A member's own alert, in the whole program: the button under an alert of the server, the form, the direct message,
a change of it, and nothing left of them in the end."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from alerts.store.embedded import Embedded
from alerts.store.redis.store import RedisStore
from bot.playground.play import Grounds, playground
from tests.store.dumps import naming
from tests.wire.running import bot
from tests.wire.test_restock import JETSON, NIMBUS, ask, subscribe

pytestmark = [pytest.mark.wire, pytest.mark.valkey]


@pytest.fixture
async def grounds(tmp_path: Path) -> AsyncIterator[Grounds]:
    async with playground(port=0, data_dir=tmp_path) as found:
        yield found


def labels(message: dict[str, Any]) -> list[str]:
    return [item["label"] for row in message["components"] for item in row["components"]]


def custom_id(message: dict[str, Any], label: str) -> str:
    items = [item for row in message["components"] for item in row["components"]]
    return str(next(item["custom_id"] for item in items if label in item["label"]))


async def press(grounds: Grounds, message: dict[str, Any], label: str) -> dict[str, Any]:
    run = await grounds.discord.press("member", message, custom_id(message, label))
    return await run.answered(10)


async def alerted(grounds: Grounds, price: str = "199.00") -> dict[str, Any]:
    grounds.shop.set(JETSON, NIMBUS, price=price, availability="in_stock")
    return await grounds.discord.message_in("deals", 15)


async def own_alert(grounds: Grounds, message: dict[str, Any], **filled: object) -> dict[str, Any]:
    form = await grounds.discord.press("member", message, custom_id(message, "Alert me"))
    run = await grounds.discord.submit_modal(form, {"price": "", "kinds": ["restocked", "price_drop"], **filled})
    return await run.answered(10)


async def test_the_button_under_an_alert_leads_to_a_direct_message_that_lives(grounds: Grounds) -> None:
    world = grounds.discord.world
    async with bot(grounds):
        await subscribe(grounds)
        shown = await alerted(grounds)
        assert labels(shown) == ["Alert me"]
        made = await own_alert(grounds, shown, price="190", kinds=["price_drop"])
        assert "below £190.00" in str(made["content"])
        dm = world.open_dm("member")
        hello = await grounds.discord.message_in(dm, 10, lambda m: "Hello!" in m["content"])
        grounds.shop.set(JETSON, NIMBUS, price="149.00")
        told = await grounds.discord.message_in(dm, 15, lambda m: m["id"] != hello["id"])
        assert "£149.00" in str(told["embeds"])
        assert labels(told) == ["Change this alert", "Remove"]
        grounds.shop.set(JETSON, NIMBUS, price="149.00", availability="out_of_stock")
        closed = await grounds.discord.message_in(dm, 15, lambda m: "Sold out after" in str(m["embeds"]))
        assert closed["id"] == told["id"]
        assert labels(closed) == labels(told)
        living = await grounds.discord.message_in("deals", 15, lambda m: "Sold out after" in str(m["embeds"]))
        assert labels(living) == ["Alert me"]
        ended = await press(grounds, closed, "Remove")

    assert "no longer write to you" in str(ended["content"])


async def test_a_button_is_answered_after_a_restart(grounds: Grounds) -> None:
    async with bot(grounds):
        await subscribe(grounds)
        shown = await alerted(grounds)
    async with bot(grounds):
        made = await own_alert(grounds, shown)

    assert "I write to you when" in str(made["content"])


async def test_closed_messages_are_said_and_nothing_is_left_of_who_deletes_themself(grounds: Grounds) -> None:
    world = grounds.discord.world
    async with bot(grounds) as settings:
        await subscribe(grounds)
        shown = await alerted(grounds)
        fault = grounds.discord.faults.add(
            "POST", f"/channels/{world.open_dm('member').id}/messages", status=403, code=50007, times=99
        )
        made = await own_alert(grounds, shown)
        assert "Allow direct messages" in str(made["content"])
        assert "Try again" in labels(made)
        fault.times = 0
        asked = await ask(grounds, "member", "general", "me delete")
        done = await press(grounds, asked, "Yes, delete everything")
        assert "I keep nothing about you" in str(done["content"])
        async with RedisStore(Embedded(settings.store.data_dir).url) as store:
            left = await naming(store, int(world.user("member").id))

    assert left == ["hs:{out}:erasures"]
