"""/scan: whoever asks, for whatever, in whatever way, sees the shops or reads why not."""

from __future__ import annotations

from typing import Any

import discord
import pytest
from simcord import InteractionResult

from alerts.domain.model import FailureReason
from alerts.settings.model import Settings
from tests.pictures import barcode, photo, saved
from tests.sim.world import World, button, settings, shown
from tests.worlds import IN, failure, offer

MANY = tuple(f"Shop{n:02}" for n in range(20))
GTIN, OTHER_GTIN = "4006381333931", "036000291452"


def coded() -> Settings:
    """Two products with numbers, two whose names share a word, four in all."""
    names = (("pi5", "Raspberry Pi 5", GTIN), ("pi4", "Raspberry Pi 4", OTHER_GTIN), ("deck", "Steam Deck", None))
    return Settings.model_validate({
        "store": {"secret_key": "A" * 43 + "="},
        "products": [
            {"sku": sku, "name": name, "gtin": gtin, "listings": [{"vendor": "Acme", "url": f"https://acme.test/{sku}"}]}
            for sku, name, gtin in names
        ],
    })  # fmt: skip


with_codes = pytest.mark.parametrize("sim_bot", [coded()], indirect=True)
with_many_shops = pytest.mark.parametrize("sim_bot", [settings(vendors=MANY)], indirect=True)


async def scan(world: World, product: str | None = None, **more: Any) -> InteractionResult:
    options = {"product": product, **more} if product is not None else more
    return await world.member.slash(world.channel, "scan", **options)


def embed_of(answer: InteractionResult) -> discord.Embed:
    assert answer.response
    (embed,) = answer.response.embeds
    return embed


def labels(answer: InteractionResult) -> list[str]:
    assert answer.response
    return [each.get("label", "") for row in answer.response.components for each in row["components"]]


async def test_the_best_offer_is_first_and_each_failure_is_in_words(world: World) -> None:
    await world.sells(Acme=failure(FailureReason.TIMEOUT), Bolt=offer(IN, "61.20"))

    embed = embed_of(await scan(world, "pi5"))

    assert [field.name for field in embed.fields] == ["⭐ Bolt", "Acme"]
    assert "<t:" in (embed.fields[0].value or "")
    assert "did not answer in time" in (embed.fields[1].value or "")


async def test_it_says_plainly_whether_the_shops_were_read_now_or_before_or_not_at_all(world: World) -> None:
    fresh = embed_of(await scan(world, "pi5"))
    cached = embed_of(await scan(world, "pi5"))
    world.bot.shops.vendors.update(Acme=failure(), Bolt=failure())
    stale = embed_of(await scan(world, "pi5", fresh=True))

    assert "Fresh: the shops were read just now" in (fresh.description or "")
    assert "From memory: the shops were read <t:" in (cached.description or "")
    assert "Stale: no shop could be read" in (stale.description or "")


async def test_fresh_asks_the_shops_again(world: World) -> None:
    await scan(world, "pi5")
    looks = world.bot.shops.looks

    await scan(world, "pi5", fresh=True)

    assert world.bot.shops.looks > looks


class Slowly:
    """In the place of the shops' gate: it opens after a while for everybody who comes."""

    def __init__(self, world: World, seconds: float) -> None:
        self._clock, self._seconds = world.bot.clock, seconds

    async def wait(self) -> None:
        await self._clock.sleep(self._seconds)


async def test_slow_shops_are_announced_with_thinking_and_shown_in_the_end(world: World) -> None:
    world.bot.shops.gate = Slowly(world, 5)  # type: ignore[assignment]

    answer = await scan(world, "pi5")
    await world.pass_time(1)
    assert answer.deferred
    await world.pass_time(5)

    assert not answer.deferred
    assert "Raspberry Pi 5" in shown(answer)


async def test_a_slow_refresh_leaves_the_message_as_it_is_until_the_shops_have_answered(world: World) -> None:
    answer = await scan(world, "pi5")
    assert answer.response
    world.bot.shops.gate = Slowly(world, 5)  # type: ignore[assignment]
    world.bot.shops.vendors.update(Acme=offer(IN, "55"))
    await world.pass_time(60)

    pressed = await world.member.click(answer.response, custom_id=button(answer, "Refresh")["custom_id"])
    await world.pass_time(1)
    assert pressed.acknowledged
    assert "£55.00" not in shown(answer)
    await world.pass_time(5)

    assert "£55.00" in shown(answer)


