"""A product that was added by its address is one like any other to its guild, and to no other guild."""

from __future__ import annotations

from datetime import timedelta

import pytest
from simcord import InteractionResult
from simcord.http.client import _FakeResponse

from alerts.domain.wishes import space_of
from tests.sim import world as sim
from tests.sim.test_own import deliver, dms
from tests.sim.world import World, button, shown
from tests.worlds import IN, OUT, offer

URL = "https://shop.test/products/gpu?variant=1"


@pytest.fixture(autouse=True)
def _answers_have_a_text(monkeypatch: pytest.MonkeyPatch) -> None:
    """simcord's refusals lack what ours are read from."""

    async def text(_: object, __: str = "") -> str:
        return "{}"

    monkeypatch.setattr(_FakeResponse, "text", text, raising=False)


@pytest.fixture
async def sku(world: World) -> str:
    """Our guild has added it and calls it "Our card"; there is nothing of it yet."""
    looks = world.parts.looks
    assert isinstance(looks, dict)
    looks["shop.test"] = world.bot.shops
    world.bot.shops.vendors["shop.test"] = offer(OUT, "899", name="Graphics card")
    preview = await world.parts.additions.propose(world.guild.id, URL, by=world.admin.id, name="Our card")
    kept, _ = await world.parts.additions.keep(world.guild.id, preview.id, by=world.admin.id)
    return kept.sku


async def looks(world: World, sku: str, *stocks: object) -> None:
    product = world.parts.products.get(sku)
    assert product
    for stock in stocks:
        world.bot.shops.vendors["shop.test"] = offer(stock, "899", name="Graphics card")  # type: ignore[arg-type]
        await world.parts.scan(product, max_age=timedelta(0))
        await world.pass_time(60)


async def press(world: World, answer: InteractionResult, label: str) -> InteractionResult:
    message = next(each for each in (answer.response, *answer.followups) if each and each.components)
    return await world.member.click(message, custom_id=button(answer, label)["custom_id"])


async def own(world: World) -> None:
    form = await press(world, await world.member.slash(world.channel, "scan", product="our card"), "Alert me")
    assert form.modal, shown(form)
    await world.member.submit_modal(form, {"price": "", "kinds": ["restocked"]})


@pytest.mark.parametrize("typed", [URL, "https://shop.test/products/gpu?variant=1&utm_source=x#top", "our card"])
async def test_scan_finds_it_by_name_and_address(world: World, sku: str, typed: str) -> None:
    assert "Our card" in shown(await world.member.slash(world.channel, "scan", product=typed))


async def test_several_at_once_and_the_buttons_below_take_it_too(world: World, sku: str) -> None:
    both = await world.member.slash(world.channel, "scan", product="pi5, our card")
    assert "Raspberry Pi 5" in shown(both)
    assert "Our card" in shown(both)

    one = await world.member.slash(world.channel, "scan", product="our card")
    assert "Our card" in shown(await press(world, one, "Refresh"))
    assert "Our card" in shown(await press(world, one, "History"))


async def test_an_own_alert_of_it_is_told_and_changed_in_direct_messages(world: World, sku: str) -> None:
    await own(world)
    await looks(world, sku, OUT, IN, IN)
    await deliver(world)

    assert "Graphics card" in dms(world, world.member)[-1], "what the guild calls it is the guild's"
    alert = world.member.user.dm_channel.last_message
    assert alert
    form = await world.member.user.click(alert, label="Change this alert")
    assert form.modal, shown(form)
    assert "Graphics card" in shown(await world.member.user.slash("me alerts"))


async def test_an_own_alert_goes_on_when_the_guild_pauses_or_removes_it(world: World, sku: str) -> None:
    await own(world)
    await world.admin.slash(world.channel, "watch pause", product="our card")
    assert await world.store.scheduled() == {sku}
    await world.admin.slash(world.channel, "watch remove", product="our card")
    assert await world.store.scheduled() == {sku}

    [alert] = await world.parts.own.list(world.member.id)
    await world.parts.own.remove(world.member.id, alert.id)

    assert await world.store.scheduled() == frozenset()
    assert await world.store.watches(space_of(world.member.id)) == []


async def test_the_button_of_another_guild_opens_nothing(world: World, sku: str) -> None:
    _, channel, admin, _ = sim.neighbours(world.env, "There")
    theirs = await admin.slash(channel, "scan", product="pi5")
    message = next(each for each in (theirs.response, *theirs.followups) if each and each.components)
    world.retouch.append(
        lambda payload: payload["data"].update(custom_id=str(payload["data"]["custom_id"]).replace("pi5", sku))
    )

    for label in ("Alert me", "History", "Refresh"):
        answer = await admin.click(message, custom_id=button(theirs, label)["custom_id"])
        said = shown(answer)
        assert not answer.modal, label
        assert "card" not in said.replace(sku, ""), label


async def test_status_names_its_shop_to_its_guild_alone(world: World, sku: str) -> None:
    _, channel, admin, _ = sim.neighbours(world.env, "There")

    assert "shop.test" in shown(await world.admin.slash(world.channel, "status"))
    assert "shop.test" not in shown(await admin.slash(channel, "status"))
    assert "shop.test" not in shown(await world.member.user.slash("status"))


async def test_alerts_of_it_go_by_the_name_of_the_guild(world: World, sku: str) -> None:
    made = await world.admin.slash(world.channel, "alerts subscribe", product="our card")
    assert "Our card" in shown(made)
    await looks(world, sku, OUT, IN, IN)
    await deliver(world)

    told = world.channel.last_message
    assert told
    assert "Our card" in str([each.to_dict() for each in told.embeds])
    assert "Our card" in shown(await world.admin.slash(world.channel, "alerts list"))
    names = [each["name"] for each in await world.admin.autocomplete(world.channel, "alerts edit", "alert", "our")]
    assert len(names) == 1


async def test_an_end_is_undone_though_the_watch_is_gone_meanwhile(world: World, sku: str) -> None:
    await world.admin.slash(world.channel, "alerts subscribe", product="our card")
    [alert] = await world.store.subscriptions(world.guild.id)
    ended = await world.admin.slash(world.channel, "alerts unsubscribe", alert=alert.id)
    await world.admin.slash(world.channel, "watch remove", product="our card")
    assert await world.store.scheduled() == frozenset()

    message = next(each for each in (ended.response, *ended.followups) if each and each.components)
    await world.admin.click(message, custom_id=button(ended, "Undo")["custom_id"])

    assert await world.store.scheduled() == {sku}
    assert [each.id for each in await world.store.subscriptions(world.guild.id)] == [alert.id]
