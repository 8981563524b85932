"""The program as a worker on a real server: a committed change reaches a webhook that another process has added."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from alerts.domain.wishes import Watch
from alerts.settings.model import Settings
from alerts.store.ports import Commit
from bot.app import Role, engine, serve
from tests.reading.shop import shop
from tests.servers import binary_of, serving
from tests.store.test_contract import locked
from tests.waiting import eventually
from tests.webhooks.test_door import Receiver
from tests.worlds import IN, START, change, known, offer


@pytest.mark.valkey
async def test_a_worker_sends_what_a_manager_asked_for(tmp_path: Path) -> None:
    binary, receiver, stop = binary_of("valkey"), Receiver(), asyncio.Event()
    assert binary
    with serving(binary, tmp_path) as url:
        async with shop(receiver) as where:
            settings = Settings.model_validate(
                {
                    "store": {"url": url, "secret_key": Fernet.generate_key().decode()},
                    "fetch": {"allow_private": [where.place]},
                }
            )
            working = asyncio.create_task(serve(settings, frozenset({Role.WORKER}), stop=stop))
            try:
                async with engine(settings) as parts:
                    await parts.store.add_watch(Watch(guild=1, sku="pi5", added_by=7, added_at=START))
                    added = await parts.webhooks.add(1, f"{where.base}/in?canary", by=7)
                    assert added.webhook.is_active
                    lock = await locked(parts.store)
                    snapshot = (await parts.store.snapshot("pi5")).model_copy(update={"listings": (known(offer(IN)),)})
                    assert await parts.store.commit(Commit(lock, snapshot, changes=[change()]))

                    async def logged() -> bool:
                        return bool(await parts.webhooks.log(1, added.webhook.id))

                    await eventually(logged)
                    assert len(receiver.got) == 1
            finally:
                stop.set()
                await working
