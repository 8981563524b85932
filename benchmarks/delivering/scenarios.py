"""The bursts (a) to (e) against a Discord with its limits on: what arrived, when, and what Discord thought of us."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Collection, Sequence

from benchmarks.other_process import Json

from . import facts
from .rig import MEMORY, Figure, Rig, rig, rss, scaled

Pair = tuple[str, str]  # a channel and a product: one alert
RATE, BAN_SHARE, LONE = 45.0, 100, 5.0  # the bars of the issue


async def one_to_many(scale: float) -> list[Figure]:
    """(a) One change for 5,000 channels."""
    async with rig(facts.catalogue(["n1"])) as it:
        channels = await _channels(it, scaled(1000, scale), 5)
        await _wish(it, channels, sku="n1")
        await it.server("limits")
        began = time.monotonic()
        await facts.restock(it.store, "n1")
        await _run(it, len(channels), limit=60 + len(channels) / 20)
        report = await it.server("report")
    return [*_pace(report, began), *_kept(report, {(c, "n1") for _, c in channels})]


async def many_to_few(scale: float) -> list[Figure]:
    """(b) 500 changes at once, each for the same 10 channels, which take five messages in five seconds."""
    skus = [f"n{n}" for n in range(scaled(500, scale))]
    async with rig(facts.catalogue(skus, "boards")) as it:
        channels = await _channels(it, 2, 5)
        await _wish(it, channels, category="boards")
        await it.server("limits")
        for sku in skus:
            await facts.restock(it.store, sku)
        expected = {(channel, sku) for _, channel in channels for sku in skus}
        took = await _run(it, len(expected), limit=30 + len(expected) / 20)
        report = await it.server("report")
    posted = [len(told) for _, _, told, edit in report["arrived"] if not edit]
    return [
        Figure("seconds until all was told, or no longer waited", f"{took:.0f}"),
        Figure("alerts in a message, on average", f"{sum(posted) / max(1, len(posted)):.1f}"),
        *_kept(report, expected),
    ]


async def lone_in_burst(scale: float) -> list[Figure]:
    """(c) Alerts of other guilds, one at a time, while 5,000 channels are being told something else."""
    lone = [f"lone{n}" for n in range(scaled(50, scale, 20))]
    async with rig(facts.catalogue(["n1", *lone])) as it:
        channels = await _channels(it, scaled(1000, scale), 5)
        await _wish(it, channels, sku="n1")
        others = await _channels(it, len(lone), 1)
        for at, (sku, other) in enumerate(zip(lone, others, strict=True)):
            await _wish(it, [other], first=100_000 + at, sku=sku)
        await it.server("limits")
        committed: dict[Pair, float] = {}
        every = len(channels) / 50 / (len(lone) + 1)  # so that the last one still comes in the middle

        async def alone() -> None:
            for sku, (_, channel) in zip(lone, others, strict=True):
                await asyncio.sleep(every)
                committed[channel, sku] = time.monotonic()
                await facts.restock(it.store, sku)

        await facts.restock(it.store, "n1")
        asking = asyncio.create_task(alone())
        await _run(it, len(channels) + len(lone), limit=60 + len(channels) / 20)
        await asking
        report = await it.server("report")
    told = {(channel, sku): at for at, channel, skus, _ in report["arrived"] for sku in skus}
    waits = sorted(told.get(pair, float("inf")) - at for pair, at in committed.items())
    p95 = waits[min(len(waits) - 1, int(len(waits) * 0.95))]
    return [
        Figure(f"lone alert, p95 of {len(waits)}, s", f"{p95:.2f}", f"< {LONE:.0f}", p95 < LONE),
        Figure("lone alert, median / slowest, s", f"{waits[len(waits) // 2]:.2f} / {waits[-1]:.2f}"),
        *_kept(report, {(c, "n1") for _, c in channels} | set(committed)),
    ]


async def storm(scale: float) -> list[Figure]:
    """(d) For eight seconds each sixth post gets its channel's 429 and each fortieth the global one."""
    async with rig(facts.catalogue(["n1"])) as it:
        channels = await _channels(it, scaled(300, scale, 40), 5)
        await _wish(it, channels, sku="n1")
        await it.server("limits")
        await facts.restock(it.store, "n1")

        async def blow() -> None:
            await asyncio.sleep(2)
            await it.server("storm", user_every=6, global_every=40, retry_after=1.0)
            await asyncio.sleep(8)
            await it.server("calm")

        blowing = asyncio.create_task(blow())
        took = await _run(it, len(channels), limit=60 + len(channels) / 20)
        await blowing
        report = await it.server("report")
    return [
        Figure("answers", _answers(report)),
        Figure(f"seconds for {len(channels):,} channels", f"{took:.0f}"),
        *_kept(report, {(c, "n1") for _, c in channels}),
    ]


