"""The two cookies: who has signed in, and which browser began to."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum

from aiohttp import web


class Cookie(StrEnum):
    """What each is for."""

    SESSION = "hs"
    SIGN_IN = "hs-sign-in"


class Cookies:
    """Out of reach of scripts and of other sites' forms. Over https also bound to this very host, by `__Host-`."""

    def __init__(self, public_url: str) -> None:
        self._is_secure = public_url.startswith("https://")

    def name(self, cookie: Cookie) -> str:
        """As browsers know it. They take `__Host-` only over https, which a browser on this machine may not have."""
        return f"__Host-{cookie}" if self._is_secure else str(cookie)

    def read(self, request: web.Request, cookie: Cookie) -> str:
        """What the browser sent; nothing is ""."""
        return request.cookies.get(self.name(cookie), "")

    def put(self, response: web.StreamResponse, cookie: Cookie, value: str, *, lasts: timedelta) -> None:
        """Keep it in the browser. `Lax`: it comes along when Discord leads back to us, and with no foreign form."""
        response.set_cookie(
            self.name(cookie),
            value,
            max_age=int(lasts.total_seconds()),
            path="/",
            secure=self._is_secure,
            httponly=True,
            samesite="Lax",
        )

    def drop(self, response: web.StreamResponse, cookie: Cookie) -> None:
        """Let the browser forget it."""
        self.put(response, cookie, "", lasts=timedelta(0))
