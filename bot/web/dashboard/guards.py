"""What every page is sent with, and what every form must have: nobody else's page acts in a visitor's name."""

from __future__ import annotations

from hmac import compare_digest
from typing import Final
from urllib.parse import urlsplit

from aiohttp import web

MOST_BYTES = 64 * 1024


def policy(*form_targets: str) -> str:
    """The content security policy. A form may lead to this host, or be sent on to one of `form_targets`."""
    forms = " ".join(["'self'", *form_targets])
    return (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self';"
        f" form-action {forms}; frame-ancestors 'none'; base-uri 'none'"
    )


# `same-origin`, since a browser that is to send no referrer at all says `Origin: null` with our own forms.
HEADERS: Final = {
    "Content-Security-Policy": policy(),
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def comes_from_here(request: web.Request, public_url: str) -> bool:
    """Whether a form was sent by one of our own pages, as the browser says; without its word it was not."""
    site, origin = request.headers.get("Sec-Fetch-Site"), request.headers.get("Origin")
    if site is None and origin is None:
        return False
    if site is not None and site != "same-origin":
        return False
    return origin is None or origin == origin_of(public_url) or urlsplit(origin).netloc == request.host


def go(address: str) -> web.Response:
    """On to another page, by GET."""
    return web.Response(status=303, headers={"Location": address})


def origin_of(url: str) -> str:
    """The scheme, host and port of an address."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def is_same(given: str, expected: str) -> bool:
    """Compare two secrets in the same time, wherever they differ. Nothing is the same as no secret."""
    return bool(expected) and compare_digest(given.encode("utf-8", "surrogatepass"), expected.encode())


def own_path(text: str | None) -> str:
    """Where to go on: a path of ours, or the start. Whatever a browser could read as another host is not one."""
    if not text or len(text) > 1000 or text[:1] != "/" or text[1:2] in ("/", "\\"):
        return "/"
    if any(char <= " " or char in "\\\x7f" for char in text):
        return "/"
    return text
