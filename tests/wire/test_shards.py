"""Two processes with a shard each: both guilds are answered, news is told once, and nobody identifies too early."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import pytest
import yaml

from bot.playground.discord.shapes import Channel, Guild
from bot.playground.play import Grounds, playground
from tests.servers import serving
from tests.store.conftest import bundled
from tests.wire.test_restock import JETSON, NIMBUS

pytestmark = [pytest.mark.wire, pytest.mark.valkey]

STARTING = 45.0


@pytest.fixture
async def grounds(tmp_path: Path) -> AsyncIterator[Grounds]:
    async with playground(port=0, data_dir=tmp_path) as found:
        found.discord.gateway.shards = 2
        found.discord.gateway.identify_every = 5.0
        yield found


@pytest.fixture
def config(grounds: Grounds, tmp_path: Path) -> Iterator[Path]:
    """As `play` configures it, over a store that any number of processes share."""
    (tmp_path / "store").mkdir()
    with serving(bundled(), tmp_path / "store") as url:
        written = grounds.settings.model_dump(mode="json", include={"products"})
        told = {
            "discord": {"api_base": grounds.discord.api_base},
            "store": {"url": url},
            "fetch": {"pace": "none", "concurrency": 16, "timeout": "5s", "allow_private": [grounds.shop.authority]},
            "cache": {"fresh": "2s"},
            "confirm": {"restock_delay": "1s"},
            "tiers": {"hot": {"every": "2s"}},
            **written,
        }
        path = tmp_path / "config.yaml"
        path.write_text(yaml.safe_dump(told))
        yield path


@asynccontextmanager
async def process(grounds: Grounds, config: Path, shards: str) -> AsyncIterator[asyncio.subprocess.Process]:
    """The whole program with some of the shards, told to stop at the end."""
    log = config.with_name(f"log-{shards.replace('/', '-')}").open("wb")
    started = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", "run", "--config", str(config), "--shards", shards,
        "--roles", "bot,scheduler,worker",
        env={**os.environ, "DISCORD_TOKEN": grounds.discord.token}, stdout=log, stderr=log,
    )  # fmt: skip
    try:
        yield started
    finally:
        if started.returncode is None:
            started.send_signal(signal.SIGTERM)
        try:
            await asyncio.wait_for(started.wait(), 20)
        except TimeoutError:
            started.kill()
            await started.wait()
        log.close()


def guild_on(grounds: Grounds, shard: int) -> tuple[Guild, Channel]:
    """A guild of that shard, with a place for alerts."""
    world = grounds.discord.world
    for number in range(4):
        guild = world.add_guild(f"Guild {number}", channels=("deals",))
        if (int(guild.id) >> 22) % 2 == shard:
            return guild, next(each for each in guild.channels.values() if each.name == "deals")
    raise AssertionError("no id of that shard")


async def ask(grounds: Grounds, place: Channel, name: str, /, **values: object) -> str:
    run = await grounds.discord.slash("admin", place, name, values)
    return str(await run.answered(15))


async def subscribed(grounds: Grounds, channel: Channel) -> None:
    found = await ask(grounds, channel, "alerts subscribe", product=JETSON, channel=channel.id)
    assert "NVIDIA Jetson" in found or "Jetson" in found


async def test_two_processes_have_a_shard_each_and_one_of_them_goes_on_alone(grounds: Grounds, config: Path) -> None:
    discord = grounds.discord
    places = [guild_on(grounds, shard)[1] for shard in (0, 1)]
    async with AsyncExitStack() as running:
        first, second = [await running.enter_async_context(process(grounds, config, f"{n}-{n}/2")) for n in (0, 1)]
        await discord.gateway.until(lambda: discord.gateway.connected_shards == {0, 1}, STARTING)
        for place in places:
            await subscribed(grounds, place)
        grounds.shop.set(JETSON, NIMBUS, price="199.00", availability="in_stock", count=3)
        for place in places:
            await discord.message_in(place, timeout=20, matching=_tells_of("Back in stock"))
        once = [_alerts(grounds, place) for place in places]

        # Its guild goes unheard, the other's does not; what the store holds is told in both, whoever delivered before.
        second.kill()
        await second.wait()
        await discord.gateway.until(lambda: discord.gateway.connected_shards == {0}, 10)
        answered = await ask(grounds, places[0], "scan", product="jetson")
        unheard = await discord.slash("admin", places[1], "scan", {"product": "jetson"}, wait=False)
        grounds.shop.set(JETSON, NIMBUS, price="199.00", availability="out_of_stock")
        for place in places:
            await discord.message_in(place, timeout=25, matching=_tells_of("Sold out after"))
        twice = [_alerts(grounds, place) for place in places]
        assert first.returncode is None

    assert once == twice == [1, 1]
    assert NIMBUS in answered
    assert not unheard.messages
    assert discord.gateway.too_early == 0
    assert sorted(shard for _, shard in discord.gateway.identified) == [0, 1]


async def test_one_process_has_all_the_shards_that_discord_proposes(grounds: Grounds, config: Path) -> None:
    discord = grounds.discord
    places = [guild_on(grounds, shard)[1] for shard in (0, 1)]
    discord.gateway.max_concurrency = 2
    async with process(grounds, config, "auto"):
        await discord.gateway.until(lambda: discord.gateway.connected_shards == {0, 1}, STARTING)
        answers = [await ask(grounds, place, "scan", product="jetson") for place in places]

    assert all(NIMBUS in answer for answer in answers)
    assert discord.gateway.too_early == 0


def _tells_of(words: str) -> Callable[[dict[str, object]], bool]:
    return lambda message: words in str(message["embeds"])


def _alerts(grounds: Grounds, place: Channel) -> int:
    return sum(bool(message["nonce"]) for message in grounds.discord.world.messages(place) if message.get("nonce"))
