"""The whole program gives its sign of life, tells of the week, and leaves its traces with a collector."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from aiohttp import web
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from pydantic import SecretStr

from alerts.clock import SystemClock
from alerts.domain.report import WEEK, week_of
from alerts.settings.model import Settings
from alerts.settings.watching import HeartbeatSection, TracesSection
from alerts.store.embedded import Embedded
from alerts.store.redis.store import RedisStore
from bot.playground.play import playground
from tests.reading.shop import shop
from tests.waiting import eventually
from tests.wire.running import bot as program
from tests.wire.test_restock import ask

pytestmark = [pytest.mark.wire, pytest.mark.valkey]


async def test_who_watches_from_outside_hears_of_it_while_it_works(tmp_path: Path) -> None:
    signs: list[str] = []
    traced: set[str] = set()

    async def outside(request: web.Request) -> web.Response:
        body = await request.read()
        if request.path == "/v1/traces":
            got = ExportTraceServiceRequest.FromString(body)
            scopes = [scope for part in got.resource_spans for scope in part.scope_spans]
            traced.update(span.name for scope in scopes for span in scope.spans)
        else:
            signs.append(f"{request.method} {request.path}")
        return web.Response()

    async def signed() -> bool:
        return len(signs) >= 2

    async with shop(outside) as where, playground(port=0, data_dir=tmp_path) as found:
        channel = int(found.discord.world.channel("deals").id)
        last = week_of(SystemClock().now()) - WEEK
        async with Embedded(tmp_path) as valkey, RedisStore(valkey.url) as store:
            await store.set_note("weekly report", f'{{"week": "{last.isoformat()}", "is_told": true, "bytes_used": 1}}')

        grounds = replace(found, settings=_watched(found.settings, where.place, where.base, channel))
        async with program(grounds):
            await ask(grounds, "member", "general", "scan", product="jetson", fresh=True)
            await eventually(signed)
        texts = [message["content"] for message in found.discord.world.messages("deals")]

    assert set(signs) == {"POST /ping"}
    assert {"scan", "look", "commit"} <= traced
    assert len([text for text in texts if text.startswith("📋 **The week**")]) == 1
    assert not [task for task in asyncio.all_tasks() if task.get_name() in ("heartbeat", "weekly report")]


def _watched(settings: Settings, place: str, base: str, channel: int) -> Settings:
    """As an operator would have it, but with a sign of life every fifth of a second."""
    fetch = settings.fetch.model_copy(update={"allow_private": (*settings.fetch.allow_private, place)})
    every = timedelta(seconds=0.2)
    return settings.model_copy(
        update={
            "fetch": fetch,
            "heartbeat": HeartbeatSection.model_construct(url=SecretStr(f"{base}/ping"), every=every),
            "traces": TracesSection.model_construct(endpoint=base, sample=1),
            "operator": settings.operator.model_copy(update={"report_channel": channel}),
        }
    )
