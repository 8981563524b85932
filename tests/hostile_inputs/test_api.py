"""The table put to the HTTP API, as it is composed and served: the problem it says, or what it understands."""

from __future__ import annotations

import json
import time
from collections.abc import AsyncIterator
from io import BytesIO
from typing import Any

import pytest

from bot.playground.discord.server import DiscordServer
from tests.hostile_inputs import addresses, bodies, prices, texts
from tests.hostile_inputs.door import doors
from tests.hostile_inputs.keeping import kept
from tests.hostile_inputs.rows import Row, each
from tests.web.world import World, settings, world

_FINE = b'{"sku": "pi5"}'
_JSON = {"Content-Type": "application/json"}
_LONGEST = 1.0  # seconds of processor: what costs more holds up everybody else


@pytest.fixture
async def here() -> AsyncIterator[World]:
    async with world() as found:
        yield found


class Asked:
    """One request, and whether the answer is the one that the row says."""

    def __init__(self, here: World, row: Row) -> None:
        self._here, self._row = here, row

    async def __call__(self, method: str, path: str, **options: Any) -> str:
        """What was answered, as text."""
        row, before = self._row, kept(self._here.store)
        began = time.thread_time()
        status, said, headers = await self._here.ask(method, path, **options)
        took = time.thread_time() - began
        text = said.decode() if isinstance(said, bytes) else json.dumps(said, ensure_ascii=False, separators=(",", ":"))
        assert took < _LONGEST, f"held everybody up for {took:.1f} s"
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert "Traceback" not in text
        if row.is_fine:
            assert status in (200, 201, 202), text[:500]
            assert row.says in text, text[:500]
            return text
        assert status < 500, text[:500]
        assert isinstance(said, dict), text[:500]
        assert said["code"] == row.api, text[:500]
        assert row.says in said["detail"], said["detail"]
        assert len(said["detail"]) < 1000
        changed = {name for name, value in kept(self._here.store).items() if before[name] != value}
        assert not changed, f"was refused, and all the same changed {changed}"
        return text


@each(row for row in addresses.ADDRESSES if row.api)
async def test_an_address(row: Row, here: World) -> None:
    assert isinstance(here.parts.looks, dict)
    async with doors(here.parts.looks):
        body = json.dumps({"url": row.given})
        text = await Asked(here, row)("POST", "/api/v1/watches", data=body, headers={**await here.key(), **_JSON})

    if row.is_fine:
        assert json.loads(text)["urls"] == [row.says]


@each(row for row in texts.NAMES if row.api)
async def test_a_name(row: Row, here: World) -> None:
    key = await here.key()
    taken = row.api == "refused"  # nothing of it acts, so it is a name as any other
    row = Row(row.name, row.given, row.says, is_fine=True) if taken else row
    text = await Asked(here, Row(row.name, row.given, "" if row.is_fine else row.says, row.api, is_fine=row.is_fine))(
        "POST", "/api/v1/watches", json={"sku": "pi5", "name": row.given}, headers=key
    )

    if row.is_fine:
        assert json.loads(text)["name"] == row.says


@each(row for row in texts.QUERIES if row.api)
async def test_a_query(row: Row, here: World) -> None:
    await Asked(here, row)("POST", "/api/v1/scan", json={"sku": row.given}, headers=await here.key())


@each(row for row in bodies.BODIES if row.api)
async def test_a_body(row: Row, here: World) -> None:
    path = "/api/v1/scan/batch" if b"skus" in row.given else "/api/v1/scan"
    await Asked(here, row)("POST", path, data=BytesIO(row.given), headers={**await here.key(), **_JSON})


@each(bodies.HEADERS)
async def test_a_header(row: Row, here: World) -> None:
    headers = {**await here.key(), **_JSON, **row.given}
    await Asked(here, row)("POST", "/api/v1/scan", data=_FINE, headers=headers)


@each(bodies.QUERIES)
async def test_a_query_of_an_address(row: Row, here: World) -> None:
    method, _, path = row.given.rpartition(" ")
    await Asked(here, row)(method or "GET", path, headers=await here.key())


@pytest.fixture
async def beside_discord() -> AsyncIterator[tuple[World, DiscordServer]]:
    """A server with channels, and another one."""
    async with DiscordServer() as server:
        told = settings(discord={"api_base": server.api_base, "token": server.token})
        async with world(told) as found:
            yield found, server


@each(bodies.WISHES)
async def test_a_wish(row: Row, beside_discord: tuple[World, DiscordServer]) -> None:
    here, discord = beside_discord
    guild, other = discord.world.guild, discord.world.add_guild("Elsewhere", channels=["theirs"])
    numbers = {"HERE": str(next(iter(guild.channels))), "ELSEWHERE": str(next(iter(other.channels)))}
    body = json.dumps(row.given)
    for word, number in numbers.items():
        body = body.replace(f'"{word}"', f'"{number}"')
    key = await here.key(guild=int(guild.id))

    await Asked(here, row)("POST", "/api/v1/subscriptions", data=body, headers={**key, **_JSON})


@each(row for row in prices.PRICES if row.api)
async def test_a_price(row: Row, beside_discord: tuple[World, DiscordServer]) -> None:
    here, discord = beside_discord
    guild = discord.world.guild
    body = {"sku": "pi5", "target": {"id": str(next(iter(guild.channels)))}, "below": row.given}
    key = await here.key(guild=int(guild.id))
    asked = Asked(here, Row(row.name, row.given, "" if row.is_fine else "below", row.api, is_fine=row.is_fine))

    text = await asked("POST", "/api/v1/subscriptions", json=body, headers=key)

    if row.is_fine:
        amount, currency = row.says.split()
        assert json.loads(text)["rules"]["below"] == {"amount": amount, "currency": currency}
