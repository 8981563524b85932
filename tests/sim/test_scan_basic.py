"""How behaviour tests are written: somebody acts, the bot answers."""

from alerts.domain.model import FailureReason
from tests.sim.world import World, shown
from tests.worlds import IN, failure, offer


async def test_a_scan_answers_with_every_shop(world: World) -> None:
    await world.sells(Acme=offer(IN, "61.20"), Bolt=failure(FailureReason.BLOCKED))

    answer = await world.member.slash(world.channel, "scan", product="pi5")

    assert answer.acknowledged
    assert not answer.ephemeral
    said = shown(answer)
    assert "Raspberry Pi 5" in said
    assert "£61.20" in said
    assert "the shop blocked us" in said


async def test_a_scan_answers_from_memory_until_that_is_old(world: World) -> None:
    await world.member.slash(world.channel, "scan", product="pi5")
    looks = world.bot.shops.looks

    await world.member.slash(world.channel, "scan", product="pi5")
    assert world.bot.shops.looks == looks

    await world.pass_time(3600)
    await world.member.slash(world.channel, "scan", product="pi5")
    assert world.bot.shops.looks > looks


async def test_products_are_suggested_as_one_types(world: World) -> None:
    choices = await world.member.autocomplete(world.channel, "scan", "product", "pi")

    assert ("Raspberry Pi 5", "pi5") in [(each["name"], each["value"]) for each in choices]


async def test_an_unknown_product_is_answered_in_words_for_the_asker_alone(world: World) -> None:
    answer = await world.member.slash(world.channel, "scan", product="framework laptop")

    assert answer.ephemeral
    assert "I know no product called “framework laptop”" in shown(answer)


async def test_a_scan_works_in_a_direct_message(world: World) -> None:
    answer = await world.member.user.slash("scan", product="pi5")

    assert "Raspberry Pi 5" in shown(answer)


async def test_the_list_is_empty_in_words(world: World) -> None:
    answer = await world.admin.slash(world.channel, "watch list")

    assert answer.ephemeral
    assert "Nothing yet" in shown(answer)
