"""A fresh playground server for every test."""

from collections.abc import AsyncIterator

import pytest

from bot.playground.discord.server import DiscordServer


@pytest.fixture
async def server() -> AsyncIterator[DiscordServer]:
    async with DiscordServer() as running:
        yield running
