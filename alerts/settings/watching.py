"""The sections about watching the bot itself from outside."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from pydantic import AfterValidator, Field, SecretStr

from alerts.settings.units import Duration
from alerts.settings.written import Section, _web_address


def _secret_address(url: SecretStr) -> SecretStr:
    return SecretStr(_web_address(url.get_secret_value()))


class HeartbeatSection(Section):
    """A sign of life to somebody outside; its absence is the alarm."""

    url: Annotated[SecretStr, AfterValidator(_secret_address)] | None = None  # from HEARTBEAT_URL or _FILE only
    """see above; never in the file. Without it no sign is given"""
    every: Duration = Field(default=timedelta(minutes=1), ge=timedelta(seconds=10))
    """how often"""
