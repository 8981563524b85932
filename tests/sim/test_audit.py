"""/audit: managers read who changed what here, page by page."""

from __future__ import annotations

from alerts.audit import Audit
from tests.sim.world import World, neighbours, shown


def audit_of(world: World) -> Audit:
    assert world.bot.client.audit
    return world.bot.client.audit


async def test_it_shows_who_changed_what_the_newest_first(world: World) -> None:
    await audit_of(world).note(world.guild.id, world.admin.id, "alert added", "Pi 5", "to #deals")
    await audit_of(world).note(world.guild.id, 0, "watch removed", "[x](https://evil.test) @everyone")

    answer = await world.admin.slash(world.channel, "audit")

    assert answer.ephemeral
    assert answer.response
    text = answer.response.embeds[0].description or ""
    assert text.index("watch removed") < text.index("alert added")
    assert f"<@{world.admin.id}>" in text
    assert "the operator" in text
    assert "](https" not in text
    assert "@everyone" not in text


async def test_nothing_changed_is_said_in_words(world: World) -> None:
    assert "Nothing was changed" in shown(await world.admin.slash(world.channel, "audit"))
    await audit_of(world).note(world.guild.id, world.admin.id, "alert added")
    assert "Nothing of that kind" in shown(await world.admin.slash(world.channel, "audit", word="webhook"))


async def test_members_who_do_not_manage_are_refused(world: World) -> None:
    await audit_of(world).note(world.guild.id, world.admin.id, "alert added")

    # As where a server's owner has opened the command to everybody.
    world.retouch.append(lambda payload: payload["member"].update(permissions="0"))
    answer = await world.admin.slash(world.channel, "audit")

    assert answer.ephemeral
    assert "Manage Server" in shown(answer)
    assert "alert added" not in shown(answer)


async def test_it_is_paged_and_leads_back(world: World) -> None:
    for number in range(23):
        await audit_of(world).note(world.guild.id, world.admin.id, f"change <{number:02}>")

    first = await world.admin.slash(world.channel, "audit")
    assert "22" in shown(first)
    assert "<12>" not in shown(first)
    second = await world.admin.click(first.response, label="Older")
    assert "12" in shown(second)
    third = await world.admin.click(second.response or first.response, label="Older")
    assert "02" in shown(third)
    labels = (
        [each["label"] for row in third.response.components for each in row["components"]] if third.response else []
    )
    assert labels == ["Newest"]
    back = await world.admin.click(third.response, label="Newest")
    assert "22" in shown(back)


async def test_it_is_asked_by_person_and_by_word_and_stays_so_on_the_next_page(world: World) -> None:
    for number in range(12):
        await audit_of(world).note(world.guild.id, world.admin.id, "alert added", f"Pi {number}")
        await audit_of(world).note(world.guild.id, world.member.id, "alert added", f"Jetson {number}")

    found = await world.admin.slash(world.channel, "audit", person=world.member, word="jetson")
    first = shown(found)
    older = shown(await world.admin.click(found.response, label="Older"))

    assert "Jetson 11" in first
    assert "Pi 1" not in first + older
    assert "Jetson 0" in older


async def test_a_button_of_one_server_shows_another_nothing_of_it(world: World) -> None:
    for number in range(12):
        await audit_of(world).note(world.guild.id, world.admin.id, f"here {number}")
    first = await world.admin.slash(world.channel, "audit")
    _, channel, admin, _ = neighbours(world.env, "There")
    await world.env.settle()

    there = await admin.slash(channel, "audit")

    assert "Nothing was changed" in shown(there)
    world.retouch.append(lambda payload: payload["member"].update(permissions="0"))
    refused = await world.admin.click(first.response, label="Older")
    assert "Manage Server" in shown(refused)
