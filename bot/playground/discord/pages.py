"""The files of the chat page and the uploads, and who may ask for them: only pages of this machine."""

from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from aiohttp import web

from .compose import Files

STATIC = Path(__file__).parent / "static"
KINDS = {".html": "text/html", ".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
LOOPBACK = {"127.0.0.1", "localhost", "::1"}


class Pages:
    """Serves them under a policy that lets nothing in from elsewhere."""

    def __init__(self, files: Files, *, links: Mapping[str, str]) -> None:
        self._files = files
        self._links = dict(links)

    def routes(self) -> list[web.RouteDef]:
        """The page, its files, and the uploads."""
        return [
            web.get("/", self._file),
            web.get("/static/{name}", self._file),
            web.get("/favicon.ico", self._no_icon),
            web.get("/attachments/{channel}/{id}/{name}", self._attachment),
        ]

    def headers(self) -> dict[str, str]:
        """Nothing is loaded from outside, and nothing is run that is not a file of ours."""
        shops = " ".join(sorted({f"{p.scheme}://{p.netloc}" for p in map(urlsplit, self._links.values()) if p.netloc}))
        policy = f"default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' {shops}"
        return {
            "Content-Security-Policy": policy.strip() + "; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
            "X-Content-Type-Options": "nosniff",
            "Referrer-Policy": "no-referrer",
            "Cache-Control": "no-cache",
        }

    async def _file(self, request: web.Request) -> web.Response:
        name = request.match_info.get("name", "chat.html")
        path = STATIC / name
        # Only names that are really there: nothing a request says becomes part of a path.
        if name not in {known.name for known in STATIC.iterdir()} or path.suffix not in KINDS:
            raise web.HTTPNotFound
        headers = {**self.headers(), "Content-Type": f"{KINDS[path.suffix]}; charset=utf-8"}
        return web.Response(body=path.read_bytes(), headers=headers)

    async def _no_icon(self, _: web.Request) -> web.Response:
        return web.Response(status=204)

    async def _attachment(self, request: web.Request) -> web.Response:
        upload = self._files.find(request.match_info["id"], request.match_info["name"])
        if upload is None:
            raise web.HTTPNotFound
        is_image = upload.content_type in ("image/png", "image/jpeg", "image/gif", "image/webp")
        headers = {**self.headers(), "Content-Security-Policy": "default-src 'none'; sandbox"}
        headers["Content-Type"] = upload.content_type if is_image else "application/octet-stream"
        headers["Content-Disposition"] = f'{"inline" if is_image else "attachment"}; filename="{upload.name}"'
        return web.Response(body=upload.data, headers=headers)


def guard() -> Any:
    """The aiohttp middleware: only this machine's own pages may act, and pages load nothing from elsewhere."""

    @web.middleware
    async def guarded(
        request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        # A foreign page could reach 127.0.0.1 under a name of its own (DNS rebinding), or post blindly.
        origin = request.headers.get("Origin")
        if not _is_local(request.host) or origin not in (None, f"http://{request.host}"):
            raise web.HTTPForbidden(text="This page is for this machine only.")
        return await handler(request)

    return guarded


def _is_local(host: str) -> bool:
    try:
        return urlsplit(f"//{host}").hostname in LOOPBACK
    except ValueError:
        return False
