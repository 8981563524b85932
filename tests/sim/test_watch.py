"""/watch as people meet it: the happy way, each refusal, each empty state, and the walls between guilds."""

from __future__ import annotations

import json

import discord
import pytest
from simcord import ChannelHandle, InteractionResult, MemberActor, ResponseMessage

from alerts.domain.model import FailureReason
from alerts.settings.model import Settings
from tests.sim import world as sim
from tests.sim.world import World, button, shown
from tests.worlds import IN, failure, offer

URL = "https://shop.test/products/gpu?utm_source=x"
FEW = Settings.model_validate({**sim.settings().model_dump(exclude_unset=True), "guilds": {"watches": 1, "hot": 0}})
LIST = b"url,name,tier\nhttps://shop.test/one,One,hot\nhttps://shop.test/two,,luke\nhttps://acme.test/pi5,,\n"


@pytest.fixture
def world(world: World) -> World:
    """A shop that nobody configured."""
    looks = world.parts.looks
    assert isinstance(looks, dict)
    looks["shop.test"] = world.bot.shops
    world.bot.shops.vendors["shop.test"] = offer(IN, "899", name="Graphics @everyone [card](https://evil.test)")
    return world


async def watch(world: World, what: str, **options: object) -> InteractionResult:
    return await world.admin.slash(world.channel, f"watch {what}", **options)


def messages(answer: InteractionResult) -> list[ResponseMessage]:
    return [each for each in (answer.response, *answer.followups) if each]


async def press(world: World, answer: InteractionResult, label: str) -> InteractionResult:
    message = next(each for each in messages(answer) if each.components)
    return await world.admin.click(message, custom_id=button(answer, label)["custom_id"])


async def press_as(
    world: World, who: MemberActor, answer: InteractionResult, label: str, custom_id: str
) -> InteractionResult:
    """Press a button whose message says that it is another one: an old copy of a message, or a forged one."""
    own = button(answer, label)["custom_id"]
    world.retouch.append(lambda payload: payload.update(json.loads(json.dumps(payload).replace(own, custom_id))))
    try:
        return await who.click(next(each for each in messages(answer) if each.components), custom_id=own)
    finally:
        world.retouch.pop()


async def added(world: World) -> None:
    await press(world, await watch(world, "add", product=URL, name="Our card"), "Keep")


async def test_a_product_is_watched_and_shown(world: World) -> None:
    answer = await watch(world, "add", product="pi5", tier="cold")

    assert answer.ephemeral
    assert "Watching **Raspberry Pi 5** (cold tier)" in shown(answer)
    assert "is watched already" in shown(await watch(world, "add", product="pi5"))
    assert "Raspberry Pi 5** · cold · 2 shops" in shown(await watch(world, "list"))


async def test_a_page_is_shown_with_name_price_and_stock_and_then_kept(world: World) -> None:
    answer = await watch(world, "add", product=URL)

    said = shown(answer)
    assert answer.ephemeral
    assert "£899.00" in said
    assert "In stock" in said
    assert "@everyone" not in said
    assert "](https://evil" not in said
    assert "Nothing yet" in shown(await watch(world, "list"))

    kept = await press(world, answer, "Keep")
    assert "Watching **Graphics" in shown(kept)
    assert "shop.test" in shown(await watch(world, "list"))


async def test_cancel_keeps_nothing(world: World) -> None:
    answer = await press(world, await watch(world, "add", product=URL), "Cancel")

    assert "nothing was changed" in shown(answer)
    assert "Nothing yet" in shown(await watch(world, "list"))


async def test_the_buttons_work_after_a_restart_and_once(world: World) -> None:
    answer = await watch(world, "add", product=URL, name="Our card")
    keep = button(answer, "Keep")["custom_id"]
    await world.env.restart_bot()

    assert "Watching **Our card**" in shown(await press(world, answer, "Keep"))
    another = await watch(world, "add", product="https://shop.test/other")
    assert "expired" in shown(await press_as(world, world.admin, another, "Keep", keep))


async def test_an_old_proposal_says_that_it_has_expired(world: World) -> None:
    answer = await watch(world, "add", product=URL)
    await world.pass_time(15 * 60 + 1)

    assert "expired" in shown(await press(world, answer, "Keep"))
    assert "Nothing yet" in shown(await watch(world, "list"))


