"""Whether the one door to the internet still refuses what lies inside: it is asked for it, with a trap behind.

The trap listens on loopback. Its port is open at every host for this door, so nothing but the address can refuse.
"""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from enum import StrEnum

from aiohttp import web
from aiohttp.abc import AbstractResolver, ResolveResult

from bot.doctor.findings import Finding, fail, fine

_NAME = "inside.invalid"
# Ways to write this machine's own address. Some are no address to the client library, which is as good as refusing.
_HERE = (
    "127.0.0.1 127.1 127.8.9.1 localhost 0x7f000001 0x7f.1 2130706433 0177.0.0.1 0 0.0.0.0 [::1] [::]"
    " [::ffff:127.0.0.1] [::ffff:7f00:1] ①②⑦.⓪.⓪.① 127。0。0。1"
).split()
_ELSEWHERE = (
    "10.0.0.1 172.16.0.1 192.168.0.1 100.64.0.1 169.254.169.254 168.63.129.16 224.0.0.1 255.255.255.255 [fe80::1]"
    " [fc00::1] [fec0::1] [64:ff9b::7f00:1] [2002:7f00:1::] [::ffff:10.0.0.1] [ff02::1]"
).split()
_NOT_WEB = ("file:///etc/hostname", "gopher://127.0.0.1/", "http://name:word@127.0.0.1/", "http://127.0.0.1:22/")


class Came(StrEnum):
    """What came of a question at the door."""

    REFUSED = "refused"  # by a rule of ours
    FAILED = "failed"
    ANSWERED = "answered"


Ask = Callable[[str], Awaitable[Came]]


@dataclass(slots=True)
class Trap:
    """A server on loopback that nobody should reach. `lure` stands for a public page that leads to it."""

    port: int = 0
    lure_port: int = 0
    hits: list[str] = field(default_factory=list)
    leads_to: str = ""

    @property
    def lure(self) -> str:
        """The page that redirects, `host:port`."""
        return f"lure.invalid:{self.lure_port}"

    async def caught(self, request: web.Request) -> web.Response:
        """Somebody came in."""
        self.hits.append(str(request.url))
        return web.Response(text="inside")

    async def redirect(self, _: web.Request) -> web.Response:
        """Away from a page that may be read, to one that may not."""
        raise web.HTTPFound(self.leads_to)


class Names(AbstractResolver):
    """A lying DNS: every name leads to this machine."""

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        return [ResolveResult(hostname=host, host="127.0.0.1", port=port, family=socket.AF_INET, proto=0, flags=0)]

    async def close(self) -> None:
        """Nothing is open."""


@asynccontextmanager
async def trap() -> AsyncIterator[Trap]:
    """The trap, set."""
    it = Trap()
    runners = []
    try:
        for handler in (it.caught, it.redirect):
            app = web.Application()
            app.router.add_route("*", "/{tail:.*}", handler)
            runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
            await runner.setup()
            runners.append(runner)
            await web.TCPSite(runner, "127.0.0.1", 0).start()
        it.port, it.lure_port = (runner.addresses[0][1] for runner in runners)
        yield it
    finally:
        for runner in runners:
            await runner.cleanup()


def table(port: int) -> Iterator[tuple[str, bool]]:
    """Every address that must be refused, and whether a rule of ours has to do it."""
    for host in _HERE:
        yield f"http://{host}:{port}/", False
    yield f"http://{_NAME}:{port}/", True
    for host in _ELSEWHERE:
        yield f"http://{host}/", True
    for url in _NOT_WEB:
        yield url, True


async def refuses(ways: Mapping[str, Ask], it: Trap) -> Sequence[Finding]:
    """Ask each way out for every address of the table, and reading for what a redirect leads to."""
    open_to: list[str] = []
    asked = 0
    for name, ask in ways.items():
        for url, by_rule in table(it.port):
            asked += 1
            open_to += await _open(name, ask, url, url, it, by_rule=by_rule)
    for inner in (f"127.0.0.1:{it.port}", f"{_NAME}:{it.port}", "169.254.169.254"):
        asked += 1
        it.leads_to = f"http://{inner}/"
        open_to += await _open(
            "reading", ways["reading"], f"http://{it.lure}/", f"a redirect to {inner}", it, by_rule=True
        )
    if open_to:
        cure = "stop the bot and report this: whoever can name an address can reach into this network"
        return [fail(f"the way out leads inside: {', '.join(open_to[:5])}", cure)]
    return [fine(f"refused all {asked} addresses inside this machine and network, by name, number and redirect")]


async def _open(name: str, ask: Ask, url: str, said: str, it: Trap, *, by_rule: bool) -> list[str]:
    hits = len(it.hits)
    came = await ask(url)
    is_shut = came is Came.REFUSED or (came is Came.FAILED and not by_rule)
    return [] if is_shut and len(it.hits) == hits else [f"{name} {said} ({came})"]
