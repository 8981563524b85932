"""The panel of /alerts: what is chosen shows at once, nothing is kept before it is saved, and a secret stays one."""

from __future__ import annotations

import discord
import pytest

from alerts.domain.model import ChangeKind
from alerts.domain.wishes import FirstSight, Target, TargetKind
from tests.sim.alerting import CATEGORIES, Panel, desk_of, edited, last, mine, opened, subscribe, the_one
from tests.sim.world import World, neighbours, shown


async def test_one_press_saves_what_the_panel_opens_with(world: World) -> None:
    panel = await opened(world)
    text, before = panel.text, await mine(world)
    await panel.press("Save")

    assert panel.message.ephemeral
    assert "Tells of: back in stock, price drop, pre-order open" in text
    assert "Nothing is kept until you save." in text
    assert before == []
    assert (await the_one(world)).target == Target(id=world.channel.id)
    assert "The alert is made" in panel.text
    assert "Nobody has it in stock" in panel.text


async def test_each_choice_shows_at_once_and_all_are_kept_together(world: World) -> None:
    other = world.guild.create_text_channel("other")
    role = world.guild.create_role("deal hunters")
    panel = await opened(world)
    await panel.choose("place", other)
    assert f"→ <#{other.id}>" in panel.text
    await panel.choose("kinds", "price_drop", "new_low")
    assert "Tells of: " in panel.text
    await panel.choose("role", role)
    assert f"Mentions <@&{role.id}>" in panel.text
    await panel.press("Prices, times")
    await panel.choose("new_low", "30")
    await panel.choose("first_sight", "tell_now")
    await panel.fill("Prices…", below="£450", drop_percent="10")
    assert "Only if the price is below £450.00, and down by 10 % or more, and a new low in 30 days" in panel.text
    await panel.fill("Quiet hours", start="22:00", end="07:00", timezone="Europe/London", digest="daily 18:00")
    assert "Quiet hours: 22:00 to 07:00 (Europe/London)" in panel.text
    assert "daily 18:00 (Europe/London)" in panel.text
    await panel.fill("Limits", cooldown="30m", daily_cap="5", expires_at="30d")
    assert "At most 5 messages a day" in panel.text
    nothing = await mine(world)
    await panel.press("Save")

    made = await the_one(world)
    assert nothing == []
    assert (made.target, made.mention_role) == (Target(id=other.id), role.id)
    assert set(made.kinds) == {ChangeKind.PRICE_DROP, ChangeKind.NEW_LOW}
    assert (str(made.below), str(made.drop_percent), made.new_low) == ("450.00 GBP", "10", 30)
    assert (made.first_sight, made.daily_cap) == (FirstSight.TELL_NOW, 5)
    assert made.quiet
    assert made.digest
    assert made.expires_at


async def test_the_panel_opens_with_the_options_of_the_command(world: World) -> None:
    panel = await opened(world, below="450 gbp", kinds="Price drops only")

    assert "below £450.00" in panel.text
    assert "Tells of: price drop\\n" in panel.text


@pytest.mark.parametrize("sim_bot", [CATEGORIES], indirect=True)
async def test_a_category_has_a_panel_too(world: World) -> None:
    panel = Panel(world, await world.admin.slash(world.channel, "alerts subscribe", category="Boards", panel=True))
    await panel.press("Save")

    assert (await the_one(world)).category == "Boards"


async def test_leaving_keeps_nothing(world: World) -> None:
    panel = await opened(world)
    await panel.press("Cancel")

    assert "Nothing was changed." in panel.text
    assert panel.message.components == []
    assert await mine(world) == []


async def test_what_the_bot_lacks_shows_at_once_and_is_in_the_way_of_saving(world: World) -> None:
    deny = discord.PermissionOverwrite(send_messages=False)
    closed = world.guild.create_text_channel("closed", overwrites={world.env.bot.user: deny})
    panel = await opened(world)
    await panel.choose("place", closed)
    text = panel.text
    refused = await panel.press("Save")

    assert "⚠️ I lack **Send Messages** there" in text
    assert f"I lack Send Messages in <#{closed.id}>" in shown(refused)
    assert await mine(world) == []


async def test_everyone_is_chosen_by_those_alone_who_may(world: World) -> None:
    panel = await opened(world)
    refused = await panel.choose("role", world.guild.default_role)

    assert "Mention @everyone, @here, and All Roles" in shown(refused)
    assert "Mentions nobody" in panel.text


