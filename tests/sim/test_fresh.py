"""Asking the shops anew has its limits; memory has none."""

from __future__ import annotations

from alerts.fresh_scans import PER_MEMBER
from tests.sim.world import World, shown


async def test_the_eleventh_fresh_scan_in_a_minute_is_told_when_it_may_be_asked(world: World) -> None:
    for _ in range(PER_MEMBER):
        assert "Raspberry Pi 5" in shown(await world.member.slash(world.channel, "scan", product="pi5", fresh=True))
    looks = world.bot.shops.looks

    refused = await world.member.slash(world.channel, "scan", product="pi5", fresh=True)
    remembered = await world.member.slash(world.channel, "scan", product="pi5")
    other = await world.admin.slash(world.channel, "scan", product="pi5", fresh=True)

    assert refused.ephemeral
    assert "I ask them for you again <t:" in shown(refused)
    assert "Raspberry Pi 5" in shown(remembered)
    assert "Raspberry Pi 5" in shown(other)
    assert world.bot.shops.looks == looks + 2  # the two shops, for the other member


async def test_a_minute_later_it_may_be_asked_again(world: World) -> None:
    for _ in range(PER_MEMBER + 1):
        await world.member.slash(world.channel, "scan", product="pi5", fresh=True)
    await world.pass_time(60)

    assert "Raspberry Pi 5" in shown(await world.member.slash(world.channel, "scan", product="pi5", fresh=True))
