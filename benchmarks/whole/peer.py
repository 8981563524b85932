"""changedetection.io on the same shop: its restock processor and plain fetcher; a webhook notes what it tells."""

from __future__ import annotations

import asyncio
import json
import os
import random
import re
import signal
import socket
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import asdict
from pathlib import Path

import aiohttp
from aiohttp import web

from benchmarks.other_process import Server
from benchmarks.whole import seed
from benchmarks.whole.shop import Plan
from benchmarks.whole.told import gaps, percentile

_NUMBER = re.compile(r"/p/(\d+)")
_START = 120.0
_BASELINE = 600.0
_LATEST = 120.0
# As often as it goes, on this machine's addresses, and nothing asked of the internet.
_WORDS = {
    "ALLOW_IANA_RESTRICTED_ADDRESSES": "true",
    "DISABLE_VERSION_CHECK": "true",
    "LOGGER_LEVEL": "ERROR",
    "MINIMUM_SECONDS_RECHECK_TIME": "0",
}
Change = Callable[[Server, Plan, int, random.Random], Awaitable[None]]


async def peer_latency(python: Path, plan: Plan, changes: int, change: Change) -> str:
    """Its figures in words."""
    with tempfile.TemporaryDirectory(prefix="hs-latency-peer-") as name:
        async with (
            Server.start("benchmarks.whole.shop", json.dumps(asdict(plan))) as shop,
            _webhook() as (hook, heard),
            _running(python, Path(name)) as base,
            aiohttp.ClientSession() as session,
        ):
            session.headers["x-api-key"] = await _token(Path(name), session, base)
            for number in range(plan.products):
                await _watch(session, base, seed.address(plan, shop.port, number), hook)
            await _looked_at(shop)
            began = time.time()
            await change(shop, plan, changes, random.Random(8))
            for _ in range(round(_LATEST)):
                if len(heard) >= changes:
                    break
                await asyncio.sleep(1)
            noted, ended = await shop("noted"), time.time()
    between = gaps(noted["looks"], since=began, until=ended)
    late = [heard[each["number"]] - each["at"] for each in noted["changes"] if each["number"] in heard]
    return (
        f"\nchangedetection.io, {plan.products} listings: a sweep {percentile(between, 50):.2f} s"
        f" (p95 {percentile(between, 95):.2f}); {changes} changes, {changes - len(late)} not told in"
        f" {_LATEST:.0f} s\n  to its webhook: p50 {percentile(late, 50):.2f}  p95 {percentile(late, 95):.2f}"
        f"  max {max(late, default=0.0):.2f} s"
    )


async def _watch(session: aiohttp.ClientSession, base: str, url: str, hook: str) -> None:
    body = {
        "url": url,
        "processor": "restock_diff",
        "time_between_check": {"seconds": 1},
        "time_between_check_use_default": False,
        "notification_urls": [hook],
        "notification_title": "changed",
        "notification_body": "{{watch_url}}",
    }
    async with session.post(f"{base}/api/v1/watch", json=body) as answer:
        if answer.status >= 400:
            raise RuntimeError(f"changedetection.io did not take a watch: {await answer.text()}")


async def _looked_at(shop: Server) -> None:
    deadline = time.monotonic() + _BASELINE
    while (await shop("count"))["least"] < 2:
        if time.monotonic() > deadline:
            raise RuntimeError("changedetection.io did not look at all pages in time")
        await asyncio.sleep(1)


@asynccontextmanager
async def _webhook() -> AsyncIterator[tuple[str, dict[int, float]]]:
    """Its address in the peer's words, and when which product was told first."""
    heard: dict[int, float] = {}

    async def told(request: web.Request) -> web.Response:
        for number in _NUMBER.findall(await request.text()):
            heard.setdefault(int(number), time.time())
        return web.Response()

    app = web.Application()
    app.add_routes([web.post("/", told)])
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        yield f"json://127.0.0.1:{runner.addresses[0][1]}/", heard
    finally:
        await runner.cleanup()


@asynccontextmanager
async def _running(python: Path, folder: Path) -> AsyncIterator[str]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = await asyncio.create_subprocess_exec(
        str(python.parent / "changedetection.io"), "-C", "-d", str(folder), "-h", "127.0.0.1", "-p", str(port),
        env={**{key: value for key, value in os.environ.items() if key != "PYTHONPATH"}, **_WORDS}, cwd=folder,
        stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL, start_new_session=True,
    )  # fmt: skip
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        try:
            await asyncio.wait_for(process.wait(), 10)
        except TimeoutError:
            os.killpg(process.pid, signal.SIGKILL)
            await process.wait()


async def _token(folder: Path, session: aiohttp.ClientSession, base: str) -> str:
    """What its API asks for, once it listens."""
    deadline = time.monotonic() + _START
    while time.monotonic() < deadline:
        await asyncio.sleep(0.5)
        try:
            async with session.get(base):
                pass
        except aiohttp.ClientError:
            continue
        if token := _kept_token(folder):
            return token
    raise RuntimeError("changedetection.io did not start")


def _kept_token(folder: Path) -> str | None:
    for file in folder.glob("*.json"):
        settings = json.loads(file.read_text()).get("settings", {})
        if token := settings.get("application", {}).get("api_access_token"):
            return str(token)
    return None
