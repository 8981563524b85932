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
    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=0, le=65535)
    public_metrics: bool = False
    trusted_proxies: tuple[Annotated[str, AfterValidator(_network)], ...] = ()
    public_url: Annotated[WebAddress, AfterValidator(_public_address)] | None = None
    oauth_client_id: str | None = Field(default=None, pattern=r"^[0-9]{1,20}$")
    oauth_client_secret: SecretStr | None = None  # from DISCORD_CLIENT_SECRET or DISCORD_CLIENT_SECRET_FILE only

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
