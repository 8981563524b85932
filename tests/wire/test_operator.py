"""The operator hears of troubles in their channel, and sees in metrics and health what the whole program does."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import aiohttp
import discord
import pytest
from structlog.testing import capture_logs

from alerts.metrics.metrics import Metrics
from bot.app import Role
from bot.invalid import InvalidRequests
from bot.notify.operator import OperatorChannel
from bot.playground.discord.server import DiscordServer
from bot.playground.play import playground
from tests.fakes import FakeClock
from tests.wire.bots import TinyBot, pointed_at
from tests.wire.running import bot as program
from tests.wire.test_restock import JETSON, ask

pytestmark = pytest.mark.wire


@pytest.fixture
def metrics() -> Metrics:
    return Metrics(vendors=[], version="1")


@pytest.fixture
async def bot(server: DiscordServer, metrics: Metrics) -> AsyncIterator[TinyBot]:
    with pointed_at(server):
        async with TinyBot(lambda _: None, intents=discord.Intents(guilds=True)) as bot:
            bot.http.http_trace = InvalidRequests(FakeClock(), metrics).trace()
            await bot.login(server.token)
            yield bot


def channel_of(server: DiscordServer) -> int:
    return int(server.world.channel("deals").id)


async def test_the_operator_is_told_without_a_mention(bot: TinyBot, server: DiscordServer) -> None:
    tell = OperatorChannel(bot, channel_of(server))
    began = await tell("⚠️ @everyone is away", nonce="a")
    assert began
    ended = await tell("✅ Over", nonce="b", answers=began)
    assert await tell("✅ Over", nonce="b", answers=began) == ended

    first, second = server.world.messages("deals")
    assert first["mention_everyone"] is False
    assert second["message_reference"]["message_id"] == str(began)


@pytest.mark.parametrize("status", [403, 404, 400])
async def test_a_channel_that_takes_nothing_is_said_in_the_log(
    status: int, bot: TinyBot, server: DiscordServer
) -> None:
    server.faults.add("POST", "/channels/*/messages", status=status)
    with capture_logs() as logs:
        assert await OperatorChannel(bot, channel_of(server))("⚠️ x", nonce="a") is None

    assert [each["event"] for each in logs] == ["cannot tell the operator"]


async def test_requests_to_discord_are_counted_by_route(bot: TinyBot, server: DiscordServer, metrics: Metrics) -> None:
    body = {"message": "You are being rate limited.", "retry_after": 0.001, "global": True}
    headers = {"Via": "1.1 google", "Retry-After": "2", "X-RateLimit-Global": "true"}
    server.faults.add("POST", "/channels/*/messages", status=429, body=body, headers=headers)

    await OperatorChannel(bot, channel_of(server))("hello", nonce="a")

    def value(name: str, **labels: str) -> float | None:
        return metrics.registry.get_sample_value(name, labels)

    assert value("hs_discord_requests_total", route="/channels/{}/messages", status="429") == 1
    assert value("hs_discord_requests_total", route="/channels/{}/messages", status="200") == 1
    assert value("hs_discord_global_limited_seconds_total") == 2
    assert value("hs_discord_ratelimit_remaining", bucket="/channels/{}/messages") is not None


@pytest.mark.valkey
async def test_the_whole_program_is_seen_in_metrics_and_health(tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    async with playground(port=0, data_dir=tmp_path) as found:
        web = found.settings.web.model_copy(update={"port": port})
        grounds = replace(found, settings=found.settings.model_copy(update={"web": web}))
        async with program(grounds, frozenset(Role)), aiohttp.ClientSession(f"http://127.0.0.1:{port}") as session:
            await ask(grounds, "member", "general", "scan", product="jetson", fresh=True)
            ready = await _until_ready(session)
            async with session.get("/health/detailed") as answer:
                health = await answer.json()
            async with session.get("/metrics") as answer:
                text = await answer.text()

    assert ready["gateway"] == "ok"
    assert health["store"]["state"] == "ok"
    looked = [each for each in health["breakers"] if each["looks"]]
    assert looked
    assert all(f'hs_scans_total{{result="ok",vendor="{each["vendor"]}"}}' in text for each in looked)
    assert 'hs_discord_requests_total{route="/gateway/bot",status="200"}' in text
    assert 'hs_redis_duration_seconds_count{op="commit"}' in text
    assert 'hs_http_requests_total{method="GET",route="/ready",status="200"}' in text
    assert "hs_event_loop_lag_seconds_count" in text
    assert grounds.settings.discord.token
    assert grounds.settings.discord.token.get_secret_value() not in text
    assert JETSON not in text


async def _until_ready(session: aiohttp.ClientSession) -> dict[str, Any]:
    async with asyncio.timeout(10):
        while True:
            async with session.get("/ready") as answer:
                body: dict[str, Any] = await answer.json()
                if answer.status == 200:
                    return body