async def test_several_products_are_shown_together_and_one_that_is_unknown_is_answered_for_itself(world: World) -> None:
    answer = await scan(world, "pi5, jetson, stem deckk, toaster")

    assert answer.response
    assert [embed.title for embed in answer.response.embeds] == ["Raspberry Pi 5", "Jetson Orin", "Steam Deck"]
    assert "I know no product called “toaster”" in answer.response.content
    assert not answer.ephemeral


async def test_when_none_of_several_is_known_all_are_answered_in_words(world: World) -> None:
    answer = await scan(world, "toaster, kettle")

    assert answer.response
    assert "“toaster”" in answer.response.content
    assert "“kettle”" in answer.response.content


async def test_one_that_is_asked_for_twice_is_shown_once(world: World) -> None:
    answer = await scan(world, "pi5, Raspberry Pi 5, deck")

    assert answer.response
    assert [embed.title for embed in answer.response.embeds] == ["Raspberry Pi 5", "Steam Deck"]


async def test_more_than_five_are_refused(world: World) -> None:
    answer = await scan(world, "a, b, c, d, e, f")

    assert answer.ephemeral
    assert "At most 5 products" in shown(answer)


@pytest.mark.parametrize("nothing", [None, "", " , ,"])
async def test_nothing_asked_for_says_what_to_give(world: World, nothing: str | None) -> None:
    answer = await scan(world, nothing)

    assert answer.ephemeral
    assert "attach a picture" in shown(answer)


@with_many_shops
async def test_five_products_with_many_shops_are_within_discords_limits_and_one_can_be_opened(world: World) -> None:
    answer = await scan(world, "pi5, deck, jetson")
    assert answer.response
    assert sum(len(embed) for embed in answer.response.embeds) <= 6000
    assert "12 more shops" in str(answer.response.embeds[0].footer.text)

    opened = await world.member.select(answer.response, ["deck"], custom_id="hs:scan:pick")

    assert "Steam Deck" in shown(opened)
    assert "Page 1 of 3" in shown(opened)


@with_many_shops
async def test_shops_beyond_a_screen_are_on_pages(world: World) -> None:
    await world.sells(**{name: offer(IN, str(100 + n)) for n, name in enumerate(MANY)})
    answer = await scan(world, "pi5")
    assert answer.response
    first = [field.name for field in embed_of(answer).fields]

    turned = await world.member.click(answer.response, custom_id=button(answer, "More shops")["custom_id"])
    second = [field.name for field in embed_of(answer).fields]

    assert turned.acknowledged
    assert first == ["⭐ Shop00", *MANY[1:8]]
    assert second == list(MANY[8:16])
    assert embed_of(answer).footer.text == "Page 2 of 3"
    assert "◀ Back" in labels(answer)


@with_many_shops
async def test_a_page_that_somebody_else_turns_opens_for_them_alone(world: World) -> None:
    answer = await scan(world, "pi5")
    assert answer.response

    copy = await world.admin.click(answer.response, custom_id=button(answer, "More shops")["custom_id"])

    assert copy.ephemeral
    assert "Page 2 of 3" in shown(copy)
    assert embed_of(answer).footer.text == "Page 1 of 3"


async def test_refresh_asks_the_shops_and_changes_the_message(world: World) -> None:
    answer = await scan(world, "pi5")
    assert answer.response
    world.bot.shops.vendors.update(Acme=offer(IN, "55"))
    await world.pass_time(21)

    await world.admin.click(answer.response, custom_id=button(answer, "Refresh")["custom_id"])

    assert "£55.00" in shown(answer)


async def test_refresh_pressed_at_once_again_does_not_trouble_the_shops(world: World) -> None:
    answer = await scan(world, "pi5")
    assert answer.response
    looks = world.bot.shops.looks

    await world.member.click(answer.response, custom_id=button(answer, "Refresh")["custom_id"])

    assert world.bot.shops.looks == looks
    assert "From memory" in shown(answer)


