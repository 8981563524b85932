"""Our client on simcord: real discord.py, no network, time that moves when told. See world.py."""

from collections.abc import AsyncIterator

import pytest
from simcord import Env

from bot.client import Client
from tests.sim import world as sim
from tests.sim.world import Bot, World


@pytest.fixture
async def sim_bot(request: pytest.FixtureRequest) -> Bot:
    """The bot before its start; `@pytest.mark.parametrize("sim_bot", [settings], indirect=True)` gives it others."""
    return await sim.bot(getattr(request, "param", None))


@pytest.fixture
def simcord_bot(sim_bot: Bot) -> Client:
    return sim_bot.client


@pytest.fixture
async def simcord_env(simcord_bot: Client, sim_bot: Bot) -> AsyncIterator[Env]:
    """Fails the test at its end for an error that the bot has no words for, and for a request Discord would refuse."""
    env = Env(simcord_bot, check_errors=False)
    sim_bot.clock.env = env
    await env.start()
    try:
        yield env
    finally:
        await env.shutdown()
    unexpected = [error for error in env.errors if not sim.is_expected(error)]
    if unexpected:
        raise BaseExceptionGroup("the bot raised what it has no words for", unexpected)
    refused = [line for each in env.http_requests for line in sim.refused(each)]
    assert not refused, "\n".join(refused)


@pytest.fixture
async def world(simcord_env: Env, sim_bot: Bot) -> World:
    """A guild with a channel, an admin and a member, where everything is sold out."""
    guild, channel, admin, member = sim.neighbours(simcord_env)
    await simcord_env.settle()
    return World(simcord_env, sim_bot, guild, channel, admin, member)
