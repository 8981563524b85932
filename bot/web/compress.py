"""Smaller answers for those who can read them: zstd, brotli or gzip over 1 KB, and 304 for what is known already."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import lru_cache
from hashlib import blake2b
from zlib import MAX_WBITS, compressobj

import brotli
from aiohttp import web

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

_LEAST = 1024
_TYPES = ("application/json", "application/problem+json", "text/", "application/javascript", "image/svg+xml")


def _gzip(body: bytes) -> bytes:
    packer = compressobj(level=6, wbits=MAX_WBITS | 16)
    return packer.compress(body) + packer.flush()


# In the order of our own liking: the same size for less time first.
_WAYS: dict[str, Callable[[bytes], bytes]] = {
    "zstd": lambda body: zstd.compress(body, level=3),
    "br": lambda body: bytes(brotli.compress(body, quality=4)),
    "gzip": _gzip,
}


def compress(request: web.Request, response: web.Response) -> None:
    """Compress the answer's body in place, where that is wanted and worth it."""
    body = response.body
    if not isinstance(body, bytes) or len(body) < _LEAST or not response.content_type.startswith(_TYPES):
        return
    response.headers.add("Vary", "Accept-Encoding")
    if "X-No-Compression" in request.headers or "Content-Encoding" in response.headers:
        return
    coding = best_coding(request.headers.get("Accept-Encoding", ""))
    if coding:
        response.body = _WAYS[coding](body)
        response.headers["Content-Encoding"] = coding


@lru_cache(maxsize=256)
def best_coding(accepted: str) -> str | None:
    """The one of ours that an Accept-Encoding header likes most; None to send the body as it is."""
    likes: dict[str, float] = {}
    for part in accepted[:1000].lower().split(","):
        name, _, parameter = part.strip().partition(";")
        key, _, value = parameter.strip().partition("=")
        try:
            likes[name.strip()] = float(value) if key.strip() == "q" else 1.0
        except ValueError:
            likes[name.strip()] = 0.0
    wanted = [(likes.get(name, likes.get("*", 0.0)), -place, name) for place, name in enumerate(_WAYS)]
    best = max(wanted)
    return best[2] if best[0] > 0 and best[0] >= likes.get("identity", 0.0) else None


def not_modified(request: web.Request, response: web.Response) -> web.Response:
    """The answer with its mark; 304 for an asker who has that very one."""
    body = response.body
    assert isinstance(body, bytes)
    mark = f'W/"{blake2b(body, digest_size=12).hexdigest()}"'
    known = {each.strip().removeprefix("W/") for each in request.headers.get("If-None-Match", "").split(",")}
    response.headers["ETag"] = mark
    response.headers.setdefault("Cache-Control", "no-cache")
    if mark.removeprefix("W/") in known or "*" in known:
        kept = {name: response.headers[name] for name in ("ETag", "Cache-Control")}
        return web.Response(status=304, headers=kept)
    return response
