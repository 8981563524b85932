"""(f) How fast we are when Discord sets no limit, beside the same client and the same messages without us."""

from __future__ import annotations

import asyncio
import cProfile
import pstats
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from typing import TypeVar

import aiohttp
import discord
import orjson
from redis.asyncio import Redis

from benchmarks.other_process import Server
from bot.playground.discord.ids import stable

from . import facts
from .rig import MEMORY, TOKEN, Figure, Rig, cpu_of, rig, rss, scaled

T = TypeVar("T")
RATE = 1500.0
AT_ONCE = 20
PLAYGROUND_POSTS = 3000
_FIRST = 50_000  # numbers of channels; each loop has its own, so that none finds what another left behind


@dataclass(frozen=True, slots=True)
class Cost:
    """What so many sends took."""

    sends: int
    wall: float
    own: float
    server: float
    valkey: float = 0.0
    reads: int = 0

    @property
    def per_core(self) -> float:
        """Sends for each CPU second of our own process."""
        return self.sends / self.own

    def __str__(self) -> str:
        return f"{self.per_core:,.0f}"


async def unlimited(scale: float, *, profile: bool = False) -> list[Figure]:
    """(f) One change for 5,000 channels, no limits; the pipeline, the bare client, raw requests."""
    count = scaled(5000, scale, 200)
    async with rig(facts.catalogue(["n1"]), server="lean", pace=None) as it:
        wishes = (facts.subscription(n, int(stable(n // 5)), int(stable(_FIRST + n)), sku="n1") for n in range(count))
        await facts.subscribe(it.store, wishes)
        await facts.restock(it.store, "n1")
        spread = await _measured(it, count, lambda: _until_idle(it.fanout))
        ours = await _measured(it, count, lambda: _all_sent(it, count), profile=profile)
        told, most = (await it.server("count"))["told"], rss()
        bare = await _bare(it.server, count, sweep=True)
        tamed = await _bare(it.server, count, sweep=False)
        raw = await _raw(it.server, [stable(4 * _FIRST + n) for n in range(count)])
    async with Server.start("benchmarks.delivering.server", "playground") as playground:
        made = await playground("build", guilds=max(1, PLAYGROUND_POSTS // 50), channels=50)
        ceiling = await _raw(playground, [channel for _, channels in made["guilds"] for channel in channels])
    return [
        Figure("sends per second per core", str(ours), f">= {RATE:,.0f}", ours.per_core >= RATE),
        Figure("  the same with Valkey's CPU counted", f"{count / (ours.own + ours.valkey):,.0f}"),
        Figure("  sends a second, all on these cores", f"{count / ours.wall:,.0f}"),
        Figure("CPU s: ours / Valkey / Discord's", f"{ours.own:.2f} / {ours.valkey:.2f} / {ours.server:.2f}"),
        Figure("round trips to Valkey per send", f"{ours.reads / count:.2f}"),
        Figure("fan-out, deliveries per second per core", str(spread)),
        Figure("  round trips to Valkey per delivery", f"{spread.reads / count:.2f}"),
        Figure("bare channel.send, per second per core", f"{bare} (ours: {ours.per_core / bare.per_core:.0%})"),
        Figure("  its sweep of old buckets left out", f"{tamed} (ours: {ours.per_core / tamed.per_core:.0%})"),
        Figure("raw aiohttp posts, per second per core", f"{raw} (ours: {ours.per_core / raw.per_core:.0%})"),
        Figure("playground's own ceiling, posts a second", f"{ceiling.sends / ceiling.wall:,.0f}"),
        Figure(f"lost of {count:,} alerts", f"{count - min(told, count)}", "0", told >= count),
        Figure("told twice", f"{max(0, told - count)}", "0", told <= count),
        Figure("memory at most, MB", f"{most:.0f}", f"< {MEMORY:.0f}", most < MEMORY),
    ]


async def _until_idle(turn: Callable[[], Awaitable[bool]]) -> None:
    while await turn():
        pass


async def _all_sent(it: Rig, count: int) -> None:
    """Turn after turn; a deliverer that never comes to an end has three minutes."""
    end = time.monotonic() + 180
    while time.monotonic() < end:
        if not await it.deliver():
            if (await it.server("count"))["told"] >= count:
                return
            await asyncio.sleep(0.005)


async def _measured(it: Rig, count: int, work: Callable[[], Awaitable[None]], *, profile: bool = False) -> Cost:
    async with Redis.from_url(it.valkey.url) as redis:
        before, server = await redis.info("stats"), (await it.server("report"))["cpu"]
        wall, own, valkey = time.perf_counter(), time.process_time(), cpu_of(it.valkey.pid)
        profiler = cProfile.Profile()
        if profile:
            profiler.enable()
        await work()
        profiler.disable()
        wall, own = time.perf_counter() - wall, time.process_time() - own
        valkey = cpu_of(it.valkey.pid) - valkey
        after, server = await redis.info("stats"), (await it.server("report"))["cpu"] - server
    if profile:
        pstats.Stats(profiler).sort_stats("tottime").print_stats(30)
        pstats.Stats(profiler).sort_stats("cumtime").print_stats(70)
    reads = after["total_reads_processed"] - before["total_reads_processed"]
    return Cost(count, wall, own, server, valkey, int(reads))


async def _bare(server: Server, count: int, *, sweep: bool) -> Cost:
    """discord.py alone with the embed of our alert, made once. It has its own buckets, as ours has."""
    embed = discord.Embed(title="Back in stock: Board n1", url="https://acme.test/n1", colour=0x2ECC71,
                          description="[Open Acme](https://acme.test/n1)")  # fmt: skip
    embed.add_field(name="Now", value="**£79.90**\n🟢 In stock").add_field(name="Before", value="£79.90\n🔴 Sold out")
    embed.add_field(name="Also in stock", value="£84.50 · [Bitwares](https://bitwares.test/n1)", inline=False)
    embed.add_field(name="Why", value="It was sold out since 3 days ago. Now the page says “Add to cart” (buybox).")
    embed.set_footer(text=f"Alert {'a' * 24}")
    client = discord.Client(intents=discord.Intents(guilds=True), max_messages=None, max_ratelimit_timeout=30.0)
    if not sweep:
        # As bot/client.py does, which says why.
        client.http._try_clear_expired_ratelimits = lambda: None  # type: ignore[method-assign] # noqa: SLF001
    none = discord.AllowedMentions.none()

    async def send(number: int) -> None:
        channel = client.get_partial_messageable(int(stable((2 if sweep else 3) * _FIRST + number)))
        text, nonce = "Back in stock: **Board n1** at Acme, £79.90", f"{number:024}"
        await channel.send(text, embeds=[embed], nonce=nonce, allowed_mentions=none)

    async with client:
        await client.login(TOKEN)
        return await _loop(server, iter(range(count)), count, send)


async def _raw(server: Server, channels: list[str]) -> Cost:
    """The same requests with aiohttp and orjson alone."""
    embed = {"title": "Back in stock: Board n1", "url": "https://acme.test/n1", "description": "x" * 300}
    headers = {"Content-Type": "application/json", "Authorization": f"Bot {TOKEN}"}
    numbered = enumerate(channels)
    async with aiohttp.ClientSession(headers=headers) as session:

        async def post(each: tuple[int, str]) -> None:
            number, channel = each
            body = {"content": "Back in stock", "embeds": [embed], "nonce": f"{number:024}", "enforce_nonce": True}
            url = f"{server.api_base}/channels/{channel}/messages"
            async with session.post(url, data=orjson.dumps(body)) as answer:
                answer.raise_for_status()
                orjson.loads(await answer.read())

        return await _loop(server, numbered, len(channels), post)


async def _loop(server: Server, items: Iterator[T], count: int, send: Callable[[T], Awaitable[None]]) -> Cost:
    async def some() -> None:
        for item in items:
            await send(item)

    at_server = (await server("report"))["cpu"]
    wall, own = time.perf_counter(), time.process_time()
    await asyncio.gather(*(some() for _ in range(AT_ONCE)))
    wall, own = time.perf_counter() - wall, time.process_time() - own
    return Cost(count, wall, own, (await server("report"))["cpu"] - at_server)
