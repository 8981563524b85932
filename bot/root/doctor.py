"""The doctor's checks put together: what each is given, in which order, and what has to be fine before it.

A new check is a function that answers findings, and one line here.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from alerts.clock import SystemClock
from alerts.domain.errors import ReadError
from alerts.domain.wishes import Subscription
from alerts.ports import Clock
from alerts.reading.web.addresses import NotAllowed
from alerts.reading.web.fetch import WebFetcher
from alerts.reading.web.post import WebPoster
from alerts.resealing import Resealed, Resealing
from alerts.settings.model import Settings
from alerts.settings.shops import RetrySection, VendorSection
from alerts.store.embedded import Embedded
from alerts.store.promises.archive import LAST_BACKUP
from alerts.store.redis.checkup import Checkup
from alerts.store.redis.store import RedisStore
from bot.doctor import configuration, door, machine, memory
from bot.doctor.findings import Cause, Check, Finding, Look, fine, skipped
from bot.doctor.identity import Identity
from bot.doctor.places import LIMIT, Places
from bot.doctor.rest import Rest
from bot.doctor.sealed import secrets_at_rest
from bot.doctor.shops import shops as read_each
from bot.root.common import vendors_of
from bot.root.engine import key_ring_of
from bot.root.shops import shops
from bot.web.dashboard.door import RETURN

_AT_THE_DOOR = 30.0

_STARTING = 60.0  # seconds: an embedded store reads its whole log first


def without_settings(fault: str) -> Sequence[Check]:
    """What can be looked at while the configuration cannot be used."""
    return [*_machine(), Check("configuration", _now(lambda: configuration.refused(fault)), Cause.CONFIGURATION)]


def before_running(settings: Settings, secret_files: Mapping[str, Path]) -> Sequence[Check]:
    """What is worth a line in the log of every start: it takes no time, and nobody is asked."""
    worth = ("secret files", "secret key", "web")
    return [each for each in _configuration(settings, Path(), secret_files) if each.name in worth]


@asynccontextmanager
async def checks(
    settings: Settings, *, place: Path, secret_files: Mapping[str, Path], offline: bool, clock: Clock | None = None
) -> AsyncIterator[Sequence[Check]]:
    """Every check, in turn. What they open is closed at the end."""
    clock = clock or SystemClock()
    async with AsyncExitStack() as closing:
        opened = _Opened(settings, clock, closing)
        yield [
            *_machine(),
            *_configuration(settings, place, secret_files),
            *_memory(settings, opened),
            *(await _discord(settings, opened, clock, closing, offline=offline)),
            Check("way out", lambda: _way_out(settings, clock), limit=_AT_THE_DOOR),
            _shops(settings, clock, offline=offline),
        ]


class _Opened:
    """The store, opened by the check that looks whether it is there."""

    def __init__(self, settings: Settings, clock: Clock, closing: AsyncExitStack) -> None:
        self._settings, self._clock, self._closing = settings, clock, closing
        self._url = settings.store.url
        self.checkup: Checkup
        self.store: RedisStore | None = None  # while it is empty, too

    async def reach(self) -> Sequence[Finding]:
        if self._url.startswith("embedded://"):
            self._url = (await self._closing.enter_async_context(Embedded(self._settings.store.data_dir))).url
        self.checkup = await self._closing.enter_async_context(Checkup(self._url, clock=self._clock))
        return memory.servers(await self.checkup.servers())

    async def keeping(self) -> Sequence[Finding]:
        return memory.keeping(await self.checkup.servers())

    async def clocks(self) -> Sequence[Finding]:
        return memory.clocks(await self.checkup.servers())

    async def latency(self) -> Sequence[Finding]:
        return memory.latency(await self.checkup.pings(memory.PINGS))

    async def schema(self) -> Sequence[Finding]:
        found = await self.checkup.schema()
        if found.is_ours and found.found is not None:  # else opening it would write into it, or be refused
            self.store = await self._closing.enter_async_context(RedisStore(self._url))
        return memory.schema(found)

    async def sealed(self) -> Sequence[Finding]:
        keys = key_ring_of(self._settings)
        return secrets_at_rest(await Resealing(store=self.store, keys=keys)(is_dry=True) if self.store else Resealed())

    async def backup(self) -> Sequence[Finding]:
        if self.store is None:
            return [fine("nothing is kept yet, so there is nothing to back up")]
        return memory.backup(await self.store.note(LAST_BACKUP), self._clock.now())

    async def wishes(self, guild: int) -> Sequence[Subscription]:
        return await self.store.subscriptions(guild) if self.store else []


def _machine() -> list[Check]:
    return [
        Check("python", machine.python),
        Check("packages", machine.packages),
        Check("quickness", machine.loop),
    ]


def _configuration(settings: Settings, place: Path, secret_files: Mapping[str, Path]) -> list[Check]:
    files = dict(secret_files)
    own_key = settings.store.data_dir / "secret.key"
    if settings.store.url.startswith("embedded://"):
        files["the store's own key"] = own_key
    looks: dict[str, Callable[[], Sequence[Finding]]] = {
        "configuration": lambda: configuration.loaded(place, settings),
        "secret files": lambda: configuration.files(files),
        "secret key": lambda: configuration.secret_key(settings),
        "operator": lambda: configuration.operator(settings),
        "web": lambda: configuration.web(settings.web),
    }
    return [Check(name, _now(look), Cause.CONFIGURATION) for name, look in looks.items()]


def _memory(settings: Settings, opened: _Opened) -> list[Check]:
    after = ("store",)
    return [
        Check("disk", _now(lambda: machine.disk(settings.store.data_dir))),
        Check("store", opened.reach, Cause.STORE, limit=_STARTING),
        Check("store's memory", opened.keeping, Cause.CONFIGURATION, needs=after),
        Check("store's clock", opened.clocks, needs=after),
        Check("store's speed", opened.latency, needs=after),
        Check("store's schema", opened.schema, Cause.STORE, needs=after),
        Check("backup", opened.backup, needs=("store", "store's schema")),
        Check("secrets at rest", opened.sealed, Cause.CONFIGURATION, needs=("store", "store's schema")),
    ]


async def _discord(
    settings: Settings, opened: _Opened, clock: Clock, closing: AsyncExitStack, *, offline: bool
) -> list[Check]:
    token = settings.discord.token
    if offline:
        return [Check("token", _now(lambda: [skipped("not asked: --offline")]))]
    if token is None:
        return [Check("token", _now(configuration.no_token), Cause.CONFIGURATION)]
    rest = await closing.enter_async_context(
        Rest(api_base=settings.discord.api_base, token=token.get_secret_value(), clock=clock)
    )
    signs_in = settings.web.oauth_client_secret is not None and settings.web.oauth_client_id is None
    identity = Identity(rest, redirect=settings.web.address() + RETURN if signs_in else None)
    places = Places(rest, identity, wishes=opened.wishes, clock=clock)
    after = ("token",)
    found = [
        Check("token", identity.token, Cause.CONFIGURATION),
        Check("application", identity.application, Cause.CONFIGURATION, needs=after),
        Check("gateway", identity.gateway, needs=after),
        Check("Discord's clock", identity.clock, needs=after),
        Check("channels", places.look, limit=2 * LIMIT, needs=("token", "store", "store's schema")),
    ]
    channel = settings.operator.channel
    if channel is not None:
        found.append(Check("operator's channel", lambda: places.operators(channel), Cause.CONFIGURATION, needs=after))
    return found


async def _way_out(settings: Settings, clock: Clock) -> Sequence[Finding]:
    """The rules themselves; what the operator has opened is told beside them."""
    async with door.trap() as trap:
        names, ports, open_to = door.Names(), [trap.port], [trap.lure]
        fetcher = WebFetcher(clock=clock, timeout=settings.fetch.timeout, pace=None, concurrency=64, ports=ports,
                             allow_private=open_to, respect_robots=False, resolver=names)  # fmt: skip
        poster = WebPoster(clock=clock, ports=ports, allow_private=open_to, resolver=names)
        async with fetcher:
            found = await door.refuses({"reading": _reading(fetcher), "posting": _posting(poster)}, trap)
    private = settings.fetch.allow_private
    opened = [fine(f"opened by fetch.allow_private: {', '.join(private)}")] if private else []
    return [*found, *opened]


def _reading(fetcher: WebFetcher) -> door.Ask:
    async def ask(url: str) -> door.Came:
        try:
            await fetcher.get(url)
        except NotAllowed:
            return door.Came.REFUSED
        except ReadError:
            return door.Came.FAILED
        return door.Came.ANSWERED

    return ask


def _posting(poster: WebPoster) -> door.Ask:
    words = {"not allowed": door.Came.REFUSED, "private address": door.Came.REFUSED}
    unknown = ("malformed address", "unknown name")

    async def ask(url: str) -> door.Came:
        # Else it would be refused for being http, whatever it leads to.
        answer = await poster.post(url.replace("http://", "https://", 1), b"{}", {})
        # A connection that broke was made.
        return words.get(answer.word, door.Came.FAILED if answer.word in unknown else door.Came.ANSWERED)

    return ask


def _shops(settings: Settings, clock: Clock, *, offline: bool) -> Check:
    if offline:
        return Check("shops", _now(lambda: [skipped("not read: --offline")]))
    limit = settings.fetch.timeout.total_seconds() + 5

    async def look() -> Sequence[Finding]:
        async with shops(_once(settings), clock) as looks:
            return await read_each(settings.catalogue(), looks, limit=limit)

    return Check("shops", look, Cause.SHOPS, limit=limit * (2 + len(vendors_of(settings)) // 8))


def _once(settings: Settings) -> Settings:
    """One try for each shop, and nothing that costs money."""
    vendors = {
        name: (settings.vendors.get(name) or VendorSection()).model_copy(update={"retry": RetrySection(attempts=1)})
        for name in vendors_of(settings)
    }
    free = settings.tinyfish.model_copy(update={"api_key": None})
    return settings.model_copy(update={"vendors": vendors, "tinyfish": free})


def _now(look: Callable[[], Sequence[Finding]]) -> Look:
    async def at_once() -> Sequence[Finding]:
        return look()

    return at_once
