"""/me export and /me delete, /privacy: what is kept of a person is theirs."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
from simcord import InteractionResult

from alerts.domain.errors import BadInput
from alerts.domain.wishes import space_of
from alerts.me import SECOND_LOOK
from tests.sim.test_own import _answers_have_a_text, ask, deliver, dms, own_of, restocks
from tests.sim.world import World, shown
from tests.store.dumps import naming

__all__ = ["_answers_have_a_text"]


async def exported(answer: InteractionResult) -> dict[str, Any]:
    assert answer.response
    (file,) = answer.response.attachments
    assert file.filename == "hardware-sentry.json"
    found: dict[str, Any] = orjson.loads(await file.read())
    return found


async def test_the_export_holds_everything_of_the_asker_and_nothing_of_others(world: World) -> None:
    await ask(world, world.member, price="500 GBP")
    await ask(world, world.admin)
    await world.admin.slash(world.channel, "watch add", product="deck")
    await world.parts.own.snooze(world.admin.id, None)
    await restocks(world)
    await deliver(world)

    answer = await world.member.slash(world.channel, "me export")
    mine = await exported(answer)

    assert answer.ephemeral
    assert mine["user"] == str(world.member.id)
    assert [each["sku"] for each in mine["own_alerts"]] == ["pi5"]
    assert mine["own_alerts"][0]["remembered"]["told"]
    assert mine["messages"][0]["state"] == "sent"
    assert mine["log_of_14_days"]
    assert mine["servers"] == []
    assert str(world.admin.id) not in str(mine)
    theirs = await exported(await world.admin.slash(world.channel, "me export"))
    assert [each["sku"] for each in theirs["servers"][0]["watches_you_added"]] == ["deck"]


async def test_the_export_of_a_stranger_is_an_empty_file(world: World) -> None:
    mine = await exported(await world.member.slash(world.channel, "me export"))

    assert (mine["own_alerts"], mine["messages"], mine["servers"]) == ([], [], [])


async def test_deleting_asks_first_and_then_leaves_nothing(world: World) -> None:
    await ask(world, world.member, price="500 GBP")
    await restocks(world)
    await deliver(world)
    await world.parts.watches.add(world.guild.id, world.parts.products.find("deck"), by=world.member.id)
    assert await naming(world.store, world.member.id)

    asked = await world.member.slash(world.channel, "me delete")
    assert asked.ephemeral
    assert len(await own_of(world, world.member)) == 1
    done = await world.member.click(asked.response, label="Yes, delete everything")

    assert "I keep nothing about you" in shown(done)
    assert await naming(world.store, world.member.id) == ["_erasures"]
    assert [each.added_by for each in await world.store.watches(world.guild.id)] == [0]
    await world.pass_time(SECOND_LOOK.total_seconds() + 1)
    await world.parts.me.sweep()
    assert await naming(world.store, world.member.id) == []


async def test_whoever_was_forgotten_hears_nothing_any_more_and_may_begin_anew(world: World) -> None:
    await ask(world, world.member)
    asked = await world.member.slash(world.channel, "me delete")
    await world.member.click(asked.response, label="Yes, delete everything")
    heard = len(dms(world, world.member))
    await restocks(world)
    await deliver(world)
    assert len(dms(world, world.member)) == heard

    early = await ask(world, world.member)
    assert "still forgetting you" in shown(early)
    await world.pass_time(SECOND_LOOK.total_seconds() + 1)
    await world.parts.me.sweep()

    await ask(world, world.member)
    assert len(await own_of(world, world.member)) == 1


async def test_deleting_reaches_every_server_and_no_other_person(world: World) -> None:
    await ask(world, world.admin)
    audit = world.bot.client.audit
    assert audit
    for guild in (world.guild.id, 5):
        await audit.note(guild, world.member.id, "alert added")
        await audit.note(guild, world.admin.id, "alert removed")

    await world.parts.me.forget(world.member.id)

    for guild in (world.guild.id, 5):
        removed, added = [row.entry for row in (await audit.entries(guild, 9)).rows]
        assert (removed.by, added.by) == (world.admin.id, None)
        assert added.alias.startswith("gone-")
    assert len(await own_of(world, world.admin)) == 1


async def test_deleting_twice_and_as_a_stranger_does_no_harm(world: World) -> None:
    for _ in range(2):
        asked = await world.member.slash(world.channel, "me delete")
        done = await world.member.click(asked.response, label="Yes, delete everything")
        assert "I keep nothing about you" in shown(done)


async def test_a_press_in_a_message_of_others_concerns_the_presser_alone(world: World) -> None:
    await ask(world, world.member)

    await world.parts.me.forget(world.admin.id)

    assert len(await own_of(world, world.member)) == 1
    with pytest.raises(BadInput):
        await world.parts.own.add(world.admin.id, world.parts.products.find("pi5"), kinds=())
    assert await world.store.subscriptions(space_of(world.admin.id)) == []


async def test_privacy_says_what_is_kept_and_has_the_buttons(world: World) -> None:
    answer = await world.member.slash(world.channel, "privacy")

    assert answer.ephemeral
    assert "What I keep, and why" in shown(answer)
    assert (await exported(await world.member.click(answer.response, label="Export my data")))["user"]
    asked = await world.member.click(answer.response, label="Delete my data")
    assert "This cannot be undone" in shown(asked)


async def test_privacy_and_me_work_in_a_direct_message_without_keeping_anything(world: World) -> None:
    privacy = await world.member.user.slash("privacy")
    listed = await world.member.user.slash("me alerts")
    mine = await exported(await world.member.user.slash("me export"))

    assert "What I keep" in shown(privacy)
    assert "press **Alert me**" in shown(listed)
    assert mine["own_alerts"] == []
    assert await naming(world.store, world.member.id) == []