async def test_nobody_else_presses_somebodys_button(world: World) -> None:
    """Neither an admin of the same server nor one of another, whatever custom_id they send."""
    keep = button(await watch(world, "add", product=URL), "Keep")["custom_id"]
    bosses = world.guild.create_role("Bosses", permissions=discord.Permissions(manage_guild=True))
    second = world.guild.add_member(world.env.create_user("second-admin"), roles=[bosses])
    _, there, stranger, _ = sim.neighbours(world.env, "There")

    for who, channel in ((second, world.channel), (stranger, there)):
        own = await who.slash(channel, "watch add", product="https://shop.test/other")

        assert "expired" in shown(await press_as(world, who, own, "Keep", keep))
        assert "Nothing yet" in shown(await who.slash(channel, "watch list"))


@pytest.mark.parametrize(
    ("reason", "words"),
    [(FailureReason.NOT_FOUND, "no such page"), (FailureReason.UNREADABLE, "neither a price nor a stock")],
)
async def test_a_page_that_sells_nothing_is_refused_in_words(world: World, reason: FailureReason, words: str) -> None:
    world.bot.shops.vendors["shop.test"] = failure(reason)

    assert words in shown(await watch(world, "add", product=URL))


async def test_a_shop_that_blocks_us_may_be_kept_all_the_same(world: World) -> None:
    world.bot.shops.vendors["shop.test"] = failure(FailureReason.BLOCKED)

    answer = await watch(world, "add", product=URL)

    assert "the shop blocked us" in shown(answer)
    assert "Watching **Gpu**" in shown(await press(world, answer, "Keep"))


@pytest.mark.parametrize("address", ["https://me:pw@shop.test/", "http://shop.test:99999/", "https://a b/"])
async def test_what_is_no_address_is_refused_in_words(world: World, address: str) -> None:
    answer = await watch(world, "add", product=address)

    assert answer.ephemeral
    assert "address" in shown(answer)


@pytest.mark.parametrize("sim_bot", [FEW], indirect=True)
async def test_a_full_quota_names_its_number(world: World) -> None:
    await watch(world, "add", product="pi5")

    assert "may watch 1 products here" in shown(await watch(world, "add", product="deck"))
    assert "may watch 1 products here" in shown(await watch(world, "add", product=URL))
    assert "1 of 1 watched" in shown(await watch(world, "list"))


async def test_tier_pause_and_resume_say_what_they_did(world: World) -> None:
    await added(world)

    assert "**Our card** is on the frozen tier now" in shown(
        await watch(world, "tier", product="our card", tier="frozen")
    )
    assert "was so already" in shown(await watch(world, "tier", product="our card", tier="frozen"))
    assert "is paused" in shown(await watch(world, "pause", product="our card"))
    assert "frozen · shop.test · ⏸️ paused" in shown(await watch(world, "list"))
    assert "scanned again" in shown(await watch(world, "resume", product="our card"))
    assert "No longer watching **Our card**" in shown(await watch(world, "remove", product="our card"))


@pytest.mark.parametrize("what", ["remove", "pause", "resume"])
async def test_what_is_not_watched_here_is_said(world: World, what: str) -> None:
    assert "not watched here" in shown(await watch(world, what, product="deck"))
    assert "I know no product" in shown(await watch(world, what, product="framework laptop"))


async def test_only_managers_manage(world: World) -> None:
    """Checked here too: a server's owner can show a command to anybody."""
    world.retouch.append(lambda payload: payload["member"].update(permissions="0"))
    for what, options in (
        ("list", {}),
        ("add", {"product": "pi5"}),
        ("tier", {"product": "pi5", "tier": "hot"}),
        ("export", {}),
        ("import", {"file": ("a.csv", LIST)}),
    ):
        answer = await watch(world, what, **options)

        assert answer.ephemeral
        assert "Manage Server" in shown(answer)


async def test_somebody_who_may_no_longer_manage_presses_in_vain(world: World) -> None:
    proposed = await watch(world, "add", product=URL)
    listed = await watch(world, "import", file=("list.csv", LIST))
    world.retouch.append(lambda payload: payload["member"].update(permissions="0"))

    for answer, label in ((proposed, "Keep"), (proposed, "Cancel"), (listed, "Import")):
        assert "Manage Server" in shown(await press(world, answer, label))
    world.retouch.clear()
    assert "Nothing yet" in shown(await watch(world, "list"))


