"""Traces as OpenTelemetry has them: what a scan, a change, a message and a request spend their time on."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from contextvars import Token
from typing import Any

from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter
from opentelemetry.sdk.trace.sampling import ParentBased, TraceIdRatioBased
from opentelemetry.trace import Status, StatusCode
from structlog.contextvars import bind_contextvars, reset_contextvars

from alerts.observing import Observer

_PATIENCE = 5.0  # seconds for the collector to take a batch


class Traces(Observer):
    """Told of what begins and ends; the log's events in between bear the trace's id.

    No span holds an error's text, an address of a page, or an id of a server or person: `facts` are named by us.
    """

    def __init__(self, exporter: SpanExporter, *, sample: float, version: str, roles: Collection[str]) -> None:
        """`sample`: the part of traces that is kept, from 0 to 1."""
        self._provider = TracerProvider(
            sampler=ParentBased(TraceIdRatioBased(sample)),
            resource=Resource.create(
                {"service.name": "hardware-sentry", "service.version": version, "hs.roles": ",".join(sorted(roles))}
            ),
            shutdown_on_exit=False,
        )
        self._provider.add_span_processor(BatchSpanProcessor(exporter))
        self._tracer = self._provider.get_tracer("hardware-sentry", version)

    @classmethod
    def to(cls, endpoint: str, *, sample: float, version: str, roles: Collection[str]) -> Traces:
        """Send them to a collector, over HTTP."""
        exporter = OTLPSpanExporter(endpoint=f"{endpoint.rstrip('/')}/v1/traces", timeout=_PATIENCE)
        return cls(exporter, sample=sample, version=version, roles=roles)

    @contextmanager
    def span(self, name: str, **facts: str) -> Iterator[None]:
        is_first = not trace.get_current_span().get_span_context().is_valid
        with self._tracer.start_as_current_span(
            name,
            attributes={f"hs.{key}": value for key, value in facts.items()},
            record_exception=False,
            set_status_on_exception=False,
        ) as span:
            context = span.get_span_context()
            tokens: Mapping[str, Token[Any]] = {}
            if is_first and context.trace_flags.sampled:
                tokens = bind_contextvars(trace_id=trace.format_trace_id(context.trace_id))
            try:
                yield
            except BaseException as exc:  # whose text may be anything: its kind is enough
                span.set_status(Status(StatusCode.ERROR, type(exc).__name__))
                raise
            finally:
                reset_contextvars(**tokens)

    def close(self) -> None:
        """Send what waits. It may take as long as the collector's patience; call it beside the event loop."""
        self._provider.shutdown()
