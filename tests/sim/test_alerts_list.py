"""/alerts list, unsubscribe, and the buttons of an alert; whose alerts they are."""

from __future__ import annotations

from datetime import timedelta

import pytest

from alerts.audit import Audit
from alerts.domain.wishes import Target, TargetKind
from tests.sim.alerting import ask, last, mine, off, press, subscribe, the_one
from tests.sim.world import World, neighbours, shown


async def test_an_end_is_undone_within_minutes(world: World) -> None:
    await subscribe(world)
    made = await the_one(world)
    ended = await world.admin.slash(world.channel, "alerts unsubscribe", alert=made.id)
    gone, said = await mine(world), shown(ended)
    await press(world, ended, "Undo")

    assert "no longer hears of **Raspberry Pi 5**" in said
    assert gone == []
    assert "The alert is back." in shown(ended)
    assert await mine(world) == [made]


async def test_later_it_is_too_late_to_undo(world: World) -> None:
    await subscribe(world)
    ended = await world.admin.slash(world.channel, "alerts unsubscribe", alert=(await the_one(world)).id)
    await world.pass_time(601)
    answer = await press(world, ended, "Undo")

    assert "too late" in shown(answer)
    assert await mine(world) == []


async def test_somebody_elses_alert_and_an_unknown_one_look_the_same(world: World) -> None:
    await subscribe(world)
    made = await the_one(world)
    _, theirs, admin, _ = neighbours(world.env, "There")
    await world.env.settle()
    answers = [
        shown(await admin.slash(theirs, f"alerts {name}", alert=alert, **more))
        for alert in (made.id, "nonesuch")
        for name, more in COMMANDS.items()
    ]

    assert len(set(answers)) == 1
    assert "There is no such alert here" in answers[0]
    assert await mine(world) == [made]


COMMANDS: dict[str, dict[str, object]] = {
    "unsubscribe": {}, "edit": {}, "test": {}, "quiet-hours": {"from": "22:00", "to": "07:00"},
    "digest": {"every": "hourly"}, "snooze": {"duration": "1h"},
}  # fmt: skip


@pytest.mark.parametrize("name", COMMANDS)
async def test_only_this_servers_alerts_are_offered(name: str, world: World) -> None:
    await subscribe(world)
    _, theirs, admin, _ = neighbours(world.env, "There")
    await world.env.settle()
    here = await world.admin.autocomplete(world.channel, f"alerts {name}", "alert", "pi")
    there = await admin.autocomplete(theirs, f"alerts {name}", "alert", "")

    assert [each["name"] for each in here][-1] == "Raspberry Pi 5 → #deals"
    assert there == []


async def test_a_members_own_alert_is_not_the_managers_to_see(world: World) -> None:
    own = Target(type=TargetKind.DM, id=world.member.id)
    product = world.parts.products.get("pi5")
    assert product
    made = await world.parts.subscriptions.add(world.guild.id, product, own, by=world.member.id)

    assert "Nothing yet" in await ask(world, "list")
    assert "There is no such alert here" in await ask(world, "unsubscribe", alert=made.id)
    assert await world.admin.autocomplete(world.channel, "alerts edit", "alert", "") == []
    assert await mine(world) == [made]


async def test_the_list_says_that_there_is_nothing_yet(world: World) -> None:
    assert "Nothing yet. `/alerts subscribe`" in await ask(world, "list")


async def test_the_list_says_how_each_alert_stands(world: World) -> None:
    await subscribe(world)
    made, now = await the_one(world), world.env.now()
    active = await ask(world, "list")
    said = {}
    for name, rules in {
        "Paused": {"paused": True},
        "Expired": {"paused": False, "expires_at": now - timedelta(hours=1)},
        "Snoozed": {"expires_at": None, "snooze_until": now + timedelta(hours=1)},
        "quiet hours": {"snooze_until": None, "quiet": {"start": "00:00", "end": "23:59"}},
    }.items():
        await world.parts.subscriptions.change(world.guild.id, made.id, **rules)
        said[name] = await ask(world, "list")
    await world.store.put_standing(off(made.target, world.guild.id, world))

    assert "🟢 Active" in active
    assert "Nothing told in the last two weeks" in active
    assert [name for name, text in said.items() if name not in text] == []
    assert "⛔ Off" in await ask(world, "list")


async def test_a_long_list_has_pages(world: World) -> None:
    for number in range(8):
        await subscribe(world, channel=world.guild.create_text_channel(f"room-{number}"))
    listed = await world.admin.slash(world.channel, "alerts list")
    first = shown(listed)
    await press(world, listed, "▶")

    assert "8 alerts · page 1 of 2" in first
    assert "page 2 of 2" in shown(listed)


async def test_an_alert_of_the_list_is_paused_and_resumed_by_buttons(world: World) -> None:
    await subscribe(world)
    made = await the_one(world)
    listed = await world.admin.slash(world.channel, "alerts list")
    picked = await world.admin.select(last(listed), [made.id])  # type: ignore[arg-type]
    paused = await press(world, picked, "Pause")
    is_paused = (await the_one(world)).paused
    await world.admin.click(last(paused) or last(picked), label="Resume")  # type: ignore[arg-type]

    assert is_paused
    assert not (await the_one(world)).paused


async def test_a_button_lives_through_a_restart(world: World) -> None:
    made = await subscribe(world)
    await world.env.restart_bot()
    await press(world, made, "Pause")

    assert (await the_one(world)).paused


async def test_a_button_asks_for_the_permission_again(world: World) -> None:
    made = await subscribe(world)
    world.retouch.append(lambda payload: payload["member"].update(permissions="0"))
    answer = await press(world, made, "End")

    assert "Manage Server" in shown(answer)
    assert len(await mine(world)) == 1


async def test_every_change_is_in_the_audit(world: World) -> None:
    audit = Audit(store=world.store, clock=world.bot.clock)
    world.bot.client.audit = audit
    await subscribe(world)
    alert = (await the_one(world)).id
    await ask(world, "snooze", alert=alert, duration="1h")
    await press(world, await world.admin.slash(world.channel, "alerts unsubscribe", alert=alert), "Undo")

    rows = (await audit.entries(world.guild.id, 9)).rows
    said = [row.entry.what for row in reversed(rows)]
    assert said == ["alert added", "alert changed", "alert ended", "end of alert undone"]
    assert {row.entry.about for row in rows} == {"Raspberry Pi 5 → #deals"}
    assert {row.entry.by for row in rows} == {world.admin.id}
