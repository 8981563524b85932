"""Everything that the API offers, in the order of its document."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import orjson

from alerts.additions import Additions
from alerts.analytics import Analytics
from alerts.answers import Answers
from alerts.batch import Batch, Found
from alerts.health import Health
from alerts.history import History
from alerts.limits import Limits
from alerts.ports import Clock
from alerts.products import Products
from alerts.scan import Answer
from alerts.scan_jobs import JobSheet, Queue, ScanJob, ScanJobs
from alerts.subscriptions import Subscriptions
from alerts.watches import Watches
from alerts.webhooks.management import Webhooks
from bot.web.api.asking import Asking
from bot.web.api.batches import batch_as_public
from bot.web.api.figures import FigureRoutes
from bot.web.api.jobs import JobRoutes
from bot.web.api.scans import Scans
from bot.web.api.subscriptions import Places, SubscriptionRoutes
from bot.web.api.watches import WatchRoutes
from bot.web.api.webhooks import WebhookRoutes
from bot.web.endpoints import Endpoint
from bot.web.health import HealthRoutes
from bot.web.reload import Reload, ReloadRoute


@dataclass(frozen=True, slots=True)
class Parts:
    """The use cases that the API speaks for."""

    answers: Answers
    history: History
    products: Products
    watches: Watches
    additions: Additions
    subscriptions: Subscriptions
    webhooks: Webhooks
    analytics: Analytics
    health: Health
    limits: Limits
    places: Places
    jobs: ScanJobs
    clock: Clock
    reload: Reload | None = None  # where there is a file to read again


def scan_jobs(
    *, store: JobSheet, queue: Queue, answers: Answers, products: Products, limits: Limits, clock: Clock
) -> ScanJobs:
    """Background scans: begun by a process with the role web, done by one with the role worker."""
    asking = Asking(answers=answers, products=products, limits=limits, clock=clock)

    async def ask(job: ScanJob, query: str) -> Answer:
        return await asking.for_job(job.guild, job.asker, query, fresh=job.fresh)

    def render(found: Found) -> str:
        return orjson.dumps(batch_as_public(found, clock)).decode()

    return ScanJobs(store=store, queue=queue, batch=Batch(clock), ask=ask, render=render, clock=clock)


def endpoints(parts: Parts) -> Sequence[Endpoint]:
    """The whole table."""
    asking = Asking(answers=parts.answers, products=parts.products, limits=parts.limits, clock=parts.clock)
    scans = Scans(
        scanned=asking, batch=Batch(parts.clock), history=parts.history, products=parts.products, clock=parts.clock
    )
    watches = WatchRoutes(watches=parts.watches, additions=parts.additions, products=parts.products)
    subscriptions = SubscriptionRoutes(subscriptions=parts.subscriptions, products=parts.products, places=parts.places)
    return (
        *scans.endpoints(),
        *watches.endpoints(),
        *subscriptions.endpoints(),
        *WebhookRoutes(parts.webhooks).endpoints(),
        *JobRoutes(parts.jobs).endpoints(),
        *FigureRoutes(analytics=parts.analytics, answers=parts.answers).endpoints(),
        *HealthRoutes(parts.health).endpoints(),
        *(ReloadRoute(parts.reload).endpoints() if parts.reload else ()),
    )
