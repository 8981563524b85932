"""The configuration changes while the bot is connected: its commands know at once, and Discord notices nothing."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from alerts.store.embedded import Embedded
from alerts.store.redis.store import RedisStore
from bot.app import Reread, serve
from bot.playground.play import playground
from tests.waiting import eventually
from tests.wire.running import ALL_BUT_WEB
from tests.wire.test_restock import JETSON, ask, subscribe

pytestmark = [pytest.mark.wire, pytest.mark.valkey]


async def test_a_product_comes_and_goes_without_a_new_connection(tmp_path: Path) -> None:
    async with playground(port=0, data_dir=tmp_path) as grounds:
        whole = grounds.settings
        others = tuple(each for each in whole.products if each.sku != JETSON)
        wanted, asked, stop = [whole.model_copy(update={"products": others})], asyncio.Event(), asyncio.Event()
        reread = Reread(lambda: wanted[0], asked)
        serving = asyncio.create_task(serve(wanted[0], ALL_BUT_WEB, stop=stop, reread=reread))
        try:
            await grounds.bot_is_there()
            connected = grounds.discord.gateway.identifies
            unknown = await ask(grounds, "member", "general", "scan", product=JETSON)

            wanted[0] = whole
            asked.set()
            await eventually(lambda: _done(asked))
            known = await eventually(lambda: _scanned(grounds))
            await subscribe(grounds)

            wanted[0] = whole.model_copy(update={"products": others})
            asked.set()
            await eventually(lambda: _done(asked))
            async with RedisStore(Embedded(tmp_path).url) as store:

                async def nobody_looks() -> bool:
                    return JETSON not in await store.scheduled()

                await eventually(nobody_looks)
            listed = await ask(grounds, "admin", "general", "watch list")
        finally:
            stop.set()
            await serving
        assert grounds.discord.gateway.identifies == connected

    assert "Jetson Orin Nano" not in str(unknown)
    assert "Jetson Orin Nano" in str(known["embeds"])
    assert f"`{JETSON}` · no longer offered by the operator" in str(listed["embeds"])


async def _done(asked: asyncio.Event) -> bool:
    return not asked.is_set()


async def _scanned(grounds: object) -> dict[str, object] | None:
    answer = await ask(grounds, "member", "general", "scan", product=JETSON)  # type: ignore[arg-type]
    return answer if "Jetson Orin Nano" in str(answer.get("embeds")) else None
