"""The sections about watching the bot itself from outside."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Annotated

from pydantic import AfterValidator, Field, SecretStr

from alerts.settings.units import Duration, Percent
from alerts.settings.written import Section, WebAddress, _web_address


def _secret_address(url: SecretStr) -> SecretStr:
    return SecretStr(_web_address(url.get_secret_value()))


class SentrySection(Section):
    """The error tracker of that name, hosted by sentry.io or by the operator."""

    dsn: SecretStr | None = None  # from SENTRY_DSN or SENTRY_DSN_FILE only
    """see above; never in the file. Without it nothing is sent"""


class TracesSection(Section):
    """OpenTelemetry's traces, for a collector."""

    endpoint: WebAddress | None = None
    """a collector that speaks OTLP over HTTP, `http://127.0.0.1:4318`; `/v1/traces` is added. Without it nothing is
    traced"""
    sample: Percent = Decimal("0.1")
    """the part of scans, changes, messages and requests that is traced"""


class HeartbeatSection(Section):
    """A sign of life to somebody outside; its absence is the alarm."""

    url: Annotated[SecretStr, AfterValidator(_secret_address)] | None = None  # from HEARTBEAT_URL or _FILE only
    """see above; never in the file. Without it no sign is given"""
    every: Duration = Field(default=timedelta(minutes=1), ge=timedelta(seconds=10))
    """how often"""
