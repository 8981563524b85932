"""changedetection.io on the same pages: its restock processor and its plain fetcher, in a process of its own."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp

from benchmarks.other_process import Server
from benchmarks.scanning.ways import Cost

_PATIENCE = 300.0
_TICK = os.sysconf("SC_CLK_TCK")


async def peer_cost(python: Path, shop: Server, pages: int, rounds: int) -> list[Cost]:
    """Its CPU, all its threads and children, for each check of a page; a first round is not counted."""
    with tempfile.TemporaryDirectory(prefix="hs-peer-") as folder:
        async with _running(python, Path(folder)) as (pid, base), aiohttp.ClientSession() as session:
            session.headers["x-api-key"] = await _token(Path(folder), session, base)
            await _without_examples(session, base)
            for number in range(pages):
                body = {"url": f"http://127.0.0.1:{shop.port}/p/{number}", "processor": "restock_diff"}
                async with session.post(f"{base}/api/v1/watch", json=body) as answer:
                    answer.raise_for_status()
            await _all_served(shop, pages)
            await _at_rest(pid)
            costs = [await _round(session, base, pid, shop, pages) for _ in range(rounds)]
            await _was_right(session, base, pages)
            return costs


async def _without_examples(session: aiohttp.ClientSession, base: str) -> None:
    async with session.get(f"{base}/api/v1/watch") as answer:
        examples = await answer.json()
    for name in examples:
        async with session.delete(f"{base}/api/v1/watch/{name}") as answer:
            answer.raise_for_status()


async def _round(session: aiohttp.ClientSession, base: str, pid: int, shop: Server, pages: int) -> Cost:
    began, used = time.perf_counter(), _cpu(pid)
    async with session.get(f"{base}/api/v1/watch", params={"recheck_all": "1"}) as answer:
        answer.raise_for_status()
    await _all_served(shop, pages)
    took = time.perf_counter() - began
    return Cost((await _at_rest(pid) - used) / pages * 1000, pages / took)


async def _all_served(shop: Server, pages: int) -> None:
    """By the shop's own count: to ask the peer would cost it CPU."""
    give_up, served = time.perf_counter() + _PATIENCE, 0
    while served < pages:
        if time.perf_counter() > give_up:
            raise RuntimeError(f"changedetection.io asked for {served} pages of {pages}")
        await asyncio.sleep(0.25)
        served += (await shop("turn"))["served"]


async def _at_rest(pid: int) -> float:
    """Its CPU once it hardly uses any more."""
    used = _cpu(pid)
    while True:
        await asyncio.sleep(0.5)
        before, used = used, _cpu(pid)
        if used - before < 0.025:
            return used


async def _was_right(session: aiohttp.ClientSession, base: str, pages: int) -> None:
    async with session.get(f"{base}/api/v1/watch") as answer:
        watches: dict[str, dict[str, Any]] = await answer.json()
    if wrong := [each["last_error"] for each in watches.values() if each["last_error"]]:
        raise RuntimeError(f"changedetection.io could not read a page: {wrong[0]}")
    if len([each for each in watches.values() if each["last_checked"]]) < pages:
        raise RuntimeError("changedetection.io did not check all pages")


@asynccontextmanager
async def _running(python: Path, folder: Path) -> AsyncIterator[tuple[int, str]]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    words = {"ALLOW_IANA_RESTRICTED_ADDRESSES": "true", "DISABLE_VERSION_CHECK": "true", "LOGGER_LEVEL": "ERROR",
             "MINIMUM_SECONDS_RECHECK_TIME": "0"}  # fmt: skip
    process = await asyncio.create_subprocess_exec(
        str(python.parent / "changedetection.io"), "-C", "-d", str(folder), "-h", "127.0.0.1", "-p", str(port),
        env={**{key: value for key, value in os.environ.items() if key != "PYTHONPATH"}, **words}, cwd=folder,
        stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL, start_new_session=True,
    )  # fmt: skip
    try:
        yield process.pid, f"http://127.0.0.1:{port}"
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        try:
            await asyncio.wait_for(process.wait(), 10)
        except TimeoutError:
            os.killpg(process.pid, signal.SIGKILL)
            await process.wait()


async def _token(folder: Path, session: aiohttp.ClientSession, base: str) -> str:
    """What its API asks for, once it listens."""
    give_up = time.perf_counter() + 60
    while time.perf_counter() < give_up:
        await asyncio.sleep(0.5)
        try:
            async with session.get(base):
                pass
        except aiohttp.ClientError:
            continue
        for file in folder.glob("*.json"):  # noqa: ASYNC240  # a benchmark waits anyway
            settings = json.loads(file.read_text()).get("settings", {})
            if token := settings.get("application", {}).get("api_access_token"):
                return str(token)
    raise RuntimeError("changedetection.io did not start")


def _cpu(pid: int) -> float:
    """Seconds of CPU of a process and its children, all their threads, and of those children that have ended."""
    return sum(_own_cpu(each) for each in _family(pid))


def _family(pid: int) -> Iterator[int]:
    yield pid
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in task.read_text().split():
            yield from _family(int(child))


def _own_cpu(pid: int) -> float:
    words = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return sum(int(word) for word in words[11:15]) / _TICK
