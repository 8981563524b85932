"""The section of the web face."""

from __future__ import annotations

from ipaddress import ip_address, ip_network
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    Field,
    SecretStr,
    field_validator,
)

from alerts.settings.written import Section, WebAddress


def _network(text: str) -> str:
    try:
        return str(ip_network(text.strip()))
    except ValueError:
        raise ValueError("is not a network; write for instance 10.0.0.0/8, or 127.0.0.1 for one address") from None


def _public_address(url: str) -> str:
    parts = urlsplit(url)
    if parts.path or parts.query or parts.fragment:
        raise ValueError("holds more than a host; write for instance https://sentry.example.com")
    if parts.scheme != "https" and not _is_loopback(parts.hostname or ""):
        raise ValueError(
            "is not https, so others on the way could sign in as its visitors; put a proxy with https there"
        )
    return url


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


class WebSection(Section):
    host: str = Field(default="127.0.0.1", title="address")
    """where the [dashboard](dashboard.md), `/live`, `/ready`, `/health`, `/health/detailed` and `/metrics` are served
    ([metrics](metrics.md)); `0.0.0.0` for everywhere"""
    port: int = Field(default=8000, ge=0, le=65535)
    """0 picks a free one"""
    public_metrics: bool = False
    """show `/metrics` to anybody; else only to who asks from this machine and through no proxy"""
    trusted_proxies: tuple[Annotated[str, AfterValidator(_network)], ...] = ()
    """proxies of yours, `["10.0.0.0/8"]`: what they say in `X-Forwarded-For` or `Forwarded` is believed, read from the
    right, up to the first address that is none of them. Nobody else is believed. Let each write one of the two headers
    and remove the other: where both are there and disagree, neither is believed"""
    public_url: Annotated[WebAddress, AfterValidator(_public_address)] | None = None
    """where people find the dashboard, `https://sentry.example.com`; without it `http://` with host and port. Only on
    this machine it may be plain http ([dashboard](dashboard.md))"""
    oauth_client_id: str | None = Field(default=None, title="digits", pattern=r"^[0-9]{1,20}$")
    """the application with which people sign in at Discord; without it the bot's own"""
    oauth_client_secret: SecretStr | None = None  # from DISCORD_CLIENT_SECRET or DISCORD_CLIENT_SECRET_FILE only
    """see above; never in the file"""

    def address(self) -> str:
        """Where people find it: as configured, else on this machine."""
        if self.public_url:
            return self.public_url
        host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self.host, self.host)  # noqa: S104 - nothing listens by this
        return f"http://{f'[{host}]' if ':' in host else host}:{self.port}"

    @field_validator("host")
    @classmethod
    def _address(cls, host: str) -> str:
        if host != "localhost":
            try:
                ip_address(host)
            except ValueError:
                raise ValueError("is not an address to listen on; write 127.0.0.1 or 0.0.0.0") from None
        return host