async def closed_doors(scale: float) -> list[Figure]:
    """(e) Three changes for 1,000 channels, 400 of which answer 403: 200 are hidden (50001), 200 locked (50013).

    With the gateway, as the bot has it: what may be known of a channel before sending is known.
    """
    skus = ["n1", "n2", "n3"]
    async with rig(facts.catalogue(skus), gateway=True) as it:
        channels = await _channels(it, scaled(200, scale, 2), 5)
        await _wish(it, channels, sku="n1")
        await _wish(it, channels, first=10_000, sku="n2")
        await _wish(it, channels, first=20_000, sku="n3")
        hidden, locked = [c for _, c in channels[::5]], [c for _, c in channels[1::5]]
        await it.server("close", hidden=hidden, locked=locked)
        await asyncio.sleep(2)  # the gateway tells of it
        await it.server("limits")
        good = [channel for _, channel in channels if channel not in {*hidden, *locked}]
        took = 0.0
        for at, sku in enumerate(skus, start=1):
            await facts.restock(it.store, sku)
            took += await _run(it, at * len(good), limit=60 + len(channels) / 20)
        report = await it.server("report")
    dead = len(hidden) + len(locked)
    return [
        Figure("answers", _answers(report)),
        Figure(f"403 of one of {dead} closed channels, at most", f"{report['refusals']}"),
        Figure("seconds for three changes", f"{took:.0f}"),
        *_kept(report, {(channel, sku) for channel in good for sku in skus}),
    ]


async def _channels(it: Rig, guilds: int, each: int) -> list[tuple[int, str]]:
    """So many guilds more; every channel with its guild."""
    made = await it.server("build", guilds=guilds, channels=each)
    return [(int(guild), channel) for guild, channels in made["guilds"] for channel in channels]


async def _wish(it: Rig, channels: Sequence[tuple[int, str]], *, first: int = 0, **wish: str) -> None:
    wishes = (facts.subscription(first + n, guild, int(channel), **wish) for n, (guild, channel) in enumerate(channels))
    await facts.subscribe(it.store, wishes)


async def _run(it: Rig, expected: int, *, limit: float) -> float:
    """Until so much is told, and two seconds more: what is told twice comes late."""
    told_at = 0.0

    async def all_told() -> bool:
        nonlocal told_at
        if not told_at and (await it.server("count"))["told"] >= expected:
            told_at = time.monotonic()
        return bool(told_at) and time.monotonic() > told_at + 2

    began = time.monotonic()
    took = await it.run(until=all_told, limit=limit)
    return told_at - began if told_at else took


def _pace(report: Json, began: float) -> list[Figure]:
    times = sorted(at for at, *_ in report["arrived"]) or [float("inf")]
    rate = (len(times) - 1) / (times[-1] - times[0]) if len(times) > 1 else 0.0
    refused = report["answers"].get("429 global", 0)
    return [
        Figure("messages a second, sustained", f"{rate:.2f}", f">= {RATE:.0f} (90 % of 50)", rate >= RATE),
        Figure("global 429", f"{refused}", "0", refused == 0),
        Figure("first / last message after the commit, s", f"{times[0] - began:.2f} / {times[-1] - began:.1f}"),
        Figure("answers", _answers(report)),
    ]


def _kept(report: Json, expected: Collection[Pair]) -> list[Figure]:
    """What every scenario promises."""
    told = Counter((channel, sku) for _, channel, skus, edit in report["arrived"] for sku in skus if not edit)
    by_edit = {(channel, sku) for _, channel, skus, edit in report["arrived"] for sku in skus if edit}
    lost = sum(pair not in told and pair not in by_edit for pair in expected)
    twice = sum(count - 1 for count in told.values())
    invalid, most = report["invalid"], rss()
    return [
        Figure(f"lost of {len(expected):,} alerts", f"{lost:,}", "0", lost == 0),
        Figure("told twice", f"{twice:,}", "0", twice == 0),
        Figure("invalid requests (ban at 10,000)", f"{invalid:,}", f"< {BAN_SHARE}", invalid < BAN_SHARE),
        Figure("memory at most, MB", f"{most:.0f}", f"< {MEMORY:.0f}", most < MEMORY),
    ]


def _answers(report: Json) -> str:
    return ", ".join(f"{count:,} x {status}" for status, count in sorted(report["answers"].items()))
