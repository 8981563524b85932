"""/history: the chart with its words, ranges by buttons, every refusal and every empty state."""

from __future__ import annotations

from typing import Any

import pytest
from simcord import InteractionResult

from alerts.domain.guild import DEFAULT_SETTINGS
from bot.charts import Charts
from tests.sim.world import World, shown
from tests.worlds import IN, OUT, offer

PNG = b"\x89PNG\r\n\x1a\n"
DAY = 86_400


async def grow(world: World) -> None:
    """Ten days in which Acme came, went and came back cheaper; Bolt stayed sold out."""
    await world.sells(Acme=offer(IN, "100"))
    for days, price in ((6, None), (1, "80"), (3, "90")):
        await world.pass_time(days * DAY)
        await world.sells(Acme=offer(IN, price) if price else offer(OUT, "100"))


def file_of(answer: InteractionResult) -> Any:
    assert answer.response
    (found,) = answer.response.attachments
    return found


def ranges(answer: InteractionResult) -> dict[str, bool]:
    """The buttons under an answer, and which one is chosen."""
    assert answer.response
    found = [each for row in answer.response.components for each in row["components"]]
    return {each["custom_id"]: each["style"] == 1 for each in found}


async def test_a_history_is_a_chart_in_words_too_with_a_button_for_every_range(world: World) -> None:
    await grow(world)

    answer = await world.member.slash(world.channel, "history", product="pi5")

    assert not answer.ephemeral
    said, image = shown(answer), file_of(answer)
    assert "History of Raspberry Pi 5" in said
    assert "£90.00 now is" in said
    assert "Lowest £80.00, median £100.00, highest £100.00" in said
    assert image.filename == "history.png"
    assert image.content_type == "image/png"
    assert image.description.startswith("Chart of the price and stock of Raspberry Pi 5.")
    assert "lowest £80.00 at Acme" in image.description
    assert ranges(answer) == {f"hs:history:pi5:{name}": name == "30d" for name in ("24h", "7d", "30d", "90d", "all")}


async def test_a_range_under_a_history_changes_it(world: World) -> None:
    await grow(world)
    await world.pass_time(2 * DAY)
    first = await world.member.slash(world.channel, "history", product="pi5")
    before = first.response
    assert before

    await world.member.click(before, label="24 h")

    after = first.response
    assert after
    assert after.id == before.id
    assert "In the last 24 hours" in shown(first)
    assert "Nothing changed in that time." in shown(first)
    assert len(after.attachments) == 1
    assert ranges(first)["hs:history:pi5:24h"]


async def test_the_buttons_live_through_a_restart(world: World) -> None:
    await grow(world)
    first = await world.member.slash(world.channel, "history", product="pi5")
    assert first.response
    await world.env.restart_bot()

    await world.member.click(first.response, label="All")

    assert ranges(first)["hs:history:pi5:all"]


async def test_one_shop_alone_stays_alone_under_every_button(world: World) -> None:
    await grow(world)
    await world.sells(Bolt=offer(IN, "61"))
    first = await world.member.slash(world.channel, "history", product="pi5", vendor="acme", days=90)
    assert "History of Raspberry Pi 5 at Acme" in shown(first)
    assert first.response

    await world.member.click(first.response, label="7 d")

    assert "History of Raspberry Pi 5 at Acme" in shown(first)
    assert "£61.00" not in shown(first)
    assert len(set(ranges(first))) == 5


async def test_any_number_of_days_may_be_asked_for(world: World) -> None:
    await grow(world)

    answer = await world.member.slash(world.channel, "history", product="pi5", days=5)

    assert "In the last 5 days" in shown(answer)
    assert not any(ranges(answer).values())


async def test_an_unknown_shop_is_answered_with_those_there_are(world: World) -> None:
    answer = await world.member.slash(world.channel, "history", product="pi5", vendor="Coil")

    assert "has no shop called “Coil”. Pick one that there is: **Acme**, **Bolt**." in shown(answer)


async def test_an_unknown_product_is_answered_in_words(world: World) -> None:
    answer = await world.member.slash(world.channel, "history", product="framework laptop")

    assert answer.ephemeral
    assert "I know no product called" in shown(answer)


