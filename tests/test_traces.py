"""Traces: spans of scans, changes, messages and requests, each in its place; nothing at all while nobody wants them."""

from __future__ import annotations

import asyncio
import json
import logging
import sys
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import aiohttp
import pytest
import structlog
from aiohttp import web
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import StatusCode

from alerts.clock import SystemClock
from alerts.deliver import Deliver
from alerts.domain.errors import DeliveryError
from alerts.fanout import Fanout
from alerts.observing import SILENT, Everybody, Observer
from alerts.products import Products
from alerts.scan import Scan
from alerts.settings.load import load
from alerts.store.memory import MemoryStore
from alerts.subscriptions import Subscriptions
from alerts.watches import Watches
from bot.logs import configure
from bot.root.watching import reporting, tracing
from bot.traces import Traces
from bot.web.server import application
from tests.canary.collecting import MARK
from tests.fakes import FakeClock, Mailbox, Shops
from tests.reading.shop import shop
from tests.test_metrics import ADMIN, DEALS, GUILD, PI
from tests.worlds import IN, MINUTE, OUT, offer

SECRET = f"{MARK}-in-a-span"


class Seen:
    """Traces that end in this process."""

    def __init__(self, sample: float = 1) -> None:
        self.exporter = InMemorySpanExporter()
        self.traces = Traces(self.exporter, sample=sample, version="1.2.3", roles=["bot"])

    def spans(self) -> Sequence[ReadableSpan]:
        self.traces.close()
        return self.exporter.get_finished_spans()


async def a_restock(observer: Observer, *, mailbox: Mailbox | None = None) -> None:
    """Scanned, spread and delivered."""
    clock = FakeClock()
    store, shops = MemoryStore(clock=clock), Shops(clock, Acme=offer(OUT), Bolt=offer(IN, "110"))
    products = Products([PI])
    watches = Watches(store=store, products=products, clock=clock)
    subscriptions = Subscriptions(store=store, watches=watches, clock=clock)
    scan = Scan(looks={"Acme": shops, "Bolt": shops}, store=store, clock=clock, patience=MINUTE, observer=observer)
    await subscriptions.add(GUILD, PI, DEALS, by=ADMIN)
    await scan(PI, max_age=timedelta(0))
    shops.vendors["Acme"] = offer(IN)
    await scan(PI, max_age=timedelta(0))
    fanout = Fanout(store=store, products=products, clock=clock, name="one", observer=observer)
    deliver = Deliver(store=store, notifier=mailbox or Mailbox(), clock=clock, name="one", observer=observer)
    while await fanout() or await deliver():
        pass


def named(spans: Sequence[ReadableSpan], name: str) -> list[ReadableSpan]:
    return [span for span in spans if span.name == name]


async def test_a_restock_leaves_spans_from_the_shops_to_the_message() -> None:
    seen = Seen()
    await a_restock(Everybody(Observer(), seen.traces))
    spans = seen.spans()
    scans = {span.context.span_id: span for span in named(spans, "scan") if span.context}

    assert len(scans) == 2
    assert len(named(spans, "look")) == 4
    assert {dict(span.attributes or {})["hs.vendor"] for span in named(spans, "look")} == {"Acme", "Bolt"}
    within = [*named(spans, "look"), *named(spans, "commit")]
    assert all(span.parent and span.parent.span_id in scans for span in within)
    (fanout,), (deliver,) = named(spans, "fanout"), named(spans, "deliver")
    assert dict(fanout.attributes or {}) == {"hs.sku": "pi5", "hs.kind": "restocked"}
    assert dict(deliver.attributes or {})["hs.lane"] == "channel"
    assert deliver.resource.attributes["service.version"] == "1.2.3"


async def test_no_span_holds_an_id_of_a_server_person_or_channel() -> None:
    seen = Seen()
    await a_restock(seen.traces)
    text = " ".join(span.to_json() for span in seen.spans())

    assert not [each for each in (GUILD, ADMIN, DEALS.id) if str(each) in text]


async def test_an_error_leaves_its_kind_and_not_its_words() -> None:
    seen, mailbox = Seen(), Mailbox()
    mailbox.failures = [DeliveryError(f"refused {SECRET}")]
    with pytest.raises(KeyError), seen.traces.span("request"):
        raise KeyError(SECRET)
    await a_restock(seen.traces, mailbox=mailbox)
    spans = seen.spans()

    assert SECRET not in " ".join(span.to_json() for span in spans)
    assert named(spans, "request")[0].status.status_code is StatusCode.ERROR
    assert named(spans, "request")[0].status.description == "KeyError"
    assert "DeliveryError" in {span.status.description for span in named(spans, "deliver")}


