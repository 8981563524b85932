"""What came with a request: JSON, or a form with `payload_json` and files."""

import json
from dataclasses import dataclass, field
from typing import Any

from aiohttp import BodyPartReader, web

from .compose import Upload
from .errors import ApiError
from .shapes import Json


@dataclass(slots=True)
class Body:
    """A parsed request body."""

    payload: Any = None
    uploads: list[Upload] = field(default_factory=list)
    form: dict[str, str] = field(default_factory=dict)

    def object(self) -> Json:
        """The payload as an object, or a refusal."""
        if self.payload is None:
            return {}
        if not isinstance(self.payload, dict):
            raise ApiError(50109)
        return self.payload


async def read_body(request: web.Request) -> Body:
    """Parse once; a handler finds the result with `body_of`."""
    if not request.can_read_body:
        return Body()
    if request.content_type.startswith("multipart/"):
        return await _read_form(request)
    if request.content_type == "application/x-www-form-urlencoded":
        return Body(form={name: value for name, value in (await request.post()).items() if isinstance(value, str)})
    raw = await request.read()
    return Body(_parse(raw)) if raw else Body()


async def _read_form(request: web.Request) -> Body:
    body = Body()
    async for part in await request.multipart():
        if not isinstance(part, BodyPartReader):
            continue
        data = bytes(await part.read(decode=True))
        if part.name == "payload_json":
            body.payload = _parse(data)
        elif part.name is not None and part.name.startswith("files["):
            body.uploads.append(Upload(part.filename or "file", part.headers.get("Content-Type", ""), data))
    return body


def _parse(raw: bytes) -> Any:
    try:
        return json.loads(raw)
    except ValueError as exc:
        raise ApiError(50109) from exc


BODY = web.RequestKey("body", Body)


def body_of(request: web.Request) -> Body:
    """What `read_body` found."""
    return request[BODY]


def answer(data: Any, *, status: int = 200, headers: dict[str, str] | None = None) -> web.Response:
    """JSON with exactly the content type discord.py looks for (aiohttp's own helper would add a charset)."""
    raw = json.dumps(data, separators=(",", ":")).encode()
    return web.Response(body=raw, status=status, headers={"Content-Type": "application/json", **(headers or {})})


def nothing() -> web.Response:
    """Done, and nothing to say."""
    return web.Response(status=204)
