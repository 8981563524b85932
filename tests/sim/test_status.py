"""/status: shops for everybody, the rest for managers."""

from __future__ import annotations

from alerts.domain.agenda import NOTE, Agenda, ShopAgenda, TierAgenda
from alerts.domain.errors import DeliveryError, Remedy
from alerts.domain.model import FailureReason, Tier
from alerts.domain.standing import Standing, after_failure
from alerts.domain.wishes import Target
from tests.sim.world import World, neighbours, shown
from tests.worlds import IN, failure, offer


async def test_a_member_sees_the_shops_and_nothing_else(world: World) -> None:
    await world.sells(Acme=offer(IN), Bolt=failure(FailureReason.BLOCKED))

    answer = await world.member.slash(world.channel, "status")

    assert answer.ephemeral
    assert "🟠 **Bolt**: the last look failed" in shown(answer)
    assert "the shop blocked us" in shown(answer)
    assert "🟢 **Acme**: fine, read <t:" in shown(answer)
    assert "Messages" not in shown(answer)
    assert "Scans" not in shown(answer)


async def test_a_shop_that_failed_often_is_blind_and_one_that_was_late_is_slow(world: World) -> None:
    for _ in range(6):
        await world.sells(Acme=failure(FailureReason.TIMEOUT), Bolt=offer(IN))
        await world.pass_time(60)
    await world.sells(Acme=failure(FailureReason.TIMEOUT), Bolt=failure(FailureReason.TIMEOUT))

    said = shown(await world.member.slash(world.channel, "status"))

    assert "🔴 **Acme**: blind since <t:" in said
    assert "🐢 **Bolt**: slow since <t:" in said
    assert said.index("Acme") < said.index("Bolt")


async def test_shops_nobody_looked_at_are_said_to_be_so(world: World) -> None:
    answer = await world.member.slash(world.channel, "status")

    assert "⚪ **Acme**: not looked at yet" in shown(answer)


async def test_a_manager_sees_the_queue_the_timetable_and_what_is_wrong_here(world: World) -> None:
    empty = shown(await world.admin.slash(world.channel, "status"))
    await world.admin.slash(world.channel, "alerts subscribe", product="pi5", channel=world.channel)
    await fails(world, world.guild.id, world.channel.id)

    full = shown(await world.admin.slash(world.channel, "status"))

    for word in ("None waits", "Nothing is watched yet", "Every place that has alerts here takes messages"):
        assert word in empty
    assert "**hot**: 1 product, " in full
    assert f"<#{world.channel.id}>: ⏸️ Paused since" in full


async def test_what_is_wrong_in_another_server_is_not_shown(world: World) -> None:
    other, channel, _, _ = neighbours(world.env, "Elsewhere")
    await fails(world, other.id, channel.id)

    said = shown(await world.admin.slash(world.channel, "status"))

    assert "Every place that has alerts here takes messages" in said


async def test_status_works_in_a_direct_message(world: World) -> None:
    answer = await world.member.user.slash("status")

    assert "How it stands" in shown(answer)


async def fails(world: World, guild: int, channel: int) -> None:
    standing = Standing(target=Target(id=channel), guild=guild)
    error = DeliveryError("missing access", remedy=Remedy.PAUSE, code=50001)
    await world.store.put_standing(after_failure(standing, error, world.bot.clock.now()))


async def test_a_manager_sees_the_plan_for_the_next_hour_and_which_shop_has_no_room(world: World) -> None:
    before = shown(await world.admin.slash(world.channel, "status"))
    shops = {
        "Acme": ShopAgenda(requests=720, stretch=2.52),
        "Bolt": ShopAgenda(requests=12),
        "Somebody else's shop": ShopAgenda(requests=9000, stretch=9),
    }
    tiers = {Tier.HOT: TierAgenda(products=60, looks=288), Tier.WARM: TierAgenda(products=4, looks=4)}
    agenda = Agenda(at=world.bot.clock.now(), adapts=True, tiers=tiers, shops=shops)
    await world.store.set_note(NOTE, agenda.model_dump_json())
    said = shown(await world.admin.slash(world.channel, "status"))
    await world.store.set_note(NOTE, agenda.model_copy(update={"adapts": False}).model_dump_json())
    fixed = shown(await world.admin.slash(world.channel, "status"))

    assert "Not made yet" in before
    assert "about 292 looks" in said
    assert "**Acme**: looked at 2.5 times less often than wanted, to keep its pace" in said
    assert "**Acme**: wanted 2.5 times as often as its pace allows; looks come late" in fixed
    assert "Bolt**: looked" not in said
    assert "Somebody else" not in said