def test_the_log_bears_the_id_of_the_trace_and_only_within_it() -> None:
    seen = Seen()
    with seen.traces.span("scan"):
        bound = structlog.contextvars.get_contextvars()["trace_id"]
        with seen.traces.span("look"):
            assert structlog.contextvars.get_contextvars()["trace_id"] == bound

    assert "trace_id" not in structlog.contextvars.get_contextvars()
    assert {f"{span.context.trace_id:032x}" for span in seen.spans() if span.context} == {bound}


def test_of_what_is_not_sampled_nothing_is_left() -> None:
    seen = Seen(sample=0)
    with seen.traces.span("scan"), seen.traces.span("look"):
        assert "trace_id" not in structlog.contextvars.get_contextvars()

    assert seen.spans() == ()


async def test_a_request_to_our_own_face_is_a_span_of_its_route() -> None:
    seen = Seen()

    async def page(_: web.Request) -> web.Response:
        return web.Response(text="hello")

    app = application(
        (), gate=None, clock=SystemClock(), pages=[web.get("/page/{id}", page)], span=seen.traces.span  # type: ignore[arg-type]
    )  # fmt: skip
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    async with aiohttp.ClientSession() as session, session.get(f"http://127.0.0.1:{port}/page/{GUILD}") as got:
        assert got.status == 200
    await runner.cleanup()

    (span,) = seen.spans()
    assert dict(span.attributes or {}) == {"hs.route": "/page/{id}", "hs.method": "GET"}


async def test_a_collector_gets_them_over_http() -> None:
    got: list[ExportTraceServiceRequest] = []

    async def collect(request: web.Request) -> web.Response:
        assert request.path == "/v1/traces"
        got.append(ExportTraceServiceRequest.FromString(await request.read()))
        return web.Response()

    async with shop(collect) as where:
        settings = load(f"traces: {{endpoint: '{where.base}', sample: 100%}}", {})
        async with tracing(settings, ["worker"]) as traces:
            assert traces
            await a_restock(traces)

    scopes = [scope for each in got for part in each.resource_spans for scope in part.scope_spans]
    names = {span.name for scope in scopes for span in scope.spans}
    assert {"scan", "look", "commit", "fanout", "deliver"} <= names


async def test_a_collector_that_is_away_hurts_nobody() -> None:
    settings = load("traces: {endpoint: 'http://127.0.0.1:9', sample: 100%}", {})

    async with tracing(settings, ["worker"]) as traces:
        assert traces
        await a_restock(traces)


async def test_while_nobody_traces_there_is_nothing_to_pay_for() -> None:
    async with tracing(load("", {}), []) as traces:
        assert traces is None
    everybody = Everybody(Observer(), Observer())

    assert everybody.span("scan", sku="pi5") is SILENT.span("look")


@pytest.mark.parametrize(
    ("text", "env", "module", "says"),
    [
        ("traces: {endpoint: 'http://127.0.0.1:9'}", {}, "bot.traces", "traces.endpoint is set"),
        ("", {"SENTRY_DSN": f"https://{MARK}@s.test/1"}, "bot.sentry", "SENTRY_DSN is set"),
    ],
)
async def test_a_package_that_is_missing_is_named_with_the_cure(
    text: str, env: dict[str, str], module: str, says: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, module, None)
    settings = load(text, env)

    async def begin(part: Any) -> None:
        async with part(settings, []):
            await asyncio.sleep(0)

    with pytest.raises(Exception, match=says) as caught:
        await begin(tracing if "traces" in module else reporting)
    assert "extra `observe`" in str(caught.value)
    assert MARK not in str(caught.value)


def test_a_line_of_the_log_within_a_span_bears_its_trace(capsys: pytest.CaptureFixture[str]) -> None:
    seen, root, before = Seen(), logging.getLogger(), structlog.get_config()
    handlers, level = root.handlers, root.level
    try:
        configure(logging.INFO)
        with seen.traces.span("scan"):
            structlog.get_logger("ours").info("within")
        structlog.get_logger("ours").info("outside")
    finally:
        root.handlers = handlers
        root.setLevel(level)
        structlog.configure(**before)
    within, outside = (json.loads(line) for line in capsys.readouterr().err.splitlines())

    assert [span.context.trace_id for span in seen.spans() if span.context] == [int(within["trace_id"], 16)]
    assert "trace_id" not in outside