async def test_nothing_read_yet_says_what_to_do_and_has_no_chart(world: World) -> None:
    answer = await world.member.slash(world.channel, "history", product="deck")

    assert "Nothing is known yet" in shown(answer)
    assert answer.response
    assert (answer.response.attachments, answer.response.components) == ([], [])


async def test_a_single_look_is_a_history_of_one_point(world: World) -> None:
    await world.sells(Acme=offer(IN, "100"))

    answer = await world.member.slash(world.channel, "history", product="pi5")

    assert "£100.00 is the first price known" in shown(answer)
    assert file_of(answer)


async def test_a_product_without_a_price_has_a_chart_of_its_stock(world: World) -> None:
    await world.sells(Acme=offer(IN, None), Bolt=offer(OUT, None))

    answer = await world.member.slash(world.channel, "history", product="pi5")

    assert "No price of it was ever read." in shown(answer)
    assert "no price is known" in file_of(answer).description


async def test_a_chart_that_fails_leaves_the_words_and_the_buttons(world: World) -> None:
    await grow(world)
    cog: Any = world.bot.client.get_cog("HistoryCog")

    def fails(_: object, __: object) -> None:
        raise MemoryError

    cog._charts = Charts(fails)

    answer = await world.member.slash(world.channel, "history", product="pi5")

    assert "The chart could not be drawn this time" in shown(answer)
    assert answer.response
    assert answer.response.attachments == []
    assert len(ranges(answer)) == 5


async def test_shops_are_suggested_of_the_product_that_was_typed(world: World) -> None:
    choices = await world.member.autocomplete(world.channel, "history", "vendor", "b", product="pi5")

    assert [each["value"] for each in choices] == ["Bolt"]


async def press_elsewhere(world: World, custom_id: str) -> InteractionResult:
    """Press a single history button under some other answer of the bot, as there is under a scan."""
    answer = await world.member.slash(world.channel, "history", product="pi5")
    assert answer.response
    message = world.env.backend.get_message(world.channel.id, answer.response.id)
    message.components = [{"type": 1, "components": [{"type": 2, "style": 2, "label": "x", "custom_id": custom_id}]}]
    return await world.member.click(answer.response, custom_id=custom_id)


async def test_a_history_button_under_something_else_is_answered_for_the_asker_alone(world: World) -> None:
    await grow(world)

    answer = await press_elsewhere(world, "hs:history:pi5:90d")

    assert answer.ephemeral
    assert "History of Raspberry Pi 5" in shown(answer)
    assert ranges(answer)["hs:history:pi5:90d"]


@pytest.mark.parametrize("custom_id", ["hs:history:pi5:1y", "hs:history:gone:30d", "hs:history:pi5:30d:feedbeef"])
async def test_a_button_whose_product_range_or_shop_is_no_more_says_so(world: World, custom_id: str) -> None:
    await grow(world)

    answer = await press_elsewhere(world, custom_id)

    assert answer.ephemeral
    assert "from an older version" in shown(answer) or "no longer listed" in shown(answer)


async def test_a_history_works_in_a_direct_message_and_leaves_nothing_of_a_guild(world: World) -> None:
    await grow(world)

    answer = await world.member.user.slash("history", product="pi5")

    assert "History of Raspberry Pi 5" in shown(answer)
    guild = world.guild.id
    assert (await world.store.watches(guild), await world.store.subscriptions(guild)) == ([], [])
    assert await world.store.guild_settings(guild) == DEFAULT_SETTINGS


async def test_a_history_is_in_the_askers_language_as_far_as_there_are_words(world: World) -> None:
    await grow(world)
    world.speak("de")

    answer = await world.member.slash(world.channel, "history", product="pi5")

    assert "90,00\N{NO-BREAK SPACE}£" in shown(answer)


async def test_history_is_for_servers_people_and_direct_messages(world: World) -> None:
    command = next(each for each in world.bot.client.tree.get_commands() if each.name == "history")
    uploaded = command.to_dict(world.bot.client.tree)

    assert (uploaded["integration_types"], uploaded["contexts"]) == ([0, 1], [0, 1, 2])