async def test_buttons_live_through_a_restart(world: World) -> None:
    answer = await scan(world, "pi5")
    assert answer.response
    await world.pass_time(3600 * 24)
    world.env.bot._connection._view_store._views.clear()

    pressed = await world.member.click(answer.response, custom_id=button(answer, "Refresh")["custom_id"])

    assert pressed.acknowledged
    assert "Fresh" in shown(answer)


async def test_history_and_own_alerts_are_a_press_away_and_shops_a_link(world: World) -> None:
    answer = await scan(world, "pi5")

    assert button(answer, "History")["custom_id"] == "hs:history:pi5:30d"
    assert button(answer, "Alert me")["custom_id"] == "hs:me:pi5"
    assert button(answer, "Acme")["url"] == "https://acme.test/pi5"


@with_codes
async def test_when_several_are_meant_a_list_asks_which(world: World) -> None:
    answer = await scan(world, "raspberry")
    assert answer.response
    assert "2 products match “raspberry”" in answer.response.content

    await world.member.select(answer.response, ["pi4"], custom_id="hs:scan:pick")

    assert embed_of(answer).title == "Raspberry Pi 4"
    assert not answer.response.content


@with_codes
async def test_a_product_is_found_by_its_typed_number(world: World) -> None:
    assert embed_of(await scan(world, GTIN)).title == "Raspberry Pi 5"


@with_codes
async def test_a_photo_of_a_bar_code_finds_its_product(world: World) -> None:
    answer = await scan(world, photo=("box.jpg", saved(photo(barcode(GTIN)), "JPEG")))

    assert embed_of(answer).title == "Raspberry Pi 5"


@with_codes
async def test_a_qr_code_with_the_page_of_a_product_finds_it(world: World) -> None:
    answer = await scan(world, photo=("qr.png", saved(barcode("https://www.acme.test/deck?utm_source=qr", "QR"))))

    assert embed_of(answer).title == "Steam Deck"


@with_codes
async def test_of_several_codes_the_known_one_counts_and_several_known_ones_ask_which(world: World) -> None:
    one_known = photo(barcode(GTIN), barcode("96385074", "EAN8"), angle=0)
    both_known = photo(barcode(GTIN), barcode(OTHER_GTIN, "UPCA"), angle=0)

    first = await scan(world, photo=("box.png", saved(one_known)))
    second = await scan(world, photo=("box.png", saved(both_known)))

    assert embed_of(first).title == "Raspberry Pi 5"
    assert second.response
    assert "2 products match" in second.response.content


@with_codes
@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("x.png", saved(barcode("96385074", "EAN8")), "says `96385074`, and no product here goes by that"),
        ("x.png", saved(barcode("@everyone `hi` <@1>", "QR")), "no product here goes by that"),
        ("x.png", saved(photo()), "I see no bar code"),
        ("x.txt", b"hello", "I cannot read this file as a picture"),
        ("x.png", b"", "I cannot read this file as a picture"),
        ("x.png", b"\0" * (8 * 1024 * 1024 + 1), "at most 8 MB"),
    ],
)
async def test_a_picture_that_finds_nothing_says_why(world: World, name: str, data: bytes, said: str) -> None:
    answer = await scan(world, photo=(name, data))

    assert said in shown(answer)


async def test_the_last_of_several_names_is_completed(world: World) -> None:
    choices = await world.member.autocomplete(world.channel, "scan", "product", "pi5, jet")

    assert [(each["name"], each["value"]) for each in choices] == [("pi5, Jetson Orin", "pi5, jetson")]


async def test_autocomplete_is_never_longer_than_discord_takes(world: World) -> None:
    choices = await world.member.autocomplete(world.channel, "scan", "product", "x" * 98 + ", jet")

    assert choices == []


async def test_it_works_everywhere_and_leaves_nothing_about_the_server(world: World) -> None:
    (command,) = [each for each in world.env.bot.tree.get_commands() if each.name == "scan"]
    told = command.to_dict(world.env.bot.tree)
    await scan(world, "pi5")

    assert told["integration_types"] == [0, 1]
    assert told["contexts"] == [0, 1, 2]
    assert await world.store.watches(world.guild.id) == []
    assert await world.store.subscriptions(world.guild.id) == []
