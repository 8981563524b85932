"""The configuration, the files that hold its secrets, and what of it is open to the world."""

from __future__ import annotations

import stat
from collections.abc import Iterator, Mapping, Sequence
from ipaddress import ip_address
from pathlib import Path

from alerts.settings.model import Settings
from alerts.settings.web import WebSection
from bot.doctor.findings import Finding, fail, fine, warn

# What a container is handed belongs to it alone, whatever its mode.
_HANDED_IN = ("/run/secrets/", "/var/run/secrets/")


def refused(fault: str) -> Sequence[Finding]:
    """A configuration that cannot be used, in the sentence that says where and how to mend it."""
    return [fail(fault, "")]


def loaded(place: Path, settings: Settings) -> Sequence[Finding]:
    """A configuration that can be."""
    shops = {listing.vendor for product in settings.products for listing in product.listings}
    return [fine(f"{place} is fine; products: {len(settings.products)}, their shops: {len(shops)}")]


def no_token() -> Sequence[Finding]:
    """Without one nobody is there on Discord."""
    return [fail("no Discord token", "set DISCORD_TOKEN, or DISCORD_TOKEN_FILE to a file that holds it; "
                 "a process without the role bot works without")]  # fmt: skip


def files(named: Mapping[str, Path]) -> list[Finding]:
    """Files that hold secrets, by what names them. One that cannot be read was refused before."""
    found = [finding for name, path in named.items() if path.exists() for finding in _file(name, path)]
    return found or [fine("no file of a secret can be read by others")]


def _file(name: str, path: Path) -> Iterator[Finding]:
    mode = path.stat().st_mode
    said = f"{name}: {path} has mode {stat.S_IMODE(mode):04o}"
    if mode & stat.S_IWOTH:
        yield fail(f"{said}: anybody on this machine can change it", f"chmod 600 {path}")
    elif mode & stat.S_IROTH and not str(path).startswith(_HANDED_IN):
        yield warn(f"{said}: anybody on this machine can read it", f"chmod 600 {path}")


def secret_key(settings: Settings) -> list[Finding]:
    """Whether there is, or will be, a key to seal secrets with."""
    if settings.store.secret_key is not None:
        return [fine("HS_SECRET_KEY is set")]
    if settings.store.url.startswith("embedded://"):
        key = settings.store.data_dir / "secret.key"
        return [fine(f"{key} {'is there' if key.exists() else 'is made on the first need'}; keep it with your backups")]
    said = "no HS_SECRET_KEY: webhooks, services and API keys cannot be added, and none that is there works"
    return [warn(said, "set HS_SECRET_KEY to what `openssl rand -base64 32` prints, in every process alike")]


def operator(settings: Settings) -> list[Finding]:
    """Whether anybody is told of the bot's own troubles."""
    if settings.operator.channel is None:
        return [warn("nobody is told when the bot itself is in trouble", "set operator.channel to a channel's id")]
    return [fine(f"the channel {settings.operator.channel} is told when the bot itself is in trouble")]


def web(own: WebSection) -> list[Finding]:
    """Who can reach the dashboard, the API and the numbers."""
    at = f"{own.host}:{own.port}"
    is_open, is_https = not _is_loopback(own.host), (own.public_url or "").startswith("https://")
    found = list(_weak(own, at, is_open=is_open, is_https=is_https))
    reach = "by other machines" if is_open else "from this machine alone"
    return found or [fine(f"{at} can be reached {reach}; people find it at {own.address()}")]


def _weak(own: WebSection, at: str, *, is_open: bool, is_https: bool) -> Iterator[Finding]:
    if is_open and not is_https:
        yield warn(
            f"{at} can be reached by other machines, in plain http",
            "set web.host to 127.0.0.1, or put a proxy with https before it and its address in web.public_url",
        )
    if own.public_metrics:
        yield warn(
            f"/metrics is shown to anybody who reaches {at}",
            "set web.public_metrics to false, and have Prometheus ask with an API key of the operator's",
        )
    if is_https and not own.trusted_proxies:
        yield warn(
            f"{own.public_url} is a proxy's, but web.trusted_proxies names none: all its visitors share one limit",
            'name the proxy\'s own address, such as ["127.0.0.1"]',
        )
    if own.oauth_client_secret is None and own.public_url is not None:
        yield warn(
            "people cannot sign in to the dashboard: there is no DISCORD_CLIENT_SECRET",
            "set it, from OAuth2 in Discord's developer portal; the operator's link works without",
        )


def _is_loopback(host: str) -> bool:
    return host == "localhost" or ip_address(host).is_loopback