async def test_a_long_list_has_pages_in_the_order_of_the_names(world: World) -> None:
    lines = "".join(f"- https://shop.test/page-{n}\n" for n in reversed(range(200)))
    found = await watch(world, "import", file=("list.yaml", lines.encode()))
    assert "200 new" in shown(found)
    assert "and 180 more, in the file" in shown(found)
    assert "Added 200 products" in shown(await press(world, found, "Import"))

    first = await watch(world, "list")
    assert "Page 1 of 14" in shown(first)
    assert all(f"**Page {n}**" in shown(first) for n in range(15))
    second = await press(world, first, "▶")
    assert "Page 2 of 14" in shown(second)
    assert all(f"**Page {n}**" in shown(second) for n in range(15, 30))


async def test_an_import_names_bad_rows_and_waits_for_an_answer(world: World) -> None:
    found = await watch(world, "import", file=("list.csv", LIST))

    said = shown(found)
    assert found.ephemeral
    assert "2 new" in said
    assert "row 3, tier" in said
    assert "write hot, warm, cold or frozen" in said
    assert "[file import.txt]" in said
    assert "Nothing yet" in shown(await watch(world, "list"))

    await world.env.restart_bot()
    assert "Added 2 products" in shown(await press(world, found, "Import"))
    assert "**One** · hot" in shown(await watch(world, "list"))


async def test_what_differs_is_asked(world: World) -> None:
    await added(world)
    file = ("list.csv", b"url,name\nhttps://shop.test/products/gpu,Their card\n")

    found = await watch(world, "import", file=file)
    assert "1 that differs" in shown(found)
    assert "1 stays as it was here" in shown(await press(world, found, "keep mine"))
    assert "**Our card**" in shown(await watch(world, "list"))

    found = await watch(world, "import", file=file)
    assert "Changed 1" in shown(await press(world, found, "take the file"))
    assert "**Their card**" in shown(await watch(world, "list"))


async def test_an_import_can_be_cancelled(world: World) -> None:
    found = await watch(world, "import", file=("list.csv", LIST))

    run = button(found, "Import")["custom_id"]

    assert "nothing was changed" in shown(await press(world, found, "Cancel"))
    another = await watch(world, "import", file=("list.csv", LIST))
    assert "expired" in shown(await press_as(world, world.admin, another, "Import", run))


async def test_a_file_that_is_no_list_is_refused_in_words(world: World) -> None:
    for name, body, words in (
        ("cat.png", b"\x89PNG", "should end in .csv"),
        ("list.csv", b"", "empty"),
        ("list.yaml", b"- &a x\n- *a", "write it out instead"),
        ("list.csv", b"x" * 1_000_001, "larger than 1 MB"),
    ):
        answer = await watch(world, "import", file=(name, body))

        assert answer.ephemeral
        assert words in shown(answer)


@pytest.mark.parametrize(("kind", "start"), [("yaml", b"watches:\n- url: "), ("csv", b'\xef\xbb\xbf"product","url"')])
async def test_an_export_is_imported_the_same(world: World, kind: str, start: bytes) -> None:
    assert "nothing to export" in shown(await watch(world, "export"))
    await added(world)

    answer = await watch(world, "export", format=kind)
    [file] = [each for message in messages(answer) for each in message.attachments]
    body = await file.read()

    assert file.filename == f"watchlist.{kind}"
    assert body.startswith(start)
    assert "Nothing to import" in shown(await watch(world, "import", file=(file.filename, body)))


async def test_autocomplete_shows_what_this_guild_has_and_no_other(world: World) -> None:
    await added(world)
    there = sim.neighbours(world.env, "There")

    async def names(who: MemberActor, channel: ChannelHandle, what: str, typed: str) -> list[str]:
        return [each["name"] for each in await who.autocomplete(channel, what, "product", typed)]

    for what in ("watch add", "watch tier", "scan", "history", "why", "alerts subscribe"):
        assert await names(world.admin, world.channel, what, "our card") == ["Our card"], what
        assert await names(there[2], there[1], what, "our card") == [], what
    assert await names(world.admin, world.channel, "watch remove", "pi5") == [], "only what is watched"


async def test_another_guild_cannot_name_it_either(world: World) -> None:
    await added(world)
    [(found, _)] = await world.parts.watches.list(world.guild.id)
    _, channel, admin, _ = sim.neighbours(world.env, "There")

    for what in ("scan", "history", "watch pause", "watch remove", "watch add"):
        assert "I know no product" in shown(await admin.slash(channel, what, product=found.sku)), what
    assert "I know no product" in shown(await world.member.user.slash("scan", product=found.sku)), "in a direct message"


async def test_every_command_of_its_guild_takes_it(world: World) -> None:
    await added(world)

    for what in ("scan", "history", "why", "watch add", "alerts subscribe"):
        assert "Our card" in shown(await world.admin.slash(world.channel, what, product="our card")), what
