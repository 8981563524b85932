"""Whoever watches the bot: the sign of life, the weekly report, errors to Sentry, traces to a collector."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Collection
from contextlib import asynccontextmanager, suppress

import structlog

from alerts.domain.errors import BadInput, SentryError, StoreError
from alerts.findings import Findings
from alerts.health import Health
from alerts.heartbeat import Heartbeat
from alerts.observing import Observer
from alerts.reading.web.post import WebPoster
from alerts.report import Reports, Weekly
from alerts.runner import Runner
from alerts.settings.model import Settings
from alerts.watchdog import Tell
from bot.logs import REPORTING
from bot.parts import running
from bot.root.common import this_process, vendors_of, version_of_ours
from bot.root.engine import Engine

_LAST_WORDS = 2.0  # seconds for what was not sent yet at the end
_MISSING = (
    "{what} is set, but the package {package} is not installed: install hardware-sentry with the extra `observe`,"
    " or unset it."
)
log = structlog.get_logger()


@asynccontextmanager
async def reporting(settings: Settings, roles: Collection[str]) -> AsyncIterator[None]:
    """Errors of this process to the operator's Sentry, if they have one."""
    dsn = settings.sentry.dsn
    if dsn is None:
        yield
        return
    try:
        from bot.sentry import Errors  # noqa: PLC0415 - of the extra `observe`
    except ImportError:
        raise BadInput(_MISSING.format(what="SENTRY_DSN", package="sentry-sdk")) from None
    errors = Errors(dsn.get_secret_value(), release=version_of_ours(), roles=roles)
    REPORTING.to = errors
    try:
        yield
    except SentryError:
        raise
    except Exception as exc:  # a defect that ends the process: told before it does
        log.critical("the process ends", exc_info=exc)
        raise
    finally:
        REPORTING.to = None
        await asyncio.to_thread(errors.close, _LAST_WORDS)


@asynccontextmanager
async def tracing(settings: Settings, roles: Collection[str]) -> AsyncIterator[Observer | None]:
    """Traces of this process to a collector, if there is one."""
    own = settings.traces
    if own.endpoint is None:
        yield None
        return
    try:
        from bot.traces import Traces  # noqa: PLC0415 - of the extra `observe`
    except ImportError:
        raise BadInput(_MISSING.format(what="traces.endpoint", package="opentelemetry-sdk")) from None
    traces = Traces.to(own.endpoint, sample=float(own.sample), version=version_of_ours(), roles=roles)
    try:
        yield traces
    finally:
        await asyncio.to_thread(traces.close)


def findings_of(parts: Engine) -> Findings:
    """What is wrong, by the settings."""
    settings = parts.settings
    findings = Findings(
        store=parts.store,
        vendors=vendors_of(settings),
        every=settings.tiers.every(),
        silence=settings.operator.silence,
        since=parts.clock.now(),
    )
    parts.live.follow(
        lambda told: findings.configure(
            vendors=vendors_of(told), every=told.tiers.every(), silence=told.operator.silence
        )
    )
    return findings


def reports_of(parts: Engine) -> Reports:
    return Reports(store=parts.store, analytics=parts.analytics, findings=findings_of(parts), clock=parts.clock)


@asynccontextmanager
async def weekly(
    parts: Engine, tell: Callable[[int], Tell], tasks: list[asyncio.Task[None]], *, is_there: Callable[[], bool]
) -> AsyncIterator[None]:
    """Tell the operator of each week, if they have named a channel for it; `tell` makes the way to one.

    `is_there`: whether anything can be told now.
    """
    channel = parts.settings.operator.report_channel
    if channel is None:
        yield
        return
    telling = Weekly(
        store=parts.store, reports=reports_of(parts), tell=tell(channel), clock=parts.clock, name=this_process()
    )

    async def turn() -> bool:
        return is_there() and await telling.turn()

    turns = Runner("weekly report", turn, clock=parts.clock)
    async with running(turns.run(), tasks, "weekly report", end=turns.stop):
        yield
    with suppress(StoreError):
        await telling.leave()


@asynccontextmanager
async def heartbeat(parts: Engine, health: Health, tasks: list[asyncio.Task[None]]) -> AsyncIterator[None]:
    """In every process; the one with the seat gives the sign."""
    settings, own = parts.settings, parts.settings.heartbeat
    if own.url is None:
        yield
        return
    url, poster = own.url.get_secret_value(), WebPoster(clock=parts.clock, allow_private=settings.fetch.allow_private)
    try:
        poster.check(url)
    except BadInput:  # whose words are about another address
        raise BadInput(
            "HEARTBEAT_URL cannot be used: write an address that starts with https://,"
            " or name its host and port in fetch.allow_private."
        ) from None

    async def is_ready() -> bool:
        return (await health.report()).is_ready

    beating = Heartbeat(
        store=parts.store,
        findings=findings_of(parts),
        poster=poster,
        clock=parts.clock,
        name=this_process(),
        url=url,
        every=own.every,
        is_ready=is_ready,
        delivers=settings.discord.token is not None,
    )
    turns = Runner("heartbeat", beating.turn, clock=parts.clock)
    async with running(turns.run(), tasks, "heartbeat", end=turns.stop):
        yield
    with suppress(StoreError):
        await beating.leave()