@pytest.mark.parametrize(
    ("form", "values", "words"),
    [
        ("Prices…", {"below": "cheap"}, "is not a price"),
        ("Prices…", {"below": "300 GBP", "above": "400 GBP"}, "no price is above"),
        ("Prices…", {"drop_percent": "200"}, "not a percentage"),
        ("Quiet hours", {"start": "22:00"}, "not a time of day"),
        ("Quiet hours", {"digest": "sometimes"}, "not a digest"),
        ("Limits", {"cooldown": "a while"}, "not a time to wait"),
        ("Limits", {"daily_cap": "many"}, r"daily\_cap"),
        ("Limits", {"expires_at": "2020-01-01"}, "is over already"),
    ],
)
async def test_what_cannot_be_is_refused_and_changes_nothing(
    form: str, values: dict[str, str], words: str, world: World
) -> None:
    panel = await opened(world)
    await panel.press("Prices, times")
    before = panel.text
    refused = await panel.fill(form, **values)

    assert words in shown(refused)
    assert refused.ephemeral
    assert panel.text == before


async def test_a_forum_has_its_tags_to_choose_from(world: World) -> None:
    forum = world.guild.create_forum_channel("finds")
    await world.env.settle()
    channel = world.env.bot.get_channel(forum.id)
    assert isinstance(channel, discord.ForumChannel)
    tag = discord.ForumTag(name="deal")
    tag.id = 77
    channel._available_tags = {77: tag} if hasattr(channel, "_available_tags") else {}
    panel = await opened(world)
    await panel.choose("place", forum)
    await panel.choose("tags", "77")
    await panel.press("Save")

    assert (await the_one(world)).target == Target(type=TargetKind.FORUM, id=forum.id, tags=(77,))


async def test_an_edit_begins_with_what_holds_and_changes_no_more_than_was_chosen(world: World) -> None:
    await subscribe(world, below="450 GBP")
    made = await the_one(world)
    await world.parts.subscriptions.change(world.guild.id, made.id, vendors=("Acme",))
    panel = await edited(world)
    text = panel.text
    await panel.choose("kinds", "restocked")
    # Somebody else changes something beside it.
    await world.parts.subscriptions.change(world.guild.id, made.id, daily_cap=3)
    await panel.press("Save")

    now = await the_one(world)
    assert "below £450.00" in text
    assert "Only: Acme" in text
    assert (now.id, now.kinds, now.daily_cap, now.vendors) == (made.id, (ChangeKind.RESTOCKED,), 3, ("Acme",))
    assert "The alert is changed" in panel.text


async def test_an_alert_is_paused_in_its_panel(world: World) -> None:
    await subscribe(world)
    panel = await edited(world)
    await panel.press("Prices, times")
    await panel.press("Pause")
    assert "⏸️ Paused" in panel.text
    await panel.press("Save")

    assert (await the_one(world)).paused


async def test_an_alert_cannot_move_to_where_there_is_one_for_the_same(world: World) -> None:
    other = world.guild.create_text_channel("other")
    await subscribe(world)
    first = await the_one(world)
    await subscribe(world, channel=other)
    panel = Panel(world, await world.admin.slash(world.channel, "alerts edit", alert=first.id))
    await panel.choose("place", other)
    refused = await panel.press("Save")

    assert "There is an alert for the same there already" in shown(refused)
    assert len(await mine(world)) == 2


@pytest.mark.parametrize("label", ["Save", "Prices, times", "Webhook or service", "Cancel"])
async def test_a_panel_that_has_expired_says_so(label: str, world: World) -> None:
    panel = await opened(world)
    await world.pass_time(3601)
    await panel.press(label)

    assert "This panel has expired; nothing was changed." in panel.text
    assert panel.message.components == []
    assert await mine(world) == []


async def test_a_panel_from_before_a_restart_says_that_it_has_expired(world: World) -> None:
    panel = await opened(world)
    desk_of(world).__post_init__()  # a restart begins with none
    await panel.choose("kinds", "restocked")

    assert "This panel has expired; nothing was changed." in panel.text


async def test_a_panel_is_of_one_server(world: World) -> None:
    await opened(world)
    (key,) = desk_of(world).drafts._kept
    _, theirs, admin, _ = neighbours(world.env, "There")
    await world.env.settle()
    other = await admin.slash(theirs, "alerts subscribe", product="deck", panel=True)
    world.retouch.append(lambda payload: payload["data"].update(custom_id=f"hs:alerts:panel:save:{key}"))
    await admin.click(last(other), label="Save")  # type: ignore[arg-type]

    assert await mine(world) == []
    assert desk_of(world).drafts.find(key)


async def test_a_manager_no_more_saves_nothing(world: World) -> None:
    panel = await opened(world)
    world.retouch.append(lambda payload: payload["member"].update(permissions="0"))
    refused = await panel.press("Save")

    assert "Manage Server" in shown(refused)
    assert await mine(world) == []
